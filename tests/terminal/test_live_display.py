"""The live display in a real pseudo-terminal."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pexpect

from tests.harness.terminals import run_on_terminal, screen_lines, start_on_terminal

Script = Callable[[str], list[str]]

ONE_JOB = """
from krea_cli.terminal import live_display
live_display.APPEARS_AFTER_SECONDS = 0.0
with output.progress():
    output.tell(Submitting("bfl/flux-1-dev", 1, 1))
    while "rich.live" not in sys.modules: time.sleep(0.01)
    time.sleep(0.3)
    output.tell(Running("j1", "bfl/flux-1-dev", "queued", 7, time.time()))
    output.tell(Changed("j1", "processing"))
    time.sleep(0.4)
    output.warn("careful")
    output.print_files({"files": ["out.png"]})
    output.tell(JobEnded("j1", True))
print("end", flush=True)
"""


def remaining_lines(output: str) -> list[str]:
    """The lines that stay on the screen, by a tiny terminal for the codes of rich."""
    lines, row, column = [""], 0, 0
    for token in re.findall(r"\x1b\[\??[0-9;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", output):
        if token == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif token == "\r":
            column = 0
        elif token.endswith("A"):
            row -= int(token[2:-1] or 1)
        elif token == "\x1b[2K":
            lines[row] = ""
        elif not token.startswith("\x1b"):
            lines[row] = (
                lines[row][:column].ljust(column) + token + lines[row][column + len(token) :]
            )
            column += len(token)
    return [line.rstrip() for line in lines if line.strip()]


def test_the_spinner_is_seen_and_gone(script: Script) -> None:
    """The display moves while the job runs; only the id, warnings and answers stay."""
    output = run_on_terminal(script(ONE_JOB))
    frames = set(re.findall("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", output))
    assert len(frames) >= 3
    assert "submitting to bfl/flux-1-dev" in output
    assert re.search(r"processing.*[0-9] s of about 7 s", output)
    assert remaining_lines(output) == ["job j1", "warning: careful", "out.png", "end"]
    assert output.count("\x1b[?25l") == output.count("\x1b[?25h") >= 1


def test_an_interrupt_gives_the_cursor_back(script: Script) -> None:
    """An exception removes the display, and the cursor comes back."""
    body = ONE_JOB.replace('output.warn("careful")', "raise KeyboardInterrupt")
    output = run_on_terminal(
        script(
            body.replace("with output", "try:\n  with output")
            .replace("\n    ", "\n      ")
            .replace('print("end"', 'except KeyboardInterrupt: print("end"')
        )
    )
    assert remaining_lines(output) == ["job j1", "end"]
    assert output.rindex("\x1b[?25h") > output.rindex("\x1b[?25l")


def test_a_quick_command_never_draws(script: Script) -> None:
    """A command that ends at once shows no display, and imports no rich."""
    body = (
        "with output.progress():\n"
        "    output.tell(Submitting('m', 1, 1))\n"
        "    output.tell(Running('j1', 'm', 'queued', 7, time.time()))\n"
        "print('rich' in sys.modules)\n"
    )
    assert run_on_terminal(script(body)) == "job j1\nFalse\n"


def test_no_colour_and_ascii(script: Script) -> None:
    """NO_COLOR leaves no colour, and a terminal without UTF-8 gets plain characters."""
    output = run_on_terminal(
        script(ONE_JOB), NO_COLOR="1", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )
    assert output.isascii()
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", output)
    assert remaining_lines(output) == ["job j1", "warning: careful", "out.png", "end"]


def test_many_jobs_share_one_line(script: Script) -> None:
    """Of many jobs, the first ids stay as lines, and all are counted."""
    body = """
from krea_cli.terminal import live_display
live_display.APPEARS_AFTER_SECONDS = 0.0
with output.progress():
    for n in range(40):
        output.tell(Running(f"j{n}", "m", "processing", 7, time.time()))
    output.tell(JobEnded("j3", False))
    while "rich.live" not in sys.modules: time.sleep(0.01)
    time.sleep(0.3)
"""
    output = run_on_terminal(script(body))
    assert "39 running, 1 failed" in re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert remaining_lines(output) == [f"job j{n}" for n in range(10)]


def test_two_commands_in_a_pipe_take_turns(script: Script, tmp_path: Path) -> None:
    """One draws, and the other only after it; both keep their lines."""
    body = """
from pathlib import Path
from krea_cli.terminal import live_display
live_display.APPEARS_AFTER_SECONDS = 0.0
name, folder = sys.argv[1], Path(sys.argv[2])
def wait_for(sign):
    while not (folder / sign).exists(): time.sleep(0.01)
wait_for(f"{name} may begin")
with output.progress():
    output.tell(Running(name, name, "queued", 7, time.time()))
    if name == "second":
        output.tell(Changed(name, "sampling"))
        time.sleep(0.3)
        (folder / "second had its chance").touch()
        sys.stdin.read()
        output.tell(Changed(name, "processing"))
    wait_for(f"{name} may end")
"""
    program = " ".join(script(body))
    line = f"{program} first {tmp_path} | {program} second {tmp_path}"
    child = start_on_terminal(["bash", "-c", line])
    (tmp_path / "first may begin").touch()
    child.expect("queued")
    (tmp_path / "second may begin").touch()
    output = child.before + child.after
    while not (tmp_path / "second had its chance").exists():
        child.expect([r"\S+", pexpect.TIMEOUT], timeout=0.05)
        output += child.before + (child.after if isinstance(child.after, str) else "")
    (tmp_path / "first may end").touch()
    child.expect("processing")
    (tmp_path / "second may end").touch()
    output += child.before + child.after + child.read()
    child.close()
    assert "sampling" not in output
    assert remaining_lines(output.replace("\r\n", "\n")) == ["job first", "job second"]


def test_the_background_does_not_draw(script: Script) -> None:
    """A command sent to the background keeps its lines and leaves the prompt alone."""
    program = " ".join(script(ONE_JOB))
    output = run_on_terminal(["bash", "-c", f"set -m; {program} & wait"])
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert plain.splitlines()[:4] == ["job j1", "warning: careful", "out.png", "end"]


BATCH_PROGRAM = """
from krea_cli.terminal import live_display
live_display.APPEARS_AFTER_SECONDS = 0.0
def progress(done, **more):
    fields = {"total": 400, "done": done, "made": done, "failed": 0, "doubtful": 0, "running": 4}
    fields |= {"waiting": 396 - done, "limit": 4, "spent": done * 70_000, "about": 0, "unpriced": 0}
    output.tell(BatchProgress(**fields | more))
with output.progress():
    progress(0)
    while "rich.live" not in sys.modules: time.sleep(0.01)
    time.sleep(0.3)
    PLAY
output.say("over")
"""


def without_time(line: str) -> str:
    """LINE without its spinner, and N for the seconds that passed."""
    return re.sub(r"[0-9]+(?= s$)", "N", re.sub("^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ", "", line))


def test_a_batch_has_one_bar(script: Script) -> None:
    """Saved paths stay above the bar; the bar itself goes."""
    play = (
        "for n in range(3): output.tell(ItemEnded(line=n, files=(f'{n}.png',)));"
        " output.print_files({'files': [f'{n}.png']}); progress(n + 1)\n"
        "    output.tell(ItemEnded(line=9, error='it failed'))\n"
        "    progress(3, failed=1, running=3); time.sleep(0.4)\n"
        "    print('SEEN', file=sys.stderr, flush=True)"
    )
    output = run_on_terminal(script(BATCH_PROGRAM.replace("PLAY", play)), NO_COLOR="1")
    seen, _, _ = output.partition("SEEN")
    assert [without_time(line) for line in screen_lines(seen)] == [
        "0.png",
        "1.png",
        "2.png",
        "line 9: it failed",
        "━───────────────── · 3/400 · 1 failed · 3 running · 393 waiting · $0.21 · N s",
    ]
    assert screen_lines(output.replace("SEEN\n", ""))[-2:] == ["2.png", "over"]
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", output)


def test_thousands_of_items_are_not_drawn_one_by_one(script: Script) -> None:
    """Thousands of items in a moment cause ten drawings a second."""
    play = (
        "began = time.monotonic()\n"
        "    for n in range(2000):\n"
        "        output.print_files({'files': [f'{n}.png']}); progress(n % 390)\n"
        "    took = time.monotonic() - began\n"
        "output.say(f'took {took}')"
    )
    output = run_on_terminal(script(BATCH_PROGRAM.replace("PLAY", play)))
    match = re.search(r"took ([0-9.]+)", output)
    assert match is not None
    # Three in the pause before, the first and the last, and those of the time that it took.
    assert output.count("\x1b[?25l") <= 5 + float(match[1]) * 10
    assert output.count(".png") == 2000


def test_the_bar_names_files_if_stdout_is_redirected(script: Script, tmp_path: Path) -> None:
    """With stdout in a file, the last few names are above the bar, and go with it."""
    play = (
        "for n in range(9): output.tell(ItemEnded(line=n, files=(f'{n}.png',)))\n"
        "    progress(9); time.sleep(0.4)\n"
        "    print('SEEN', file=sys.stderr, flush=True)"
    )
    program = " ".join(script(BATCH_PROGRAM.replace("PLAY", play)))
    output = run_on_terminal(["bash", "-c", f"{program} > {tmp_path}/out"])
    seen, _, _ = output.partition("SEEN")
    *names, _ = screen_lines(seen)
    assert names == [f"line {n}: saved {n}.png" for n in range(4, 9)]
    assert screen_lines(output.replace("SEEN\n", ""))[-1] == "over"


def test_a_terminal_that_is_made_narrow(script: Script) -> None:
    """The next drawing fits the new width."""
    play = (
        "print('WIDE', file=sys.stderr, flush=True); sys.stdin.readline()\n"
        "    time.sleep(0.4); print('NARROW', file=sys.stderr, flush=True)"
    )
    command = script(BATCH_PROGRAM.replace("PLAY", play))
    child = pexpect.spawn(
        "env",
        ["-u", "COLUMNS", "-u", "LINES", "TERM=xterm-256color", *command],
        encoding="utf-8",
        dimensions=(24, 120),
        timeout=20,
    )
    child.setecho(False)
    child.expect("WIDE")
    assert "396 waiting" in child.before
    child.setwinsize(24, 24)
    child.sendline("")
    child.expect("NARROW")
    last = child.before.rpartition("\x1b[2K")[2]
    child.read()
    child.close()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", last).strip()
    assert without_time(shown) == "0/400 · $0.00 · N s"


def test_a_batch_of_long_jobs_moves(script: Script) -> None:
    """Until the first item ends, the spinner turns and the seconds are counted."""
    output = run_on_terminal(script(BATCH_PROGRAM.replace("PLAY", "time.sleep(1.2)")))
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output)
    assert len(set(re.findall("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", plain))) >= 5
    assert len(set(re.findall("· ([0-9]+ s)", plain))) >= 2


JOB_CONTROL = """
from krea_cli.terminal import live_display
live_display.APPEARS_AFTER_SECONDS = 0.0
import os, signal
from pathlib import Path
with output.progress():
    output.tell(Running("j1", "m", "queued", 7, time.time()))
    while not Path(sys.argv[1]).exists(): time.sleep(0.01)
print("end", flush=True)
"""


def test_ctrl_z_gives_the_cursor_back(script: Script, tmp_path: Path) -> None:
    """The line goes and the cursor comes back; in the background nothing is drawn."""
    program = " ".join(script(JOB_CONTROL))
    child = start_on_terminal(["bash", "--norc", "--noprofile", "-i"], PS1="$ ")
    child.expect_exact("$ ")
    child.sendline(f"{program} {tmp_path / 'may-end'}")
    child.expect("queued")
    seen = child.before + child.after
    child.sendcontrol("z")
    child.expect("Stopped")
    seen += child.before + child.after
    assert seen.rindex("\x1b[?25h") > seen.rindex("\x1b[?25l")
    assert seen.rindex("\x1b[2K") > seen.rindex("queued")
    child.sendline("bg")
    child.expect_exact("&")
    assert child.expect(["queued", pexpect.TIMEOUT], timeout=1) == 1
    child.sendline("fg")
    child.expect("queued")
    (tmp_path / "may-end").touch()
    child.expect_exact("end\r\n")
    child.close()


def test_ctrl_z_without_a_shell_changes_nothing(script: Script, tmp_path: Path) -> None:
    """With nobody to wake it up, the system stops no process; the display comes again."""
    child = start_on_terminal([*script(JOB_CONTROL), str(tmp_path / "may-end")])
    child.expect("queued")
    child.sendcontrol("z")
    child.expect("queued")
    child.expect("queued")
    (tmp_path / "may-end").touch()
    child.expect_exact("end\r\n")
    child.close()


def test_after_a_stop_from_outside_the_background_is_silent(script: Script, tmp_path: Path) -> None:
    """SIGSTOP cannot be noticed; once it goes on in the background, the line is given up."""
    program = " ".join(script(JOB_CONTROL))
    child = start_on_terminal(["bash", "--norc", "--noprofile", "-i"], PS1="$ ")
    child.expect_exact("$ ")
    child.sendline(f"{program} {tmp_path / 'may-end'}")
    child.expect("queued")
    os.kill(os.tcgetpgrp(child.fileno()), signal.SIGSTOP)
    child.expect("Stopped")
    child.sendline("bg")
    child.expect("\x1b\\[\\?25h")
    assert child.expect(["queued", pexpect.TIMEOUT], timeout=1) == 1
    (tmp_path / "may-end").touch()
    child.close()
