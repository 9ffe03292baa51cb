"""Notifications and the progress in the tab, as each terminal wants them."""

import io

import pytest

from krea_cli.env import Env
from krea_cli.terminal.alert import Alert
from krea_cli.terminal.stream import Stream

LONG, SHORT = 20.0, 19.9


def make_alert(choice: str | None = None, **variables: str) -> tuple[Alert, io.StringIO]:
    """An alert on a recorded terminal with environment variables; CHOICE is the setting."""
    screen = io.StringIO()
    return Alert(Env(environ=variables), Stream(screen), lambda: choice), screen


@pytest.mark.parametrize(
    ("variables", "choice", "seconds", "shown"),
    [
        ({"TERM": "xterm-256color"}, None, LONG, "\x1b]9;krea: 3 done, 1 failed\x07"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, None, LONG, "777"),
        ({"TERM": "foot"}, None, LONG, "777"),
        ({"TERM": "rxvt-unicode"}, None, LONG, "777"),
        ({"TERM": "xterm"}, "bell", LONG, "\a"),
        ({"TERM": "xterm"}, "off", LONG, ""),
        ({"TERM": "xterm"}, None, SHORT, ""),
        ({"TERM": "dumb"}, None, LONG, ""),
        ({"TERM": "dumb"}, "bell", LONG, ""),
        ({"TERM": "linux"}, None, LONG, ""),
    ],
)
def test_notifications(
    variables: dict[str, str], choice: str | None, seconds: float, shown: str
) -> None:
    """Long work ends with the terminal's own notification, with a bell, or with nothing."""
    alert, screen = make_alert(choice, **variables)
    alert.notify("3 done; 1\x1b[2J failed".replace("; 1", ", 1"), seconds)
    expected = "\x1b]777;notify;krea;3 done, 1 failed\x07" if shown == "777" else shown
    assert screen.getvalue() == expected


@pytest.mark.parametrize(
    ("variables", "is_shown"),
    [
        ({"TERM_PROGRAM": "ghostty"}, True),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"WT_SESSION": "1"}, True),
        ({"VTE_VERSION": "7900"}, True),
        ({"VTE_VERSION": "7899"}, False),
        ({"TERM_PROGRAM": "iTerm.app"}, False),
        ({}, False),
        ({"TERM_PROGRAM": "ghostty", "TERM": "dumb"}, False),
        ({"TERM_PROGRAM": "ghostty", "TMUX": "/tmp/x"}, False),
    ],
)
def test_progress_in_the_tab(variables: dict[str, str], is_shown: bool) -> None:
    """Terminals that know OSC 9;4 get each percent once, and are cleared at the end."""
    alert, screen = make_alert(**{"TERM": "xterm", **variables})
    for percent in (None, None, 50, 50, 140):
        alert.show_progress(percent)
    alert.clear_progress()
    alert.clear_progress()
    steps = "\x1b]9;4;3;\x07\x1b]9;4;1;50\x07\x1b]9;4;1;100\x07\x1b]9;4;0;\x07"
    assert screen.getvalue() == (steps if is_shown else "")


def test_no_progress_where_notifications_are_off() -> None:
    """The setting `off` silences both."""
    alert, screen = make_alert("off", TERM="xterm", TERM_PROGRAM="ghostty")
    alert.show_progress(50)
    alert.clear_progress()
    assert screen.getvalue() == ""
