"""`--timeout` bounds a command from its start, and not the waiting for its job alone."""

import time
from pathlib import Path

import pytest

from tests.fakes.krea_service import PNG
from tests.fakes.raw_http_server import DRIP, HANG, RawServer, response
from tests.harness.installed_cli import InstalledCli

MAX_SECONDS = 12.0  # for a time-out of one to three seconds, on a busy machine


@pytest.mark.parametrize("answer", [HANG, DRIP + response(b"x" * 10_000)], ids=["hang", "drip"])
def test_the_catalog_for_a_cap(installed: InstalledCli, answer: bytes) -> None:
    """A service that gives out its prices too slowly: nothing is sent."""
    with RawServer(lambda _: answer) as server:
        start = time.monotonic()
        capped = installed.krea(
            "generate", "a fox", "--max-cost", "1", "--timeout", "1", KREA_API_BASE=server.url
        )
        assert time.monotonic() - start < MAX_SECONDS
    assert capped.code == 5
    assert capped.error(charged="no") == (
        "a budget needs today's prices, and they could not be fetched:"
        " 127.0.0.1 did not answer within 1 s; nothing was sent"
    )


def test_an_upload(installed: InstalledCli) -> None:
    """A service that takes the file and never answers: nothing was submitted."""
    Path(installed.folder, "a.png").write_bytes(PNG)
    # Long enough to come to the upload on a busy machine.
    words = ("generate", "night", "-m", "flux-kontext", "--image", "a.png", "--timeout", "3")
    with RawServer(lambda _: HANG) as server:
        start = time.monotonic()
        late = installed.krea(*words, KREA_API_BASE=server.url)
        assert time.monotonic() - start < MAX_SECONDS
        assert {received.line for received in server.received} == {"POST /assets HTTP/1.1"}
    assert late.code == 8
    assert late.error(charged="no") == (
        "a.png was not uploaded: the time to wait was over; nothing was submitted"
    )
