"""One call in all modes: exact text on both streams."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from krea_cli import errors
from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.terminal.output import Output

RECORD = {"job_id": "j1", "files": ["a.png", "b \x1b[1mé.png"]}
REFUSED = errors.RequestRefused("seed: too big\ncharged: no", hint="krea models m")
LOST = errors.InDoubt("no answer", hint="krea recover", job_id="j1")


def unexpected_error() -> Exception:
    """An unexpected exception, with its traceback."""
    try:
        raise RuntimeError("odd\x1b[2J")
    except RuntimeError as failure:
        return failure


CALLS: dict[str, tuple[Callable[[Output], None], dict[str, tuple[str, str]]]] = {
    "print_line": (
        lambda output: output.print_line("a\x1b[31mb", {"a": "\u202e"}),
        {
            "plain": ("ab\n", ""),
            "terminal": ("ab\n", ""),
            "json": ('{"a": "\\u202e"}\n', ""),
            "quiet": ("ab\n", ""),
        },
    ),
    "print_line without a record": (
        lambda output: output.print_line("a"),
        {
            "plain": ("a\n", ""),
            "terminal": ("a\n", ""),
            "json": ('{"text": "a"}\n', ""),
            "quiet": ("a\n", ""),
        },
    ),
    "print_files": (
        lambda output: output.print_files(RECORD),
        {
            "plain": ("a.png\nb \x1b[1mé.png\n", ""),
            "terminal": ("a.png\nb é.png\n", ""),
            "json": ('{"job_id": "j1", "files": ["a.png", "b \\u001b[1m\\u00e9.png"]}\n', ""),
            "quiet": ("a.png\nb \x1b[1mé.png\n", ""),
        },
    ),
    "print_job_id": (
        lambda output: output.print_job_id({"job_id": "j1"}),
        {
            "plain": ("j1\n", ""),
            "terminal": ("j1\n", ""),
            "json": ('{"job_id": "j1"}\n', ""),
            "quiet": ("j1\n", ""),
        },
    ),
    "print_table": (
        lambda output: output.print_table(
            ["id", "price"], [["m\t1", None], ["m2", "[b]$1\n"]], [{"id": 1}, {"id": 2}]
        ),
        {
            "plain": ("m 1\t\nm2\t[b]$1\n", ""),
            "terminal": ("id   price\nm 1       \nm2   [b]$1\n", ""),
            "json": ('{"id": 1}\n{"id": 2}\n', ""),
            "quiet": ("m 1\t\nm2\t[b]$1\n", ""),
        },
    ),
    "print_table without rows": (
        lambda output: output.print_table(["id"], [], []),
        {"plain": ("", ""), "terminal": ("", ""), "json": ("", ""), "quiet": ("", "")},
    ),
    "say": (
        lambda output: output.say("seed 7 was drawn"),
        {
            "plain": ("", "seed 7 was drawn\n"),
            "terminal": ("", "seed 7 was drawn\n"),
            "json": ("", '{"event": "said", "text": "seed 7 was drawn"}\n'),
            "quiet": ("", ""),
        },
    ),
    "warn": (
        lambda output: output.tell(events.WarningNote("old\nerror: none")),
        {
            "plain": ("", "warning: old\n    error: none\n"),
            "terminal": ("", "\x1b[33mwarning:\x1b[0m old\n    error: none\n"),
            "json": ("", '{"warning": {"message": "old\\nerror: none"}}\n'),
            "quiet": ("", "warning: old\n    error: none\n"),
        },
    ),
    "hint": (
        lambda output: output.hint("krea wait"),
        {
            "plain": ("", "hint: krea wait\n"),
            "terminal": ("", "\x1b[36mhint:\x1b[0m krea wait\n"),
            "json": ("", '{"hint": {"message": "krea wait"}}\n'),
            "quiet": ("", ""),
        },
    ),
    "trace": (
        lambda output: output.trace("GET /jobs 200"),
        dict.fromkeys(("plain", "terminal", "json", "quiet"), ("", "")),
    ),
    "print_error": (
        lambda output: output.print_error(REFUSED),
        {
            "plain": (
                "",
                "error: seed: too big\n    charged: no\n  hint: krea models m\n  charged: no\n",
            ),
            "terminal": (
                "",
                "\x1b[1;31merror:\x1b[0m seed: too big\n    charged: no\n"
                "  \x1b[36mhint:\x1b[0m krea models m\n  charged: no\n",
            ),
            "json": (
                "",
                '{"error": {"code": "refused", "message": "seed: too big\\ncharged: no", '
                '"hint": "krea models m", "charged": "no", "job_id": null}}\n',
            ),
            "quiet": (
                "",
                "error: seed: too big\n    charged: no\n  hint: krea models m\n  charged: no\n",
            ),
        },
    ),
    "print_error about a job": (
        lambda output: output.print_error(LOST),
        {
            "plain": (
                "",
                "error: no answer\n  hint: krea recover\n  job: j1\n  charged: unknown\n",
            ),
        },
    ),
    "print_bug": (
        lambda output: output.print_bug(unexpected_error()),
        {
            "plain": (
                "",
                "error: this is a bug in krea: RuntimeError: odd\n"
                "  hint: run it again with --verbose and report what it prints\n"
                "  charged: no\n",
            ),
            "json": (
                "",
                '{"error": {"code": "bug", '
                '"message": "this is a bug in krea: RuntimeError: odd", '
                '"hint": "run it again with --verbose and report what it prints", '
                '"charged": "no", "job_id": null}}\n',
            ),
        },
    ),
}


@pytest.mark.parametrize(
    ("call", "mode", "expected"),
    [
        pytest.param(call, mode, expected, id=f"{name}, {mode}")
        for name, (call, modes) in CALLS.items()
        for mode, expected in modes.items()
    ],
)
def test_every_method_in_every_mode(
    make_screen: Callable[..., Any],
    call: Callable[[Output], None],
    mode: str,
    expected: tuple[str, str],
) -> None:
    """Each method writes exactly this on stdout and stderr."""
    screen = make_screen(mode, TERM="xterm", COLUMNS="80")
    call(screen.output)
    out, err = screen.streams
    assert (strip_style(out) if mode == "terminal" else out, err) == expected


def strip_style(text: str) -> str:
    """TEXT without rich's colours and trailing spaces."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_no_colour_where_it_is_not_wanted(make_screen: Callable[..., Any]) -> None:
    """NO_COLOR and TERM=dumb give plain words on a terminal."""
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        screen = make_screen("terminal", **variables)
        screen.output.warn("old")
        assert screen.streams == ("", "warning: old\n")


def test_verbose_shows_requests_and_tracebacks(make_screen: Callable[..., Any]) -> None:
    """--verbose shows the requests, and the traceback of a bug."""
    screen = make_screen(verbose=True)
    screen.output.trace("GET /jobs 200")
    screen.output.print_bug(unexpected_error())
    lines = screen.streams[1].splitlines()
    assert lines[:2] == ["GET /jobs 200", "Traceback (most recent call last):"]
    assert lines[-3:] == [
        "error: this is a bug in krea: RuntimeError: odd",
        "  hint: please report it with what is printed above",
        "  charged: no",
    ]


def test_bytes_never_reach_a_terminal(make_screen: Callable[..., Any]) -> None:
    """The bytes of a picture are refused on a terminal, before anything is spent."""
    with pytest.raises(errors.UsageError, match="would garble the terminal"):
        make_screen("terminal").output.require_binary_stdout()
    make_screen("plain").output.require_binary_stdout()


def test_bytes_need_an_open_standard_output() -> None:
    """A closed stdout (`>&-`) is an error before money is spent, not after."""
    closed = Output(Env(stdout=None), json=False, quiet=False, verbose=False)  # type: ignore[arg-type]
    with pytest.raises(errors.UsageError, match="standard output is closed"):
        closed.require_binary_stdout()


@pytest.mark.parametrize(
    ("mode", "out", "err"),
    [
        ("plain", "a.png\n", "job j1: saved (sandbox)\n2 of 2 done (sandbox)\n"),
        ("terminal", "a.png (sandbox)\n", "2 of 2 done (sandbox)\n"),
        ("quiet", "a.png\n", ""),
    ],
)
def test_a_rehearsal_says_so_at_its_end(
    make_screen: Callable[..., Any], mode: str, out: str, err: str
) -> None:
    """Beside the path for a person, and in the log; what a pipe reads stays a path."""
    screen = make_screen(mode)
    screen.output.is_rehearsal = lambda: True
    screen.output.tell(events.JobEnded("j1", True))
    screen.output.print_files({"files": ["a.png"]})
    screen.output.print_summary("2 of 2 done", {})
    assert screen.streams == (out, err)
