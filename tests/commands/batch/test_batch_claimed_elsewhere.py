"""`krea batch`: files in the places of its items, and the price of --force."""

from pathlib import Path

import pytest

from tests.commands.batch.test_batch_check import dry
from tests.harness.cli import Cli

FOXES = "red fox\nblue fox\n"
CONFLICT = "line 2 has a file where this line needs a folder, or the reverse"


def make_two_foxes(cli: Cli) -> list[str]:
    """Two foxes are made; their files."""
    Path("b.txt").write_text(FOXES)
    done = cli.krea("batch", "b.txt")
    assert done.code == 0, done.err
    return done.out.split()


def test_another_key_knows_nothing_of_what_is_there(cli: Cli) -> None:
    """The ledger of another account: it is said what --force would pay for, and nothing is sent."""
    red, blue = make_two_foxes(cli)
    cli.service.jobs.clear()  # it shows each account its own
    cli.environ["KREA_API_KEY"] = f"another:{'k' * 32}"
    again = cli.krea("batch", "b.txt")
    assert (again.code, again.out, len(cli.service.posts)) == (2, "", 2)
    assert again.err == (
        "error: b.txt cannot be run as it stands, for 2 reasons:\n"
        f"    - line 1: {red} exists, and is not known as a result of this item\n"
        f"    - line 2: {blue} exists, and is not known as a result of this item\n"
        "  hint: neither the ledger nor a sidecar says that these files are the items' own: choose"
        " another -o, or use the KREA_STATE_DIR and the API key with which they were made;"
        " files of a rehearsal in krea sandbox can be deleted;"
        " --force would make and pay for 2 new results\n"
    )


def test_without_a_token_nobody_can_tell(cli: Cli) -> None:
    """A dry run needs none, but then knows of nothing that is done; it does not say --force."""
    make_two_foxes(cli)
    del cli.environ["KREA_API_KEY"]
    blind = dry(cli, FOXES, file="b.txt")
    assert blind.code == 2
    assert (
        "  hint: without a token, krea cannot tell which items are done: krea auth login, or set"
        " KREA_API_KEY; --force would make and pay for 2 new results\n"
    ) in blind.err


def test_a_stranger_in_the_place_of_what_was_made(cli: Cli) -> None:
    """The item is paid for: --force puts its file there, and costs nothing."""
    red, _ = make_two_foxes(cli)
    Path("x.png").write_text("a stranger")
    Path("b.csv").write_text("prompt,output\nred fox,x.png\n")
    wrong = cli.krea("batch", "b.csv")
    assert (wrong.code, len(cli.service.posts)) == (2, 2)
    problem = "line 2: x.png exists; --force replaces it with the earlier result of this item\n"
    assert problem in wrong.err
    forced = cli.krea("batch", "b.csv", "--force")
    assert (forced.code, forced.out, len(cli.service.posts)) == (0, "x.png\n", 2)
    assert Path("x.png").read_bytes() == Path(red).read_bytes()


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ("y.{ext}", "y.png", "output: would be saved as y.png, and so would line 2"),
        ("y.png", "y.{ext}", "output: would be saved as y.{ext}, and so would line 2"),
        ("pp", "pp/q.png", f"output: pp/q.png: {CONFLICT}"),
        ("pp/r/q.png", "pp", f"output: pp: {CONFLICT}"),
        ("ok.png", "b.csv", "output: b.csv is this list itself"),
        ("ok.png", '"a\nb.png"', "output: has a line break or another control character"),
        ("ok.png", "a\x1b[2J.png", "output: has a line break or another control character"),
    ],
)
def test_places_that_cannot_be_had(cli: Cli, first: str, second: str, problem: str) -> None:
    """Seen before anything is paid, and --force does not help."""
    wrong = dry(cli, f"prompt,output\na,{first}\nb,{second}\n", "--force")
    assert (wrong.code, f"line 3: {problem}" in wrong.err) == (2, True), wrong.err


def test_places_beside_each_other(cli: Cli) -> None:
    """Two exact names of one stem are two files, and folders inside of each other are none."""
    text = "prompt,output\na,y.png\nb,y.jpg\nc,pp/q.png\nd,pp/r/q.png\ne,pp.png\n"
    assert dry(cli, text).code == 0
