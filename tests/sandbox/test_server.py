"""The sandbox as a process of its own."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from krea_cli.sandbox.__main__ import main
from krea_cli.sandbox.settings import SandboxError, Settings
from tests.fakes.sandbox_process import SandboxProcess


def test_a_process_serves_until_its_input_closes() -> None:
    """The process prints its addresses, answers, and is gone at the end."""
    with SandboxProcess("--speed", "100", "--seed", "3") as sandbox:
        url = f"{sandbox.api}/jobs"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {sandbox.token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer) == {"items": [], "next_cursor": None}
        assert sandbox.stats()["polls"] == {"single": 0, "list": 1}
        assert sandbox.jobs() == []

    with pytest.raises(OSError):
        urllib.request.urlopen(url, timeout=1)


def test_a_signal_ends_it_in_good_order() -> None:
    """SIGTERM gives exit code 0, and nothing on stderr."""
    command = [sys.executable, "-m", "krea_cli.sandbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr.read() == b""


def test_a_sandbox_that_cannot_start_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code is 2, with one sentence on stderr."""
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)

    assert main(["--openapi", str(tmp_path / "none.json")]) == 2
    assert main(["--port", "99999"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f"krea sandbox: cannot read {tmp_path}/none.json: No such file or directory",
        "krea sandbox: cannot listen on port 99999: bind(): port must be 0-65535.",
    ]


@pytest.mark.parametrize(
    "settings",
    [{"speed": float("nan")}, {"seconds": float("inf")}, {"spread": float("nan")}, {"backlog": -1}],
)
def test_impossible_numbers_are_refused(settings: dict[str, float]) -> None:
    """NaN, infinity and negative numbers are refused before a port is opened."""
    with pytest.raises(SandboxError, match="must be"):
        Settings(**settings)  # type: ignore[arg-type]
