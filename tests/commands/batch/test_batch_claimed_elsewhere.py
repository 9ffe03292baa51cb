"""`krea batch`: files that stand in the places of its items, and what --force would cost."""

from pathlib import Path

import pytest

from tests.commands.batch.test_batch_check import dry
from tests.harness.cli import World

FOXES = "red fox\nblue fox\n"


def made(world: World) -> list[str]:
    """Two foxes are made; their files."""
    Path("b.txt").write_text(FOXES)
    done = world.krea("batch", "b.txt")
    assert done.code == 0, done.err
    return done.out.split()


def test_another_key_knows_nothing_of_what_is_there(world: World) -> None:
    """The ledger of another account: it is said what --force would pay for, and nothing is sent."""
    red, blue = made(world)
    world.environ["KREA_API_KEY"] = f"another:{'k' * 32}"
    again = world.krea("batch", "b.txt")
    assert (again.code, again.out, len(world.service.posts)) == (2, "", 2)
    assert again.err == (
        "error: b.txt cannot be run as it stands, for 2 reasons:\n"
        f"    - line 1: {red} exists, and is not known as what this item made\n"
        f"    - line 2: {blue} exists, and is not known as what this item made\n"
        "  hint: neither this ledger nor a sidecar knows what is there as the items' own: choose"
        " another -o, or use the KREA_STATE_DIR and the API key with which it was made;"
        " --force would make and pay for 2 new results\n"
        "  charged: no\n"
    )


def test_without_a_token_nobody_can_tell(world: World) -> None:
    """A dry run needs none, but then knows of nothing that is done; it does not say --force."""
    made(world)
    del world.environ["KREA_API_KEY"]
    blind = dry(world, FOXES, file="b.txt")
    assert blind.code == 2
    assert (
        "  hint: without a token nobody can tell what is done: krea auth login, or set"
        " KREA_API_KEY; --force would make and pay for 2 new results\n"
    ) in blind.err


def test_a_stranger_in_the_place_of_what_was_made(world: World) -> None:
    """The item is paid for: --force puts its file there, and costs nothing."""
    red, _ = made(world)
    Path("x.png").write_text("a stranger")
    Path("b.csv").write_text("prompt,output\nred fox,x.png\n")
    wrong = world.krea("batch", "b.csv")
    assert (wrong.code, len(world.service.posts)) == (2, 2)
    told = "line 2: x.png exists; --force puts there what was made for this item before\n"
    assert told in wrong.err
    forced = world.krea("batch", "b.csv", "--force")
    assert (forced.code, forced.out, len(world.service.posts)) == (0, "x.png\n", 2)
    assert Path("x.png").read_bytes() == Path(red).read_bytes()


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("y.{ext}", "y.png", "output: would be y.png, and so would line 2"),
        ("y.png", "y.{ext}", "output: would be y.{ext}, and so would line 2"),
        ("pp", "pp/q.png", "output: pp/q.png: one is a file where line 2 needs a folder"),
        ("pp/r/q.png", "pp", "output: pp: one is a file where line 2 needs a folder"),
        ("ok.png", "b.csv", "output: b.csv is this list itself"),
        ("ok.png", '"a\nb.png"', "output: has a line break or another control character"),
        ("ok.png", "a\x1b[2J.png", "output: has a line break or another control character"),
    ],
)
def test_places_that_cannot_be_had(world: World, first: str, second: str, told: str) -> None:
    """Seen before anything is paid, and --force does not help."""
    wrong = dry(world, f"prompt,output\na,{first}\nb,{second}\n", "--force")
    assert (wrong.code, f"line 3: {told}" in wrong.err) == (2, True), wrong.err


def test_places_beside_each_other(world: World) -> None:
    """Two exact names of one stem are two files, and folders inside of each other are none."""
    text = "prompt,output\na,y.png\nb,y.jpg\nc,pp/q.png\nd,pp/r/q.png\ne,pp.png\n"
    assert dry(world, text).code == 0
