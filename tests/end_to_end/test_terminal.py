"""`krea` in a real terminal: the spinner, Ctrl-C, and those who want no spinner."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pexpect
import pyte
import pytest

from tests.end_to_end.conftest import SLOW
from tests.fakes.sandbox_process import Sandbox
from tests.harness.installed_cli import KREA, Desk

Against = Callable[..., tuple[Desk, Sandbox]]
FOX = ("generate", "a red fox", "--width", "512", "--height", "512", "-o", "fox.png")
FRAMES = "[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]"
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
VISIBLE: dict[str, str | None] = {
    "TERM": "xterm-256color",
    "NO_COLOR": None,
    "LANG": "C.UTF-8",
    "COLUMNS": "100",
}


@contextmanager
def terminal(desk: Desk, *argv: str, **changes: str | None) -> Iterator[pexpect.spawn]:
    """`krea ARGV` in a terminal of 100 columns."""
    child = pexpect.spawn(
        KREA,
        list(argv),
        cwd=str(desk.folder),
        env=desk.variables({**VISIBLE, **changes}),
        encoding="utf-8",
        dimensions=(24, 100),
        timeout=30,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def whole(child: pexpect.spawn) -> tuple[int, str]:
    """The exit code of CHILD and all that it showed."""
    shown: str = child.read().replace("\r\n", "\n")
    child.close()
    assert child.exitstatus is not None
    return child.exitstatus, shown


def plain(shown: str) -> str:
    """SHOWN without colours and cursor movements."""
    return re.sub(r"\x1b\[\??[0-9;]*[A-Za-z]", "", shown)


def left_on_screen(shown: str) -> str:
    """What a terminal that was sent SHOWN displays in the end."""
    screen = pyte.Screen(100, 24)
    pyte.Stream(screen).feed(shown.replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in screen.display).rstrip("\n") + "\n"


def test_the_spinner_is_seen_and_gone(against: Against) -> None:
    """It moves, names the status and the elapsed and usual time, and leaves id and path behind."""
    desk, _ = against("--seconds", "2", "--spread", "0")
    with terminal(desk, *FOX) as child:
        code, shown = whole(child)
    assert code == 0
    assert len(set(re.findall(FRAMES, shown))) >= 3
    assert re.search(r"(processing|sampling).*\d s of about 2 s", plain(shown))
    assert re.fullmatch(rf"seed \d+\njob {ID}\nfox\.png\n", left_on_screen(shown))
    assert shown.count(HIDDEN) == shown.count(SHOWN) >= 1


def test_ctrl_c_at_the_spinner(against: Against) -> None:
    """130, the cursor is back, and the command that resumes stands there."""
    desk, sandbox = against(*SLOW)
    with terminal(desk, *FOX) as child:
        child.expect(FRAMES)
        child.expect("of about")
        child.sendintr()
        code, shown = whole(child)
    (job,) = sandbox.jobs()
    assert code == 130
    assert f"krea download {job['job_id']}" in plain(shown)
    assert shown.rindex(SHOWN) > shown.rfind(HIDDEN)
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("options", "variables"),
    [((), {"TERM": "dumb"}), (("--quiet",), {}), (("--json",), {})],
    ids=["TERM=dumb", "--quiet", "--json"],
)
def test_without_a_spinner(
    desk: Desk, options: tuple[str, ...], variables: dict[str, str | None]
) -> None:
    """Not one escape character is sent to a terminal that wants none."""
    with terminal(desk, *FOX, *options, **variables) as child:
        code, shown = whole(child)
    assert (code, "\x1b" in shown) == (0, False)
    assert not re.search(FRAMES, shown)
    if "--quiet" in options:
        assert shown == "fox.png\n"


def test_no_colour(against: Against) -> None:
    """NO_COLOR takes the colours, not the spinner."""
    desk, _ = against("--seconds", "1", "--spread", "0")
    with terminal(desk, *FOX, NO_COLOR="1") as child:
        code, shown = whole(child)
    assert code == 0
    assert re.search(FRAMES, shown)
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]m", shown)


def test_an_error_stands_alone(desk: Desk) -> None:
    """A refused request leaves nothing but the error on the screen."""
    with terminal(desk, "generate", "a fox", "-m", "nonesuch", NO_COLOR="1") as child:
        code, shown = whole(child)
    assert (code, shown) == (
        2,
        "error: there is no model called 'nonesuch'\n"
        "  hint: krea models lists all of them; --refresh asks the API\n"
        "  charged: no\n",
    )


def test_bytes_are_refused(desk: Desk) -> None:
    """-o - to a terminal would garble it: exit 2 before anything is sent."""
    with terminal(desk, "generate", "a fox", "-o", "-", NO_COLOR="1") as child:
        code, shown = whole(child)
    assert code == 2
    assert shown.startswith("error: the bytes of a result would garble the terminal\n")


def test_no_id_at_a_terminal(desk: Desk) -> None:
    """Nothing is read from a keyboard that nobody expects to be read."""
    with terminal(desk, "wait", NO_COLOR="1") as child:
        code, shown = whole(child)
    assert code == 2
    assert shown.startswith("error: no job id was given\n  hint: krea wait ID")
