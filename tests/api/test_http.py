"""The wire itself, over real sockets on loopback."""

import gzip
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pytest_httpx import HTTPXMock

from krea_cli.api.http import Http
from krea_cli.errors import (
    NotSaved,
    TokenRefused,
    Unanswered,
    Unreachable,
    Untrusted,
    UsageError,
)
from tests.api.raw_server import CERTIFICATE, CLOSE, HANG, RESET, Answer, RawServer, response

TOKEN = "0d6f:SeCret"


@contextmanager
def served(
    answer: Answer, *, tls: bool = False, base: str = ""
) -> Iterator[tuple[RawServer, Http]]:
    """A server that answers so, and an Http whose base is that server and BASE."""
    with RawServer(answer, tls=tls) as server:
        http = Http(server.url + base, TOKEN, version="1.2")
        try:
            yield server, http
        finally:
            http.close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxy and certificates have no say."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_request_says_who_asks_and_for_what() -> None:
    """Own User-Agent, JSON wanted, the token as Bearer; header names come back in lower case."""
    with served(lambda _: response(b'{"a":1}', headers="X-Thing: Two\r\n")) as (server, http):
        reply = http.request("GET", "/jobs", params={"limit": 3})
        sent = server.received[0]
        assert (reply.status, reply.json(), reply.headers["x-thing"]) == (200, {"a": 1}, "Two")
        assert sent.line == "GET /jobs?limit=3 HTTP/1.1"
        assert sent.headers["user-agent"] == "krea-cli/1.2 (python)"
        assert sent.headers["accept"] == "application/json"
        assert sent.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("base", ["", "/", "/proxy/krea", "/proxy/krea/"])
def test_a_base_may_have_a_path_and_a_slash(base: str) -> None:
    """Whatever the base ends with, one slash joins it and the path."""
    with served(lambda _: response(), base=base) as (server, http):
        http.request("GET", "/jobs")
        assert server.received[0].line == f"GET {base.rstrip('/')}/jobs HTTP/1.1"


def test_a_body_is_sent_as_utf_8_json() -> None:
    """Letters beyond ASCII travel as they are."""
    with served(lambda _: response()) as (server, http):
        http.request("POST", "/generate/image/a/b", json={"prompt": "ä 狐"}, fresh=True)
        sent = server.received[0]
        assert sent.body == '{"prompt":"ä 狐"}'.encode()
        assert sent.headers["content-type"] == "application/json"


@pytest.mark.parametrize("data", [{"prompt": "\udcff"}, {"cfg": float("nan")}])
def test_what_json_cannot_hold_is_not_sent(data: dict[str, object]) -> None:
    """Half a letter and a nan are refused before a connection is made."""
    with served(lambda _: response()) as (server, http):
        with pytest.raises(UsageError):
            http.request("POST", "/generate/image/a/b", json=data, fresh=True)
        assert server.connections == 0


def test_reads_share_a_connection_and_posts_never_do() -> None:
    """A kept connection may be dead already, and a POST on it would be in doubt."""
    with served(lambda _: response()) as (server, http):
        for _ in range(3):
            http.request("GET", "/jobs")
        assert server.connections == 1
        for _ in range(3):
            http.request("POST", "/generate/image/a/b", json={}, fresh=True)
        http.request("GET", "/jobs")
        assert [received.connection for received in server.received] == [1, 1, 1, 2, 3, 4, 1]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (RESET, "127.0.0.1 reset the connection before it answered"),
        (CLOSE, "127.0.0.1 broke off without a whole answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n" + CLOSE, "127.0.0.1 broke off without a whole answer"),
        (response(b"{}" * 50)[:-20] + CLOSE, "127.0.0.1 broke off without a whole answer"),
        (HANG, "127.0.0.1 did not answer within 0.2 s"),
        (
            response(b"no gzip", headers="Content-Encoding: gzip\r\n"),
            "the answer of 127.0.0.1 is damaged",
        ),
    ],
    ids=["reset", "closed", "not http", "cut", "silence", "damaged"],
)
def test_no_clear_answer_after_the_request_left_is_in_doubt(answer: bytes, sentence: str) -> None:
    """A POST that left and was not answered whole may have been charged; a GET was not."""
    with served(lambda _: answer) as (_, http):
        with pytest.raises(Unanswered) as caught:
            http.request("POST", "/generate/image/a/b", json={}, timeout=0.2, fresh=True)
        assert (caught.value.message, caught.value.charged) == (sentence, "unknown")
        with pytest.raises(Unanswered) as caught:
            http.request("GET", "/jobs", timeout=0.2)
        assert (caught.value.message, caught.value.charged) == (sentence, "no")


def test_a_refused_connection_sent_nothing() -> None:
    """Nobody listens: exit 8, not charged."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    http = Http(f"http://127.0.0.1:{port}", TOKEN, version="1")
    with pytest.raises(Unreachable) as caught:
        http.request("POST", "/generate/image/a/b", json={}, fresh=True)
    assert caught.value.message == "no connection to 127.0.0.1: it was refused"
    assert (caught.value.charged, caught.value.exit_code) == ("no", 8)


@pytest.mark.parametrize(
    "answer",
    [response(status="407 Proxy Authentication Required"), RESET, CLOSE],
    ids=["refused", "reset", "closed"],
)
def test_a_proxy_that_does_not_connect_sent_nothing(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong before the tunnel stands, the request itself never left."""
    with RawServer(lambda _: answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        http = Http("https://api.invalid", TOKEN, version="1")
        with pytest.raises(Unreachable):
            http.request("POST", "/generate/image/a/b", json={}, fresh=True)
        http.close()
        assert [received.line for received in proxy.received] == [
            "CONNECT api.invalid:443 HTTP/1.1"
        ]
        assert TOKEN not in str(proxy.received)


def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox is reached in an office, too."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with served(lambda _: response()) as (_, http):
        assert http.request("GET", "/jobs").status == 200


def test_a_host_that_no_resolver_takes_sent_nothing() -> None:
    """A label of more than 63 letters fails in the encoder, not on the network."""
    with pytest.raises(Unreachable):
        Http(f"https://{'a' * 70}.invalid", TOKEN, version="1").request("GET", "/jobs")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1"])
def test_a_proxy_of_an_unknown_kind_is_one_sentence(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """httpx raises ImportError and ValueError there, while nothing was sent."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Unreachable, match="the proxy in the environment cannot be used"):
        Http("https://api.invalid", TOKEN, version="1").request("GET", "/jobs")


def test_a_certificate_that_nobody_signed_is_refused_before_anything_leaves() -> None:
    """TLS is on: the token is not shown to a stranger."""
    with served(lambda _: response(), tls=True) as (server, http):
        with pytest.raises(Untrusted) as caught:
            http.request("POST", "/generate/image/a/b", json={}, fresh=True)
        assert caught.value.message == (
            "the certificate of 127.0.0.1 is not trusted: self-signed certificate"
        )
        assert server.received == []


def test_the_environment_may_name_a_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE counts on loopback, too."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with served(lambda _: response(b"[]"), tls=True) as (_, http):
        assert http.request("GET", "/jobs").json() == []


def test_certificates_that_are_not_there_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stale SSL_CERT_FILE is told as such."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(Unreachable, match="the trusted certificates cannot be read"):
        Http("https://127.0.0.1:1", TOKEN, version="1").request("GET", "/jobs")


def test_a_server_without_tls_is_unreachable_over_https() -> None:
    """The handshake comes before the request."""
    with served(lambda _: response()) as (server, _):
        http = Http(server.url.replace("http:", "https:"), TOKEN, version="1")
        with pytest.raises(Unreachable) as caught:
            http.request("GET", "/jobs")
        assert "it speaks no TLS that is understood here" in caught.value.message
        http.close()


@pytest.mark.parametrize(
    "base", ["http://api.krea.ai", "http://10.0.0.1", "http://localhost.evil.example"]
)
def test_plain_http_is_for_loopback_only(base: str) -> None:
    """Neither a public name nor a private address gets a token in the clear."""
    with pytest.raises(UsageError, match="plain http is for loopback only"):
        Http(base, TOKEN, version="1").request("GET", "/jobs")


@pytest.mark.parametrize(
    "base",
    ["", "api.krea.ai", "ftp://a.example", "https://", "https://u:p@a.example", "https://[:"],
)
def test_a_base_that_is_no_address_is_wrong_usage(base: str) -> None:
    """One sentence, and no traceback of a parser."""
    with pytest.raises(UsageError, match="is no address that can be asked"):
        Http(base, TOKEN, version="1").request("GET", "/jobs")


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "a\u201cb", "a\u00a0b", "a\x7f"])
def test_a_token_that_no_header_can_carry_is_refused_first(token: str) -> None:
    """A pasted quote is the token's fault, not the network's."""
    with RawServer(lambda _: response()) as server:
        http = Http(server.url, token, version="1")
        with pytest.raises(TokenRefused) as caught:
            http.request("GET", "/jobs")
        assert "krea auth login" in str(caught.value.hint)
        assert server.connections == 0


def test_a_header_with_a_line_break_is_not_sent() -> None:
    """Nobody smuggles a second header in."""
    http = Http("http://127.0.0.1:1", None, version="1")
    with pytest.raises(UsageError, match="the value of X-Webhook-URL"):
        http.request("POST", "/x", json={}, headers={"X-Webhook-URL": "a\r\nb: c"})


def test_the_token_goes_to_the_apis_own_origin_only() -> None:
    """Another port is another origin; a redirect is reported, not followed."""
    with RawServer(lambda _: response()) as other:
        moved = response(status="302 Found", headers=f"Location: {other.url}/x\r\n")
        with served(lambda _: moved) as (_, http):
            assert http.request("GET", "/jobs").status == 302
            assert other.connections == 0
            http.request("GET", f"{other.url}/jobs")
            assert "authorization" not in other.received[0].headers


def test_no_token_is_sent_where_none_is_needed() -> None:
    """`authorize=False` keeps it at home."""
    with served(lambda _: response()) as (server, http):
        http.request("GET", "/openapi.json", authorize=False)
        assert "authorization" not in server.received[0].headers


def test_an_answer_without_end_is_cut() -> None:
    """A small body that unpacks to a huge one is in doubt, not in memory."""
    bomb = gzip.compress(b"\0" * 21_000_000)
    with (
        served(lambda _: response(bomb, headers="Content-Encoding: gzip\r\n")) as (_, http),
        pytest.raises(Unanswered, match="larger than 20 MB"),
    ):
        http.request("GET", "/openapi.json")


def test_the_log_has_one_line_per_request_and_no_token() -> None:
    """Method, path, status, time; for a failure its sentence."""
    lines: list[str] = []
    with RawServer(lambda got: RESET if "x" in got.line else response()) as server:
        http = Http(server.url, TOKEN, version="1", log=lines.append)
        http.request("GET", "/jobs", params={"cursor": "c"})
        with pytest.raises(Unanswered):
            http.request("GET", "/x")
        with http.stream(f"{server.url}/a.png?signature=s") as reply:
            list(reply.chunks())
        http.close()
    assert [line.rpartition(" in ")[0] for line in lines] == [
        "GET /jobs: 200",
        "GET /x: 127.0.0.1 reset the connection before it answered",
        "GET 127.0.0.1/a.png: 200",
    ]
    assert TOKEN not in str(lines)


def test_every_exception_of_httpx_has_been_judged() -> None:
    """The map is complete over httpx's tree: one that is new must be put on a side."""
    from krea_cli.api.faults import MAYBE_SENT, NOT_SENT, Trail, translate

    roots = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)
    public = [getattr(httpx, name) for name in httpx.__all__]
    tree = [kind for kind in public if isinstance(kind, type) and issubclass(kind, roots)]
    assert len(tree) == len(
        [kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)]
    )
    leaves = {
        kind.__name__
        for kind in tree
        if not any(other is not kind and issubclass(other, kind) for other in tree)
    }
    assert leaves | {"UnicodeError"} == NOT_SENT | MAYBE_SENT
    assert not NOT_SENT & MAYBE_SENT
    for kind in tree:
        failure = kind.__new__(kind)
        found = translate(failure, host="h", seconds=1, trail=Trail())
        assert type(found) is (Unreachable if kind.__name__ in NOT_SENT else Unanswered), kind


def test_a_result_is_fetched_without_the_token_as_it_is() -> None:
    """No Authorization, no compression, the caller's Range."""
    with (
        RawServer(lambda _: response(b"x" * 100_000, headers="ETag: e\r\n")) as files,
        served(lambda _: response()) as (_, http),
    ):
        with http.stream(f"{files.url}/a.png", headers={"Range": "bytes=5-"}) as reply:
            body = b"".join(reply.chunks())
        assert (reply.status, reply.length, len(body)) == (200, 100_000, 100_000)
        assert (reply.url, reply.headers["etag"]) == (f"{files.url}/a.png", "e")
        sent = files.received[0].headers
        assert (sent["accept-encoding"], sent["range"]) == ("identity", "bytes=5-")
        assert sent["user-agent"] == "krea-cli/1.2 (python)"
        assert "authorization" not in sent


def test_a_result_that_breaks_off_says_so_where_it_is_read() -> None:
    """The pieces that came are kept; the error comes out of `chunks`, not of the block's end."""
    cut = response(b"x" * 1000)[:-500] + CLOSE
    with served(lambda _: cut) as (server, http), http.stream(f"{server.url}/a") as reply:
        pieces = reply.chunks()
        assert len(next(pieces)) == 500
        with pytest.raises(Unanswered):
            next(pieces)


def test_a_result_may_move_five_times_and_never_takes_the_token_along() -> None:
    """Relative and absolute redirects; the sixth is one too many."""

    def answer(received: object) -> bytes:
        line = received.line  # type: ignore[attr-defined]
        left = int(line.split()[1].removeprefix("/"))
        if left == 0:
            return response(b"done")
        return response(status="302 Found", headers=f"Location: {left - 1}\r\n")

    with served(answer) as (server, http):
        with http.stream(f"{server.url}/5") as reply:
            assert b"".join(reply.chunks()) == b"done"
        assert reply.url == f"{server.url}/0"
        assert not any("authorization" in received.headers for received in server.received)
        with pytest.raises(NotSaved, match="more than 5 redirects"), http.stream(f"{server.url}/6"):
            pass


@pytest.mark.parametrize(
    "url",
    [
        "http://gen.krea.ai/a.png",
        "ftp://gen.krea.ai/a.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "data:image/png;base64,AA",
        "https://user:word@gen.krea.ai/a.png",
        "https://[",
    ],
)
def test_a_result_comes_over_https(url: str) -> None:
    """Anything else that a server may name is not asked; the job is paid: exit 10."""
    http = Http("https://api.krea.ai", TOKEN, version="1")
    with pytest.raises(NotSaved) as caught, http.stream(url):
        pass
    assert (caught.value.exit_code, caught.value.charged) == (10, "yes")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_a_public_base_cannot_send_us_to_a_private_address(address: str) -> None:
    """By name or by number: the metadata service of a cloud machine is not asked."""
    known = {"api.krea.ai": ["1.1.1.1"], "cdn.example": ["1.1.1.1", address]}
    http = Http("https://api.krea.ai", TOKEN, version="1", resolve=lambda host, _: known[host])
    with (
        pytest.raises(NotSaved, match="has the private address"),
        http.stream("https://cdn.example/a.png"),
    ):
        pass
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotSaved), http.stream(f"https://{host}/a.png"):
        pass


def test_where_a_vpn_gives_every_name_its_own_address_results_are_fetched(
    httpx_mock: HTTPXMock,
) -> None:
    """The API's own name is private there, too, so the result's proves nothing."""
    httpx_mock.add_response(content=b"png")
    http = Http("https://api.krea.ai", TOKEN, version="1", resolve=lambda *_: ["198.18.0.7"])
    with http.stream("https://cdn.example/a.png") as reply:
        assert b"".join(reply.chunks()) == b"png"
    with pytest.raises(NotSaved), http.stream("https://198.18.0.7/a.png"):
        pass
    http.close()


def test_a_redirect_cannot_lead_to_a_private_address_either(httpx_mock: HTTPXMock) -> None:
    """Every hop is judged like the first."""
    httpx_mock.add_response(status_code=302, headers={"Location": "https://10.0.0.1/a"})
    http = Http("https://api.krea.ai", TOKEN, version="1", resolve=lambda *_: ["1.1.1.1"])
    with pytest.raises(NotSaved, match=r"10\.0\.0\.1"), http.stream("https://cdn.example/a.png"):
        pass
    assert len(httpx_mock.get_requests()) == 1


def test_the_machine_that_answers_is_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when asked about and private when connected to is found out."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with RawServer(lambda _: response(), tls=True) as server:
        http = Http("https://api.krea.ai", TOKEN, version="1", resolve=lambda *_: ["1.1.1.1"])
        url = server.url.replace("127.0.0.1", "rebound.example")
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda host, *rest, **named: real("127.0.0.1", *rest, **named)
        )
        with pytest.raises(NotSaved, match=r"private address 127\.0\.0\.1"), http.stream(url):
            pass
        http.close()


def test_importing_the_client_does_not_import_httpx() -> None:
    """What needs no network does not pay for it, and httpx's own command line never loads."""
    import subprocess
    import sys

    code = (
        "import sys, krea_cli.api.client, krea_cli.api.http\n"
        "assert not {'httpx', 'rich', 'typer', 'ssl', 'email'} & set(sys.modules)\n"
        "http = krea_cli.api.http.Http('http://127.0.0.1:1', None, version='1')\n"
        "try: http.request('GET', '/')\n"
        "except krea_cli.errors.Unreachable: pass\n"
        "loaded = {name for name, module in sys.modules.items() if module}\n"
        "print(sorted({'click', 'rich', 'pygments', 'asyncio', 'httpx._main'} & loaded))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
