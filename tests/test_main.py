"""The installed command: the version, and a closed standard output."""

import os
import subprocess
import sys

import pytest

from krea_cli import __version__

KREA = f"{sys.executable} -m krea_cli"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("", (0, f"krea {__version__}\n", "")),
        ("-V", (0, f"krea {__version__}\n", "")),
        (">&-", (0, "", "")),
        (
            "> /dev/full",
            (1, "", "error: standard output could not be written: No space left on device\n"),
        ),
    ],
    ids=["pipe", "words after it", "closed", "full"],
)
def test_the_version(rest: str, expected: tuple[int, str, str]) -> None:
    """The version is printed; a broken stdout is one error or none, never a traceback."""
    if "full" in rest and not os.path.exists("/dev/full"):
        pytest.skip("this system has no full device")
    done = subprocess.run(
        ["sh", "-c", f"{KREA} --version {rest}"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == expected


def test_a_reader_that_closes_the_pipe() -> None:
    """`krea generate --help | true` is no failure."""
    script = f"{{ {KREA} generate --help; echo $? >&2; }} | true"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "0\n")


def test_no_address_is_broken_in_the_help() -> None:
    """At 80 columns lines break at spaces only: half an address is worth nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "krea_cli", "auth", "logout", "-h"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert "  https://www.krea.ai/settings/api-tokens.\n" in done.stdout
