"""Long tables go through $PAGER, on a terminal alone."""

import sys
from pathlib import Path

import pytest

from tests.harness.terminals import run_on_terminal

PRINT_ROWS = """
import sys
from krea_cli.env import Env
from krea_cli.terminal.output import Output

output = Output(Env(), json="--json" in sys.argv, quiet=False, verbose=False)
count = int(sys.argv[1])
output.print_table(("row",), ([n] for n in range(1, count + 1)), [{"rows": count}])
output.say("done")
"""
PAGER = """#!{python}
import os, sys
with open("{log}", "w") as log:
    log.write(repr((sys.argv[1:], os.environ.get("LESS"), len(sys.stdin.read().splitlines()))))
"""


def run(count: int, *options: str, **environ: str) -> list[str]:
    """The lines on the terminal of a table with COUNT rows, without colours."""
    command = [sys.executable, "-c", PRINT_ROWS, str(count), *options]
    return run_on_terminal(command, NO_COLOR="1", LINES="24", **environ).splitlines()


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A pager called `less` in a folder with a space; it logs its options and its input."""
    path = tmp_path / "my bin" / "less"
    path.parent.mkdir()
    path.write_text(PAGER.format(python=sys.executable, log=tmp_path / "log"))
    path.chmod(0o755)
    return path


def test_a_table_longer_than_the_window(pager: Path, tmp_path: Path) -> None:
    """Its words are split as by a shell; less gets the options that suit a table."""
    assert run(30, PAGER=f"'{pager}' -S") == ["done"]
    assert (tmp_path / "log").read_text() == "(['-S'], 'FRX', 31)"
    assert run(30, PAGER=f"'{pager}'", LESS="-i") == ["done"]
    assert (tmp_path / "log").read_text() == "([], '-i', 31)"


def test_less_is_the_pager_without_a_word(pager: Path, tmp_path: Path) -> None:
    """Without any on the PATH, the table is printed at once."""
    assert run(30, PATH=str(pager.parent)) == ["done"]
    assert (tmp_path / "log").exists()
    assert len(run(30, PATH=str(tmp_path))) == 32


@pytest.mark.parametrize(
    ("count", "options", "environ"),
    [
        (20, (), {"PAGER": "false"}),
        (30, (), {"PAGER": ""}),
        (30, (), {"PAGER": "cat"}),
        (30, (), {"PAGER": "false", "TERM": "dumb"}),
    ],
    ids=["short", "empty", "cat", "dumb"],
)
def test_the_table_stands_on_the_screen(
    count: int, options: tuple[str, ...], environ: dict[str, str]
) -> None:
    """Without any word on the pager."""
    expected = ["row", *map(str, range(1, count + 1)), "done"]
    assert [line.strip() for line in run(count, *options, **environ)] == expected


def test_json_is_never_paged() -> None:
    """Nor is anything but a table."""
    assert run(30, "--json", PAGER="false") == ['{"rows": 30}', '{"event": "said", "text": "done"}']


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("nosuch -x", "nosuch cannot be run: No such file or directory"),
        ("false", "false ended with exit code 1"),
        ("less 'x", "less 'x has a quote without an end"),
    ],
)
def test_a_broken_pager_costs_nothing(words: str, reason: str) -> None:
    """Its fault is told, and the table is printed as without one."""
    lines = [line.strip() for line in run(30, PAGER=words)]
    assert lines == [
        f"warning: PAGER is not used: {reason}",
        "row",
        *map(str, range(1, 31)),
        "done",
    ]
