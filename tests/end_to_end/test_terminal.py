"""`krea` in a real terminal: the spinner, Ctrl-C, and those who want no spinner."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import pexpect
import pyte
import pytest

from tests.end_to_end.conftest import SLOW, StartSandbox
from tests.harness.installed_cli import KREA, InstalledCli

FOX = ("generate", "a red fox", "--width", "512", "--height", "512", "-o", "fox.png")
FRAMES = "[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]"
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TERMINAL_VARIABLES: dict[str, str | None] = {
    "TERM": "xterm-256color",
    "NO_COLOR": None,
    "LANG": "C.UTF-8",
    "COLUMNS": "100",
}


@contextmanager
def terminal(
    installed: InstalledCli, *argv: str, program: str = KREA, **changes: str | None
) -> Iterator[pexpect.spawn]:
    """PROGRAM with ARGV in a terminal of 100 columns."""
    child = pexpect.spawn(
        program,
        list(argv),
        cwd=str(installed.folder),
        env=installed.variables({**TERMINAL_VARIABLES, **changes}),
        encoding="utf-8",
        dimensions=(24, 100),
        timeout=30,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def read_to_end(child: pexpect.spawn) -> tuple[int, str]:
    """The exit code of CHILD and all that it showed."""
    shown: str = child.read().replace("\r\n", "\n")
    child.close()
    assert child.exitstatus is not None
    return child.exitstatus, shown


def without_escapes(shown: str) -> str:
    """SHOWN without colours and cursor movements."""
    return re.sub(r"\x1b\[\??[0-9;]*[A-Za-z]", "", shown)


def final_screen(shown: str) -> str:
    """The screen of a terminal after it was sent SHOWN."""
    screen = pyte.Screen(100, 24)
    pyte.Stream(screen).feed(shown.replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in screen.display).rstrip("\n") + "\n"


def test_the_spinner_is_seen_and_gone(start_sandbox: StartSandbox) -> None:
    """The spinner moves, names status, times and price, and leaves id and path behind.

    The tab of a terminal that knows OSC 9;4 shows work as long as it lasts.
    """
    installed, _ = start_sandbox("--seconds", "2", "--spread", "0")
    with terminal(installed, *FOX, TERM_PROGRAM="vscode", TMUX=None) as child:
        code, shown = read_to_end(child)
    assert code == 0
    assert len(set(re.findall(FRAMES, shown))) >= 3
    seen = r"(processing|sampling).*\d s of about 2 s · about \$0\.007"
    assert re.search(seen, without_escapes(shown))
    assert re.fullmatch(
        rf"seed \d+\njob {ID}\nfox\.png  512 × 512 · about \$0\.007 · \d\.\d s \(sandbox\)\n",
        final_screen(shown),
    )
    assert shown.count(HIDDEN) == shown.count(SHOWN) >= 1
    assert re.findall(r"\x1b\]9;4;\d;", shown) == ["\x1b]9;4;3;", "\x1b]9;4;0;"]


def test_ctrl_c_at_the_spinner(start_sandbox: StartSandbox) -> None:
    """130, the cursor is back, and the command that resumes stands there."""
    installed, sandbox = start_sandbox(*SLOW)
    with terminal(installed, *FOX) as child:
        child.expect(FRAMES)
        child.expect("of about")
        child.sendintr()
        code, shown = read_to_end(child)
    (job,) = sandbox.jobs()
    assert code == 130
    assert f"krea download {job['job_id']}" in without_escapes(shown)
    assert shown.rindex(SHOWN) > shown.rfind(HIDDEN)
    assert "Traceback" not in shown


def test_ctrl_z_at_the_spinner(start_sandbox: StartSandbox) -> None:
    """The cursor comes back; in the background nothing is drawn, and the picture is saved."""
    installed, _ = start_sandbox("--seconds", "4", "--spread", "0")
    shell = ("--norc", "--noprofile", "-i")
    with terminal(installed, *shell, program="bash", PS1="$ ", NO_COLOR="1") as child:
        child.expect_exact("$ ")
        child.sendline(shlex.join([str(KREA), *FOX]))
        child.expect("of about 4 s")
        child.sendcontrol("z")
        child.expect("Stopped")
        assert child.before.rindex(SHOWN) > child.before.rfind(HIDDEN)
        child.sendline("bg")
        child.expect_exact("&\r\n")
        child.expect(r"fox\.png  512 × 512")
        assert not re.search(FRAMES, child.before)
        assert HIDDEN not in child.before


@pytest.mark.parametrize(
    ("options", "variables"),
    [((), {"TERM": "dumb"}), (("--quiet",), {}), (("--json",), {})],
    ids=["TERM=dumb", "--quiet", "--json"],
)
def test_without_a_spinner(
    installed: InstalledCli, options: tuple[str, ...], variables: dict[str, str | None]
) -> None:
    """Not one escape character is sent to a terminal that wants none."""
    with terminal(installed, *FOX, *options, **variables) as child:
        code, shown = read_to_end(child)
    assert (code, "\x1b" in shown) == (0, False)
    assert not re.search(FRAMES, shown)
    if "--quiet" in options:
        assert shown == "fox.png\n"


def test_no_colour(start_sandbox: StartSandbox) -> None:
    """NO_COLOR takes the colours, not the spinner."""
    installed, _ = start_sandbox("--seconds", "1", "--spread", "0")
    with terminal(installed, *FOX, NO_COLOR="1") as child:
        code, shown = read_to_end(child)
    assert code == 0
    assert re.search(FRAMES, shown)
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]m", shown)


def test_an_error_stands_alone(installed: InstalledCli) -> None:
    """A refused request leaves nothing but the error on the screen."""
    with terminal(installed, "generate", "a fox", "-m", "nonesuch", NO_COLOR="1") as child:
        code, shown = read_to_end(child)
    assert (code, shown) == (
        2,
        "error: there is no model called 'nonesuch'\n"
        "  hint: krea models lists all of them; --refresh asks the API\n",
    )


def test_bytes_are_refused(installed: InstalledCli) -> None:
    """-o - to a terminal would garble it: exit 2 before anything is sent."""
    with terminal(installed, "generate", "a fox", "-o", "-", NO_COLOR="1") as child:
        code, shown = read_to_end(child)
    assert code == 2
    assert shown.startswith("error: the bytes of a result would garble the terminal\n")


def test_no_id_at_a_terminal(installed: InstalledCli) -> None:
    """Nothing is read from a keyboard that nobody expects to be read."""
    with terminal(installed, "wait", NO_COLOR="1") as child:
        code, shown = read_to_end(child)
    assert code == 2
    assert shown.startswith("error: no job id was given\n  hint: krea wait last; or")
