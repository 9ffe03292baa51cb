"""Colours, and the ways to ask for them or for none."""

import pytest

from tests.harness.cli import Cli

RED, PLAIN = "\x1b[1;31merror:\x1b[0m ", "error: "


@pytest.mark.parametrize(
    ("environ", "options", "terminal", "start"),
    [
        ({}, (), True, RED),
        ({}, (), False, PLAIN),
        ({"NO_COLOR": "1"}, (), True, PLAIN),
        ({"NO_COLOR": ""}, (), True, RED),
        ({"FORCE_COLOR": "1"}, (), False, RED),
        ({"FORCE_COLOR": "0"}, (), True, PLAIN),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), True, PLAIN),
        ({"TERM": "dumb"}, (), True, PLAIN),
        ({"NO_COLOR": "1"}, ("--color", "always"), False, RED),
        ({}, ("--color=never",), True, PLAIN),
        ({"FORCE_COLOR": "1"}, ("--color", "never"), True, PLAIN),
        ({}, ("--color", "auto"), True, RED),
    ],
)
def test_an_error_and_its_colour(
    cli: Cli, environ: dict[str, str], options: tuple[str, ...], terminal: bool, start: str
) -> None:
    """Of the command line itself, and of what the command does."""
    cli.environ |= {"TERM": "xterm"} | environ
    assert cli.krea("history", "9", *options, terminal=terminal).err.startswith(start)
    assert cli.krea("histroy", *options, terminal=terminal).err.startswith(start)
    assert cli.krea("auth", "other-account", *options, terminal=terminal).err.startswith(start)


def test_tables_in_a_pipe(cli: Cli) -> None:
    """FORCE_COLOR leaves data to scripts; --color always draws the table of a terminal."""
    cli.environ |= {"COLUMNS": "80", "FORCE_COLOR": "1"}
    assert cli.krea("models", "flux-1-dev", "--color", "auto").out.count("\x1b") == 0
    assert cli.krea("models", "flux").out.startswith("bfl/flux-1-dev\t")
    assert cli.krea("models", "flux", "--color", "always").out.startswith("\x1b[1mmodel ")
    assert cli.krea("models", "flux", "--color", "always", "--json").out.startswith("{")


def test_a_wrong_word_is_refused(cli: Cli) -> None:
    """The words that there are stand in the sentence."""
    result = cli.krea("status", "--color", "red")
    assert result.error(charged="no") == (
        "invalid value for '--color': 'red' is not one of 'auto', 'always', 'never'"
    )
