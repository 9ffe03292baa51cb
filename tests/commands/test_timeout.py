"""`--timeout` is about the whole: a service and a host that drip keep nobody longer."""

import json
import time
from pathlib import Path

import pytest

from krea_cli.flows.jobs import watch
from krea_cli.flows.transfer import limits
from tests.fakes.krea_service import PNG
from tests.fakes.raw_http_server import DRIP, RawServer, Received, response
from tests.harness.cli import CliResult, run_main
from tests.tokens import KEY

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n"


class DrippingServer:
    """A service with one job; SLOW is the beginning of the path that drips."""

    def __init__(self, slow: str) -> None:
        self._slow = slow
        self._server = RawServer(self._answer)

    def _answer(self, received: Received) -> bytes:
        path = received.line.split()[1]
        if path.startswith(self._slow):
            return DRIP + HEAD + PNG * 9
        result = {"urls": [f"{self._server.url}/a.png"]}
        return response(
            json.dumps({"job_id": "a", "status": "completed", "result": result}).encode()
        )

    def krea(self, *argv: str) -> CliResult:
        """Run `krea ARGV` by the real clock; it must not take long."""
        names = ("KREA_CONFIG_DIR", "KREA_STATE_DIR", "KREA_CACHE_DIR")
        environ = {name: str(Path(name).absolute()) for name in names}
        environ |= {"KREA_API_BASE": self._server.url, "KREA_API_KEY": KEY}
        began = time.monotonic()
        with self._server:
            result = run_main(argv, environ=environ)
        assert time.monotonic() - began < 4
        return result


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave only a moment to what the user's time leaves nothing, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(limits, "LATE_WINDOW_SECONDS", 0.3)
    monkeypatch.setattr(watch, "LAST_LOOK_SECONDS", 0.3)


def test_wait_ends_in_time() -> None:
    """The job still runs, for all that is known."""
    result = DrippingServer("/jobs").krea("wait", "a", "--timeout", "1", "--quiet")
    assert (result.code, result.out, result.err) == (
        4,
        "",
        "error: stopped waiting; job a still runs\n  hint: krea wait a\n  charged: unknown\n",
    )


@pytest.mark.parametrize("slow", ["/jobs", "/a.png"])
def test_download_ends_in_time(slow: str) -> None:
    """With a result that is known to be paid, it says so."""
    result = DrippingServer(slow).krea("download", "a", "-o", "x.png", "--timeout", "1", "--quiet")
    if slow == "/jobs":
        assert result.code == 4
        assert result.error(charged="unknown") == "stopped waiting; job a still runs"
    else:
        assert result.code == 10
        assert result.error(charged="yes").startswith(
            "the result of job a is paid and could not be saved: "
        )
    assert not Path("x.png").exists()
