"""The commands of a hint use the login that the command before it used."""

import shlex
from types import SimpleNamespace
from typing import Any

import pytest

from krea_cli.commands.own_options import add_login_options
from tests.fakes.krea_service import lose_request
from tests.harness.cli import Cli
from tests.tokens import OTHER_KEY

WORK: Any = SimpleNamespace(profile="of work", token_file=None)
BOTH: Any = SimpleNamespace(profile="w", token_file="k.txt")


@pytest.mark.parametrize(
    ("hint", "completed"),
    [
        ("krea recover", "krea recover --profile 'of work'"),
        (
            "krea recover --resubmit 1 sends it again; --forget 1 lets it go",
            "krea recover --profile 'of work' --resubmit 1 sends it again; --forget 1 lets it go",
        ),
        (
            "krea wait j1, or krea download j1 -o 'the fox'",
            "krea wait --profile 'of work' j1,"
            " or krea download --profile 'of work' j1 -o 'the fox'",
        ),
        ("krea batch l.txt --profile x; krea config set a b", None),
        ("krea recover --profile=x looks", None),
        ("the result's host: krea doctor", "the result's host: krea doctor --profile 'of work'"),
        (
            "krea auth same-account ab says so",
            "krea auth same-account --profile 'of work' ab says so",
        ),
        (
            r"krea generate 'it'\"'\"'s krea download' $'\'krea recover' -o x".replace('\\"', '"'),
            r"krea generate --profile 'of work' 'it'\"'\"'s krea download' $'\'krea recover' -o x"
            "".replace('\\"', '"'),
        ),
        ("the krea folder; my-krea recover; see krea.ai/app", None),
    ],
)
def test_each_command_that_takes_it_gets_the_profile(hint: str, completed: str | None) -> None:
    """None but those: words in quotes, other commands and those with a login stay."""
    assert add_login_options(WORK, hint) == (completed or hint)


def test_a_command_gets_the_options_that_it_has() -> None:
    """A login is stored under a profile, and reads no file of a token."""
    assert add_login_options(BOTH, "krea auth login; krea status j1") == (
        "krea auth login --profile w; krea status --profile w --token-file k.txt j1"
    )
    nothing: Any = SimpleNamespace(profile=None, token_file=None)
    assert add_login_options(nothing, "krea recover") == "krea recover"


@pytest.mark.parametrize("option", ["--profile", "--token-file"])
def test_the_commands_of_a_hint_work_as_printed(cli: Cli, option: str) -> None:
    """After `generate`, `batch` and `recover`, in text and in JSON."""
    key_file = cli.home / "work/key"
    key_file.write_text(OTHER_KEY)
    login = ("auth", "login", "--with-token", "--profile", "key")
    assert cli.krea(*login, stdin=OTHER_KEY).code == 0
    if option == "--profile":
        del cli.environ["KREA_API_KEY"]
    (cli.home / "work/l.txt").write_text("a hen\n")
    cli.service.answers = [lose_request, lose_request]
    fox = cli.krea("generate", "a fox", option, "key")
    hen = cli.krea("batch", "l.txt", "-o", "out/", option, "key", "--json")
    assert (fox.code, hen.code) == (9, 9)
    assert f"hint: krea recover {option} key looks for its job" in fox.err
    assert f"krea recover {option} key looks for their jobs; then krea batch" in hen.err
    recover = cli.krea("recover", option, "key")
    hint = recover.err.split("hint: ")[1].split(";")[1]
    assert hint.startswith(f" krea recover {option} key --resubmit 1")
    resubmit = shlex.split(hint.replace(" sends it again", ""))
    assert cli.krea(*resubmit[1:]).code == 0
    key_file.unlink()
