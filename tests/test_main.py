"""The front door, where it answers before anything else is imported."""

import os
import subprocess
import sys

import pytest

from krea_cli import __version__

KREA = f"{sys.executable} -m krea_cli.main"


@pytest.mark.parametrize(
    ("redirection", "ended"),
    [
        ("", (0, f"krea {__version__}\n", "")),
        (">&-", (0, "", "")),
        (
            "> /dev/full",
            (1, "", "error: standard output could not be written: No space left on device\n"),
        ),
    ],
    ids=["pipe", "closed", "full"],
)
def test_the_version(redirection: str, ended: tuple[int, str, str]) -> None:
    """Written at once; a stdout that takes nothing is one sentence or none, never a traceback."""
    if "full" in redirection and not os.path.exists("/dev/full"):
        pytest.skip("this system has no full device")
    done = subprocess.run(
        ["sh", "-c", f"{KREA} --version {redirection}"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == ended


def test_a_reader_of_the_help_that_leaves() -> None:
    """`krea --help | true` is no failure: whoever left has read enough."""
    script = f"{{ {KREA} generate --help; echo $? >&2; }} | true"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "0\n")
