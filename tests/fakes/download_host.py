"""A host that answers as a test says, for one download: whole, cut, continued, refused."""

from collections.abc import Callable, Iterator
from random import Random

import httpx

from krea_cli.api.http import HttpClient
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.fetch import PartContent, fetch
from tests.clocks.fake_clock import FakeClock
from tests.tokens import KEY

URL = "http://127.0.0.1:9/images/a.png"
WHOLE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000 + b"IEND\xaeB`\x82"

Answer = Callable[[httpx.Request], httpx.Response]


class DownloadHost:
    """A host that gives ANSWERS in turn and keeps the headers it was asked with."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.request_headers: list[httpx.Headers] = []
        transport = httpx.MockTransport(self._handle)
        self.http = HttpClient("http://127.0.0.1:9", KEY, version="0", transport=transport)
        self.clock = FakeClock()
        self.progress: list[tuple[int, int | None]] = []

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.request_headers.append(request.headers)
        return self.answers.pop(0)(request)

    def fetch(self, part: PartFile, *, until: float | None = None, url: str = URL) -> PartContent:
        """Fetch the result; every scripted answer must have been used."""
        fetched = fetch(
            url,
            part,
            http=self.http,
            clock=self.clock,
            random=Random(1),
            progress=lambda received, total: self.progress.append((received, total)),
            until=until,
        )
        assert not self.answers
        return fetched


def whole(body: bytes = WHOLE, **headers: str) -> Answer:
    """Answer with all of BODY."""
    sent = {"Content-Type": "image/png"} | headers
    return lambda _: httpx.Response(200, content=body, headers=sent)


def error_page(code: int, **headers: str) -> Answer:
    """Answer with an error page."""
    return lambda _: httpx.Response(code, text="<html>no</html>", headers=headers)


def cut(body: bytes, at: int, code: int = 200, **headers: str) -> Answer:
    """Promise BODY, and close the connection after AT bytes."""

    def pieces() -> Iterator[bytes]:
        yield body[:at]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete body")

    sent = {"Content-Length": str(len(body))} | headers
    return lambda _: httpx.Response(code, content=pieces(), headers=sent)


def slow(
    body: bytes, clock: FakeClock, *, piece: int, seconds: float, total: int | None = len(WHOLE)
) -> Answer:
    """Answer with BODY in pieces of PIECE bytes, each after SECONDS."""

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(body), piece):
            clock.advance(seconds)
            yield body[at : at + piece]

    sent = {} if total is None else {"Content-Length": str(total)}
    return lambda _: httpx.Response(200, content=pieces(), headers=sent)


def rest(start: int, *, total: int = len(WHOLE), **headers: str) -> Answer:
    """Answer a Range with 206 and what is left from START."""
    sent = {"Content-Range": f"bytes {start}-{total - 1}/{total}"} | headers
    return lambda _: httpx.Response(206, content=WHOLE[start:], headers=sent)
