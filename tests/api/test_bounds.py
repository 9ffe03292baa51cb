"""An exchange has an end, whatever trickles in, and a judged host is connected to as judged."""

import gzip
import socket
import time
import tracemalloc
from typing import Any

import pytest

from krea_cli.api.certificates import Certificates
from krea_cli.api.http import HttpClient
from krea_cli.errors import NotSaved, Unanswered
from tests.fakes.raw_http_server import (
    CERTIFICATE,
    DRIP,
    TOKEN,
    RawServer,
    response,
    served,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000
ENDLESS_CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=" + b"x" * 10_000


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "answer", [HEAD + b" " * 10_000, ENDLESS_HEAD, ENDLESS_CHUNK], ids=["body", "head", "chunk"]
)
def test_an_answer_that_drips_ends(answer: bytes, method: str) -> None:
    """Each byte comes in time, and the whole never does."""
    with served(lambda _: DRIP + answer) as (server, http):
        began = time.monotonic()
        with pytest.raises(Unanswered) as caught:
            http.request(method, "/jobs", seconds=0.3, fresh=True)
        assert time.monotonic() - began < 2
        assert caught.value.message == "127.0.0.1 did not answer within 0.3 s"
        assert caught.value.charged == ("no" if method == "GET" else "unknown")
        assert len(server.received) == 1


def test_without_a_time_of_its_own_an_answer_has_more_than_its_longest_silence() -> None:
    """Half as much again: 45 seconds for a read."""
    with served(lambda _: DRIP + HEAD) as (_, http), pytest.raises(Unanswered) as caught:
        http.request("GET", "/jobs", timeout=0.2)
    assert caught.value.message == "127.0.0.1 did not answer within 0.3 s"


def test_an_upload_takes_its_time() -> None:
    """The time for an answer begins when the request was written."""

    class Slow:
        def __init__(self) -> None:
            self.pieces = [b"x" * 70_000] * 5

        def read(self, size: int = -1) -> bytes:
            time.sleep(0.1)
            return self.pieces.pop() if self.pieces else b""

    with served(lambda _: response()) as (_, http):
        files: Any = {"file": ("a", Slow(), "image/png")}
        assert http.request("POST", "/assets", files=files, seconds=0.3).status == 200


@pytest.mark.parametrize("answer", [ENDLESS_HEAD, ENDLESS_CHUNK], ids=["head", "chunk"])
def test_a_result_of_which_nothing_comes_ends(answer: bytes) -> None:
    """The bytes of a head, or of the head of a chunk, are none of the result."""
    with (
        served(lambda _: DRIP + answer) as (server, http),
        pytest.raises(Unanswered, match=r"did not answer within 0\.3 s"),
        http.stream(f"{server.url}/a.png", patience=lambda: 0.3) as reply,
    ):
        list(reply.iter_chunks())


def test_each_piece_of_a_result_has_its_time() -> None:
    """A slow result goes on for as long as it comes: whoever reads it judges its speed."""
    with (
        served(lambda _: DRIP + HEAD + b"x" * 10_000) as (server, http),
        http.stream(f"{server.url}/a.png", patience=lambda: 4.0) as reply,
    ):
        chunks = reply.iter_chunks()
        pieces = [next(chunks) for _ in range(5)]
    assert 5 <= len(b"".join(pieces)) < 10_000


@pytest.mark.parametrize("path", ["/jobs", "/generate/image/a/b"])
@pytest.mark.parametrize("layers", [1, 2])
def test_a_small_answer_that_unpacks_to_a_large_one_takes_no_memory(path: str, layers: int) -> None:
    """The reading ends at 20 MB; nothing asks for an answer that is packed twice."""
    bomb = gzip.compress(b"\0" * 200_000_000, 1)
    labels = "gzip"
    if layers == 2:
        bomb, labels = gzip.compress(bomb), "gzip, gzip"
    answer = response(bomb, headers=f"Content-Encoding: {labels}\r\n")
    tracemalloc.start()
    try:
        with served(lambda _: answer) as (_, http), pytest.raises(Unanswered) as caught:
            http.request("GET", path)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.message == (
        "the answer of 127.0.0.1 is larger than 20 MB"
        if layers == 1
        else "the answer of 127.0.0.1 is packed (gzip, gzip), which was not asked for"
    )


def test_gzip_is_asked_for_and_taken() -> None:
    """The list of jobs is ten times smaller so."""
    answer = response(gzip.compress(b'{"a": 1}'), headers="Content-Encoding: gzip\r\n")
    with served(lambda _: answer) as (server, http):
        assert http.request("GET", "/jobs").json() == {"a": 1}
        assert server.received[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("label", ["identity", "", "none", "aws-chunked"])
def test_labels_that_pack_nothing_are_ignored(label: str) -> None:
    """Some object stores hand them out."""
    answer = response(b"{}", headers=f"Content-Encoding: {label}\r\n")
    with served(lambda _: answer) as (server, http):
        assert http.request("GET", "/jobs").json() == {}
        with http.stream(f"{server.url}/a.png") as reply:
            assert b"".join(reply.iter_chunks()) == b"{}"


def test_a_packed_result_comes_as_it_is() -> None:
    """Whoever saves it unpacks it, a piece at a time."""
    packed = gzip.compress(b"png")
    answer = response(packed, headers="Content-Encoding: gzip\r\n")
    with served(lambda _: answer) as (server, http), http.stream(f"{server.url}/a.png") as reply:
        assert (b"".join(reply.iter_chunks()), reply.content_length) == (packed, len(packed))


@pytest.mark.parametrize(
    "proxies",
    [
        {},
        {"HTTP_PROXY": "http://127.0.0.1:9"},
        {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "rebound.example"},
    ],
    ids=["no proxy", "of http", "exempt"],
)
def test_a_name_that_turns_private_for_the_connection_is_not_connected_to(
    proxies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was judged."""
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)
    with RawServer(lambda _: response(b"secret"), tls=True) as server:
        http = HttpClient(
            "https://api.krea.ai",
            TOKEN,
            version="1",
            resolve=lambda *_: ["1.1.1.1"],
            certificates=Certificates(str(CERTIFICATE)),
        )
        url = server.url.replace("127.0.0.1", "rebound.example")
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *rest, **named: real("127.0.0.1", *rest, **named)
        )
        with pytest.raises(NotSaved) as caught, http.stream(url):
            pass
        http.close()
        assert server.connections == 0
    assert caught.value.message == (
        "the result's host rebound.example has the private address 127.0.0.1; nothing was fetched"
    )
