"""Connections that are opened ahead: used once, while they are young and the other side holds."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from krea_cli.api import standby
from krea_cli.api.certificates import Certificates
from krea_cli.api.http import HttpClient
from krea_cli.errors import KreaError, Unreachable, Untrusted
from tests.fakes.raw_http_server import (
    CERTIFICATE,
    RESET,
    TOKEN,
    RawServer,
    Received,
    response,
    served,
)


def trusting(server: RawServer) -> HttpClient:
    """A client that trusts the certificate of SERVER."""
    certificates = Certificates(file=str(CERTIFICATE))
    return HttpClient(server.url, TOKEN, version="1", certificates=certificates)


def post(http: HttpClient) -> int:
    """Send one POST on a connection of its own; return its status."""
    connection = http.connect()
    return http.request(
        "POST", "/generate/image/a/b", json={}, fresh=True, connection=connection
    ).status


@contextmanager
def open_ahead(http: HttpClient, server: RawServer) -> Iterator[None]:
    """A connection stands open for the block."""
    before = server.connections
    http.open_ahead()
    wait_until(lambda: server.connections > before)
    yield


def wait_until(condition: object) -> None:
    """Wait for what a thread is about to do, five seconds at most."""
    end = time.monotonic() + 5
    while not condition() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.005)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_request_takes_the_connection_that_stands(tls: bool) -> None:
    """Each is used for one request, and told apart from the next."""
    with RawServer(lambda _: response(), tls=tls) as server:
        http = trusting(server)
        for number in (1, 2):
            with open_ahead(http, server):
                http.open_ahead()  # one stands already
                assert post(http) == 200
            assert server.connections == number
        assert [received.connection for received in server.received] == [1, 2]
        http.close()


def test_several_stand_for_several_requests() -> None:
    """As many as are asked for, and no more."""
    with served(lambda _: response()) as (server, http):
        http.open_ahead(3)
        http.open_ahead(2)
        wait_until(lambda: server.connections == 3)
        assert [post(http) for _ in range(4)] == [200] * 4
        assert server.connections == 4


def test_one_that_the_other_side_has_closed_is_not_used() -> None:
    """A request on it would be in doubt for nothing. TLS sends tickets before the end."""
    hung_up = threading.Event()

    class Hasty(RawServer):
        def _read(self, connection: object, number: int) -> Received | None:
            if number == 1:
                hung_up.set()
                return None
            return super()._read(connection, number)  # type: ignore[arg-type]

    with Hasty(lambda _: response(), tls=True) as server:
        http = trusting(server)
        http.open_ahead()
        assert hung_up.wait(5)
        time.sleep(0.05)  # for the end to arrive here
        assert post(http) == 200
        assert [received.connection for received in server.received] == [2]
        http.close()


def test_an_old_one_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts close a connection on which no request comes."""
    with served(lambda _: response()) as (server, http), open_ahead(http, server):
        monkeypatch.setattr(standby, "MAX_AGE_SECONDS", 0.0)
        opened = http.connect()
        assert opened is not None
        monkeypatch.undo()
        assert http.request("POST", "/x/y", fresh=True, json={}, connection=opened).status == 200
        assert [received.connection for received in server.received] == [2]


@pytest.mark.parametrize("ahead", [False, True], ids=["now", "opened ahead"])
def test_a_connection_that_fails_is_told(ahead: bool) -> None:
    """In the words of a request that could not leave; the try ahead of it says nothing."""
    with RawServer(lambda _: response()) as server:
        url = server.url
    http = HttpClient(url, TOKEN, version="1")
    if ahead:
        http.open_ahead()
    with pytest.raises(Unreachable, match=r"no connection to 127\.0\.0\.1: it was refused"):
        http.connect()
    http.close()


def test_a_certificate_that_is_not_trusted_is_told() -> None:
    """Before anything of the request leaves."""
    with served(lambda _: response(), tls=True) as (server, http):
        with pytest.raises(Untrusted, match=r"the certificate of 127\.0\.0\.1 is not trusted"):
            http.connect()
        assert server.received == []


def test_an_unknown_host_is_told() -> None:
    """No thread dies of a name that cannot be asked for."""
    for host in ("no-such-host.invalid", "a" * 64 + ".invalid"):
        http = HttpClient(f"https://{host}", TOKEN, version="1")
        http.open_ahead()
        with pytest.raises(KreaError, match="no connection to"):
            http.connect()
        http.close()


def test_the_way_to_a_proxy_is_opened_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is told the host only when the request leaves."""
    with RawServer(lambda _: response(status="403 Forbidden")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        http = HttpClient("https://api.invalid", TOKEN, version="1")
        with open_ahead(http, proxy):
            assert proxy.received == []
            with pytest.raises(Unreachable, match="the proxy refused it"):
                post(http)
        assert [received.line for received in proxy.received] == [
            "CONNECT api.invalid:443 HTTP/1.1"
        ]
        assert proxy.connections == 1
        http.close()


def test_one_that_nobody_takes_is_closed() -> None:
    """With the client; also one that is still being opened."""
    with served(lambda _: RESET) as (server, http):
        with open_ahead(http, server):
            taken = http.connect()
        assert taken is not None
        http.open_ahead()
        http.close()
        opened = taken.take()
        assert opened is not None
        taken.close()
        with pytest.raises(OSError, match="Bad file descriptor"):
            opened.send(b"x")


def test_the_handshake_offers_http_1_1() -> None:
    """As httpx does: a host that prefers HTTP/2 must not choose it."""

    class Context:
        offered: list[str] | None = None

        def set_alpn_protocols(self, protocols: list[str]) -> None:
            self.offered = protocols

        def wrap_socket(self, _: object, *, server_hostname: str) -> None:
            raise ssl.SSLError(server_hostname)

    with RawServer(lambda _: response()) as server:
        context, port = Context(), int(server.url.rpartition(":")[2])
        connections = standby.Standby("127.0.0.1", port, lambda: context)  # type: ignore[arg-type,return-value]
        with pytest.raises(ssl.SSLError, match=r"127\.0\.0\.1"):
            connections.take()
    assert context.offered == ["http/1.1"]
