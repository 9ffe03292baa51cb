"""Bugs that thousands of drawn bodies found, one plain case each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import httpx
import pytest

from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE
from tests.harness.cli import Cli
from tests.hostile.properties import check_result, parse_strict_json
from tests.hostile.stub_service import StubService, json_response

T = TypeVar("T")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b'{"seed": NaN, "n": 1}', {"seed": None, "n": 1}),
        (b'{"size": [1e999, -Infinity, 0.5]}', {"size": [None, None, 0.5]}),
    ],
)
def test_json_output_is_strict_json(cli: Cli, raw: bytes, expected: object) -> None:
    """NaN and 1e999, which Python reads, are written as null for jq and others."""
    body = b'{"job_id": "a", "status": "processing", "result": ' + raw + b"}"
    cli.service = StubService(lambda request: json_response(body))  # type: ignore[assignment]
    result = check_result(cli.krea("status", "--json", "a"), json_mode=True)
    assert parse_strict_json(result.out)["result"] == expected


class ThreadedClock(FakeClock):
    """Runs every request in a thread, as the real clock does."""

    def wait_for(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL outside the much deeper stack of the command."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(call).result()


@pytest.mark.parametrize("depth", [90, 500, *range(800, 1000, 8)])
def test_a_deeply_nested_result(cli: Cli, depth: int) -> None:
    """A result that could be parsed can be written; any other is an error."""
    nested = b"[" * depth + b"]" * depth
    body = b'{"job_id": "a", "status": "processing", "result": {"x": ' + nested + b"}}"
    cli.service = StubService(lambda request: json_response(body))  # type: ignore[assignment]
    cli.clock = ThreadedClock()
    check_result(cli.krea("status", "--json", "a"), json_mode=True)


@pytest.mark.parametrize("command", ["wait", "download", "status", "cancel"])
@pytest.mark.parametrize("status", ["{}", "[]", "NaN", "1", "null"])
def test_a_record_whose_status_is_no_text(cli: Cli, command: str, status: str) -> None:
    """A record without a text as status is no end, so the service is asked."""
    done = b'{"job_id": "a", "status": "cancelled"}'
    cli.service = StubService(lambda request: json_response(done))  # type: ignore[assignment]
    result = cli.krea(command, stdin=f'{{"job_id": "a", "status": {status}}}\n')
    check_result(result, json_mode=False)


@pytest.mark.parametrize("redirected", [False, True])
def test_a_host_with_invalid_punycode(cli: Cli, redirected: bool) -> None:
    """An address is refused whose host httpx can decode only later."""
    odd = "https://xn--/x.png"

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/files/"):
            return httpx.Response(302, headers={"location": odd})
        url = f"{BASE}/files/x.png" if redirected else odd
        return json_response({"job_id": "a", "status": "completed", "result": {"urls": [url]}})

    cli.service = StubService(handle)  # type: ignore[assignment]
    result = check_result(cli.krea("download", "a"), json_mode=False)
    assert result.code == 10


def test_an_api_address_with_invalid_punycode(cli: Cli) -> None:
    """The base address is refused like any other invalid one."""
    cli.environ["KREA_API_BASE"] = "https://xn--"
    assert check_result(cli.krea("status", "a"), json_mode=False).code == 2
