"""Standard streams that are closed, full, or of a narrow encoding."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

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
    """A failed answer is an error: `charged` is "no" for a table, "yes" for a result's bytes."""
    program = " ".join(
        script(
            "from krea_cli.errors import KreaError\n"
            "for answer in (\n"
            "    lambda: output.print_line('a'),\n"
            "    lambda: output.print_table(['a'], [['b']], []),\n"
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
        b"  charged: unknown\n"
        b"error: standard output could not be written: No space left on device\n"
        b"  hint: make room where the output goes; nothing that was made is lost\n"
        b"  charged: no\n"
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
