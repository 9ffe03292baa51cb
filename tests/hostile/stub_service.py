"""A stub of the service with any answers, and a command line on top of it."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.harness.cli import Cli
from tests.hostile.strategies import Answer, encode_body

BASE = "http://127.0.0.1:9"
GENERATE_FOX = ("generate", "a red fox", "-m", "bfl/flux-1-dev")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24 + b"IEND\xaeB`\x82"

Handle = Callable[[httpx.Request], httpx.Response]


@dataclass
class StubService:
    """Takes the place of the service of a `Cli`: HANDLE answers each request."""

    handle: Handle

    def transport(self) -> httpx.MockTransport:
        """Return the transport that replaces the network."""
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        # As a real connection traces it: the request was sent, whatever is wrong with the answer.
        request.extensions["trace"]("http11.send_request_headers.started", {"request": request})
        return self.handle(request)


@contextmanager
def cli_with(handle: Handle) -> Iterator[Cli]:
    """Make a command line of its own for one example; HANDLE answers its requests."""
    with tempfile.TemporaryDirectory() as home, chdir(home):
        cli = Cli(Path(home))
        cli.service = StubService(handle)  # type: ignore[assignment]
        yield cli


def to_response(answer: Answer) -> httpx.Response:
    """Turn ANSWER into a response with a body that the client reads and decodes."""
    status, body, headers = answer
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def json_response(body: object) -> httpx.Response:
    """Make a success with BODY as JSON."""
    return httpx.Response(200, stream=httpx.ByteStream(encode_body(body)))


def list_response(bodies: list[Any]) -> httpx.Response:
    """Make a page of the job list with BODIES."""
    return json_response(
        b'{"items": [' + b",".join(map(encode_body, bodies)) + b'], "next_cursor": null}'
    )
