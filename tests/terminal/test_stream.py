"""Standard streams that are closed, full, or of a narrow encoding."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.installed_cli import is_stopped, wait_until

Script = Callable[[str], list[str]]


def run_shell(command: str, **environ: str) -> tuple[int, bytes, bytes]:
    """Run a shell line; return its exit code, stdout and stderr."""
    result = subprocess.run(
        ["bash", "-c", command], capture_output=True, env={**os.environ, **environ}, check=False
    )
    return result.returncode, result.stdout, result.stderr


def test_a_reader_that_leaves_is_no_failure(script: Script) -> None:
    """`| head -1` does not end the work, and there is no complaint, not even at exit."""
    program = " ".join(
        script(
            "for n in range(2000): output.print_line('x' * 100)\n"
            "output.say('worked on')\n"
            "output.close()\n"
        )
    )
    result = run_shell(f"{program} | head -1; exit ${{PIPESTATUS[0]}}")
    assert result == (0, b"x" * 100 + b"\n", b"worked on\n")


def test_a_log_that_is_gone_is_no_failure(script: Script) -> None:
    """With stderr a closed pipe, the answer still comes."""
    program = " ".join(
        script("for n in range(2000): output.say('x' * 100)\noutput.print_line('answer')\n")
    )
    assert run_shell(f"{program} 2> >(head -1 >/dev/null)") == (0, b"answer\n", b"")


def test_closed_descriptors_are_no_failure(script: Script) -> None:
    """With `>&- 2>&-` the program ends well without output."""
    program = " ".join(script("output.print_line('a')\noutput.say('b')\n"))
    assert run_shell(f"{program} >&- 2>&-") == (0, b"", b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_an_error(script: Script) -> None:
    """A failed answer is an error. `charged` is that of the job told of, "no" without one."""
    program = " ".join(
        script(
            "from krea_cli.errors import KreaError\n"
            "for answer in (\n"
            "    lambda: output.print_line('a'),\n"
            "    lambda: output.print_table(['a'], [['b']], []),\n"
            "    lambda: output.print_files({'job_id': 'j', 'charged': 'yes', 'files': ['a']}),\n"
            "    lambda: output.print_job_id({'job_id': 'j', 'charged': 'unknown'}),\n"
            "    lambda: output.write_bytes([b'x']),\n"
            "):\n"
            "    output = Output(env, json=False, quiet=False, verbose=False)\n"
            "    try: answer()\n"
            "    except KreaError as error: output.print_error(error)\n"
            "    env.stdout = open('/dev/full', 'w')\n"
        )
    )
    assert run_shell(f"{program} > /dev/full") == (
        0,
        b"",
        b"error: standard output could not be written: No space left on device\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  charged: no\n"
        b"error: standard output could not be written: No space left on device\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  charged: no\n"
        b"error: standard output could not be written: No space left on device\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  job: j\n"
        b"  charged: yes\n"
        b"error: standard output could not be written: No space left on device\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  job: j\n"
        b"  charged: unknown\n"
        b"error: the result could not be written to standard output: No space left on device\n"
        b"  charged: yes\n",
    )


def test_a_narrow_encoding_is_no_failure(script: Script) -> None:
    """Characters outside ASCII are escaped; a path keeps its bytes."""
    program = " ".join(
        script(
            "output.print_line('caf\\u00e9')\n"
            "output.say('\\u5c71')\n"
            "output.print_files({'files': ['caf\\u00e9.png', 'odd\\udcff.png']})\n"
        )
    )
    result = run_shell(program, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert result == (0, b"caf\\xe9\ncaf\\xe9.png\nodd\xff.png\n", b"\\u5c71\n")


def test_bytes_go_through_as_they_are(script: Script) -> None:
    """`-o -` writes the bytes of the result and nothing else."""
    program = " ".join(script("output.write_bytes([b'\\x89PNG\\r\\n', b'\\x00\\xff'])\n"))
    assert run_shell(program) == (0, b"\x89PNG\r\n\x00\xff", b"")


def test_a_pipe_needs_no_rich(script: Script) -> None:
    """Neither rich nor json are imported to write plain text into a pipe."""
    program = " ".join(
        script(
            "with output.progress():\n"
            "    output.tell(Running('j1', 'm', 'queued', 7, 0))\n"
            "    output.print_table(['a'], [['b']], [])\n"
            "print([name for name in ('rich', 'json', 'httpx', 'typer') if name in sys.modules])\n"
        )
    )
    assert run_shell(program) == (0, b"b\n[]\n", b"job j1: queued, usually 7 s\n")


BIG = "output.write_bytes([bytes(range(256)) * 1200, b'end'])\noutput.print_line('m' * 300_000)\n"
BIG_BYTES = bytes(range(256)) * 1200 + b"end" + b"m" * 300_000 + b"\n"


def start(program: list[str], stdout: int, **environ: str) -> "subprocess.Popen[bytes]":
    """Start PROGRAM with its standard output on a descriptor, which is closed here."""
    process = subprocess.Popen(
        program, stdout=stdout, stderr=subprocess.PIPE, env={**os.environ, **environ}
    )
    os.close(stdout)
    return process


def read_slowly(descriptor: int) -> bytes:
    """Read a pipe to its end in pieces smaller than it holds."""
    pieces = []
    while piece := os.read(descriptor, 1000):
        pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces)


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "non-blocking"])
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_every_byte_arrives(script: Script, blocking: bool, unbuffered: str) -> None:
    """Neither an unbuffered nor a non-blocking stdout loses the rest of what a pipe cannot hold."""
    reader, writer = os.pipe()
    os.set_blocking(writer, blocking)
    process = start(script(BIG), writer, PYTHONUNBUFFERED=unbuffered)
    assert read_slowly(reader) == BIG_BYTES
    assert process.communicate() == (None, b"")
    assert process.returncode == 0


def test_a_stop_loses_nothing(script: Script) -> None:
    """Ctrl-Z and `fg` in the middle of a write: the system then reports a short one."""
    reader, writer = os.pipe()
    process = start(script(BIG), writer, PYTHONUNBUFFERED="1")
    wait_until(lambda: unread_bytes(reader) >= 65_536)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        process.send_signal(number)
        wait_until(lambda stopped=number is signal.SIGSTOP: is_stopped(process.pid) == stopped)
    assert read_slowly(reader) == BIG_BYTES
    assert process.communicate() == (None, b"")
    assert process.returncode == 0


def unread_bytes(descriptor: int) -> int:
    """The number of bytes that wait in a pipe."""
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4), sys.byteorder)


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_disk_that_fills_up_is_an_error(script: Script, unbuffered: str, tmp_path: Path) -> None:
    """A write that is cut short by the end of the room is no success."""
    program = " ".join(
        script(
            "from krea_cli.errors import KreaError\n"
            "try: output.print_line('m' * 300_000)\n"
            "except KreaError as error: output.print_error(error)\n"
        )
    )
    out = tmp_path / "out"
    result = run_shell(f"ulimit -f 8; {program} > {out}", PYTHONUNBUFFERED=unbuffered)
    assert result == (
        0,
        b"",
        b"error: standard output could not be written: File too large\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  charged: no\n",
    )
    assert out.stat().st_size == 8192


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_help_that_is_cut_short_is_an_error(unbuffered: str, tmp_path: Path) -> None:
    """The help, which Typer writes, is no success either if its end is missing."""
    out = tmp_path / "out"
    command = f"{sys.executable} -m krea_cli.main generate --help > {out}"
    result = run_shell(f"ulimit -f 1; {command}", PYTHONUNBUFFERED=unbuffered)
    assert result == (
        1,
        b"",
        b"error: standard output could not be written: File too large\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  charged: no\n",
    )
    assert out.stat().st_size == 1024


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_the_help_waits_for_a_slow_reader(script: Script, unbuffered: str) -> None:
    """A stdout that Typer writes to may be non-blocking."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    program = script(
        "from krea_cli.terminal.stream import with_whole_writes\n"
        "sys.stdout = with_whole_writes(sys.stdout)\n"
        "print('m' * 300_000)\n"
    )
    process = start(program, writer, PYTHONUNBUFFERED=unbuffered)
    assert read_slowly(reader) == b"m" * 300_000 + b"\n"
    assert process.communicate() == (None, b"")
