"""What was found by looking at many thousands of bodies, each as one plain case."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import httpx
import pytest

from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE
from tests.harness.cli import Cli
from tests.hostile.wire import Wire, found, sound, strict

T = TypeVar("T")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (b'{"seed": NaN, "n": 1}', {"seed": None, "n": 1}),
        (b'{"size": [1e999, -Infinity, 0.5]}', {"size": [None, None, 0.5]}),
    ],
)
def test_json_holds_no_word_that_json_lacks(cli: Cli, told: bytes, shown: object) -> None:
    """Python reads NaN and 1e999; jq and others would choke on the line that repeats them."""
    body = b'{"job_id": "a", "status": "processing", "result": ' + told + b"}"
    cli.service = Wire(lambda request: found(body))  # type: ignore[assignment]
    result = sound(cli.krea("status", "--json", "a"), json_mode=True)
    assert strict(result.out)["result"] == shown


class Threaded(FakeClock):
    """Lets every request run in a thread, as the real clock does."""

    def attend(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL beside the command's own, much deeper stack."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(call).result()


@pytest.mark.parametrize("depth", [90, 500, *range(800, 1000, 8)])
def test_a_result_nested_without_end(cli: Cli, depth: int) -> None:
    """What could just be read can be written; what could not be read is told."""
    nested = b"[" * depth + b"]" * depth
    body = b'{"job_id": "a", "status": "processing", "result": {"x": ' + nested + b"}}"
    cli.service = Wire(lambda request: found(body))  # type: ignore[assignment]
    cli.clock = Threaded()
    sound(cli.krea("status", "--json", "a"), json_mode=True)


@pytest.mark.parametrize("command", ["wait", "download", "status", "cancel"])
@pytest.mark.parametrize("status", ["{}", "[]", "NaN", "1", "null"])
def test_a_record_whose_status_is_no_text(cli: Cli, command: str, status: str) -> None:
    """It tells no end, so the service is asked."""
    done = b'{"job_id": "a", "status": "cancelled"}'
    cli.service = Wire(lambda request: found(done))  # type: ignore[assignment]
    result = cli.krea(command, stdin=f'{{"job_id": "a", "status": {status}}}\n')
    sound(result, json_mode=False)


@pytest.mark.parametrize("redirected", [False, True])
def test_a_host_whose_letters_stand_for_nothing(cli: Cli, redirected: bool) -> None:
    """httpx reads the address, and stumbles over its host later."""
    odd = "https://xn--/x.png"

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/files/"):
            return httpx.Response(302, headers={"location": odd})
        url = f"{BASE}/files/x.png" if redirected else odd
        return found({"job_id": "a", "status": "completed", "result": {"urls": [url]}})

    cli.service = Wire(handle)  # type: ignore[assignment]
    result = sound(cli.krea("download", "a"), json_mode=False)
    assert result.code == 10


def test_an_api_address_whose_letters_stand_for_nothing(cli: Cli) -> None:
    """Told as any other address that cannot be asked."""
    cli.environ["KREA_API_BASE"] = "https://xn--"
    assert sound(cli.krea("status", "a"), json_mode=False).code == 2
