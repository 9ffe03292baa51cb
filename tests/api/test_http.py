"""Requests over real sockets on loopback."""

import gzip
import socket
import subprocess
import sys

import httpx
import pytest

from krea_cli.api.http import HttpClient
from krea_cli.api.transport_errors import UNSENT_EXCEPTIONS, translate_error
from krea_cli.errors import TokenRefused, Unanswered, Unreachable, UsageError
from tests.fakes.download_host import cut
from tests.fakes.raw_http_server import CLOSE, HANG, RESET, TOKEN, RawServer, response, served


def test_a_request_has_its_headers() -> None:
    """User-Agent, Accept and the token are sent; header names come back in lower case."""
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
    """One slash joins the base and the path."""
    with served(lambda _: response(), base=base) as (server, http):
        http.request("GET", "/jobs")
        assert server.received[0].line == f"GET {base.rstrip('/')}/jobs HTTP/1.1"


def test_a_body_is_sent_as_utf_8_json() -> None:
    """Letters beyond ASCII are sent unescaped."""
    with served(lambda _: response()) as (server, http):
        http.request("POST", "/generate/image/a/b", json={"prompt": "ä 狐"}, fresh=True)
        sent = server.received[0]
        assert sent.body == '{"prompt":"ä 狐"}'.encode()
        assert sent.headers["content-type"] == "application/json"


@pytest.mark.parametrize("data", [{"prompt": "\udcff"}, {"cfg": float("nan")}])
def test_data_that_json_cannot_hold_is_not_sent(data: dict[str, object]) -> None:
    """A lone surrogate and a nan are refused before a connection is made."""
    with served(lambda _: response()) as (server, http):
        with pytest.raises(UsageError):
            http.request("POST", "/generate/image/a/b", json=data, fresh=True)
        assert server.connections == 0


def test_reads_share_a_connection_and_posts_never_do() -> None:
    """An idle connection may be dead already, and a POST on it would be in doubt."""
    with served(lambda _: response()) as (server, http):
        for _ in range(3):
            http.request("GET", "/jobs")
        assert server.connections == 1
        for _ in range(3):
            http.request("POST", "/generate/image/a/b", json={}, fresh=True)
        http.request("GET", "/jobs")
        assert [received.connection for received in server.received] == [1, 1, 1, 2, 3, 4, 1]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (RESET, "127.0.0.1 reset the connection before it answered"),
        (CLOSE, "127.0.0.1 sent no complete answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n" + CLOSE, "127.0.0.1 sent no complete answer"),
        (response(b"{}" * 50)[:-20] + CLOSE, "127.0.0.1 sent no complete answer"),
        (HANG, "127.0.0.1 did not answer within 0.2 s"),
        (
            response(b"no gzip", headers="Content-Encoding: gzip\r\n"),
            "the answer of 127.0.0.1 is damaged",
        ),
    ],
    ids=["reset", "closed", "not http", "cut", "silence", "damaged"],
)
def test_no_clear_answer_after_the_request_left_is_in_doubt(answer: bytes, message: str) -> None:
    """A POST without a complete answer may have been charged; a GET was not."""
    with served(lambda _: answer) as (_, http):
        with pytest.raises(Unanswered) as caught:
            http.request("POST", "/generate/image/a/b", json={}, timeout=0.2, fresh=True)
        assert (caught.value.message, caught.value.charged) == (message, "unknown")
        with pytest.raises(Unanswered) as caught:
            http.request("GET", "/jobs", timeout=0.2)
        assert (caught.value.message, caught.value.charged) == (message, "no")


def test_a_refused_connection_sent_nothing() -> None:
    """If nobody listens, the exit code is 8 and nothing is charged."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    http = HttpClient(f"http://127.0.0.1:{port}", TOKEN, version="1")
    with pytest.raises(Unreachable) as caught:
        http.request("POST", "/generate/image/a/b", json={}, fresh=True)
    assert caught.value.message == "no connection to 127.0.0.1: it was refused"
    assert (caught.value.charged, caught.value.exit_code) == ("no", 8)


@pytest.mark.parametrize(
    "base",
    ["", "api.krea.ai", "ftp://a.example", "https://", "https://u:p@a.example", "https://[:"],
)
def test_a_base_that_is_no_address_is_a_usage_error(base: str) -> None:
    """An invalid base address is one error, and no traceback of a parser."""
    with pytest.raises(UsageError, match="is not a valid address of the API"):
        HttpClient(base, TOKEN, version="1").request("GET", "/jobs")


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "a\u201cb", "a\u00a0b", "a\x7f"])
def test_a_token_that_no_header_can_carry_is_refused_first(token: str) -> None:
    """A token with a pasted quote is refused before anything is sent."""
    with RawServer(lambda _: response()) as server:
        http = HttpClient(server.url, token, version="1")
        with pytest.raises(TokenRefused) as caught:
            http.request("GET", "/jobs")
        assert "krea auth login" in str(caught.value.hint)
        assert server.connections == 0


def test_a_header_with_a_line_break_is_not_sent() -> None:
    """A line break cannot smuggle in a second header."""
    http = HttpClient("http://127.0.0.1:1", None, version="1")
    with pytest.raises(UsageError, match="the value of X-Webhook-URL"):
        http.request("POST", "/x", json={}, headers={"X-Webhook-URL": "a\r\nb: c"})


def test_the_token_goes_to_the_apis_own_origin_only() -> None:
    """Another port is another origin; a redirect is not followed."""
    with RawServer(lambda _: response()) as other:
        moved = response(status="302 Found", headers=f"Location: {other.url}/x\r\n")
        with served(lambda _: moved) as (_, http):
            assert http.request("GET", "/jobs").status == 302
            assert other.connections == 0
            http.request("GET", f"{other.url}/jobs")
            assert "authorization" not in other.received[0].headers


def test_no_token_is_sent_where_none_is_needed() -> None:
    """With `authorize=False` the token is not sent."""
    with served(lambda _: response()) as (server, http):
        http.request("GET", "/openapi.json", authorize=False)
        assert "authorization" not in server.received[0].headers


def test_a_huge_response_is_refused() -> None:
    """A small body that unpacks to more than 20 MB is an error."""
    bomb = gzip.compress(b"\0" * 21_000_000)
    with (
        served(lambda _: response(bomb, headers="Content-Encoding: gzip\r\n")) as (_, http),
        pytest.raises(Unanswered, match="larger than 20 MB"),
    ):
        http.request("GET", "/openapi.json")


def test_the_log_has_one_line_per_request_and_no_token() -> None:
    """A line has method, path, time and the status or the error."""
    lines: list[str] = []
    with RawServer(lambda got: RESET if "x" in got.line else response()) as server:
        http = HttpClient(server.url, TOKEN, version="1", log=lines.append)
        http.request("GET", "/jobs", params={"cursor": "c"})
        with pytest.raises(Unanswered):
            http.request("GET", "/x")
        with http.stream(f"{server.url}/a.png?signature=s") as reply:
            list(reply.iter_chunks())
        http.close()
    assert [line.rpartition(" in ")[0] for line in lines] == [
        "GET /jobs: 200",
        "GET /x: 127.0.0.1 reset the connection before it answered",
        "GET /a.png: 200",
    ]
    assert TOKEN not in str(lines)


def test_the_log_says_that_a_response_broke_off() -> None:
    """The line has the status and the error; a host that is not the API's is named."""
    lines: list[str] = []
    answer = cut(b"half", 2)
    transport = httpx.MockTransport(answer)
    http = HttpClient(
        "http://127.0.0.1:9", TOKEN, version="1", transport=transport, log=lines.append
    )
    with (
        pytest.raises(Unanswered),
        http.stream("https://gen.krea.ai/a%20b.png?signature=s") as reply,
    ):
        list(reply.iter_chunks())
    assert [line.rpartition(" in ")[0] for line in lines] == [
        "GET gen.krea.ai/a%20b.png: 200, then gen.krea.ai sent no complete answer"
    ]


# Raised when a request may have been sent.
DOUBTFUL_EXCEPTIONS = {
    "ReadTimeout",
    "WriteTimeout",
    "ReadError",
    "WriteError",
    "CloseError",
    "LocalProtocolError",
    "RemoteProtocolError",
    "DecodingError",
    "TooManyRedirects",
    "HTTPStatusError",
    "CookieConflict",
    "StreamConsumed",
    "StreamClosed",
    "ResponseNotRead",
    "RequestNotRead",
}


def test_every_exception_of_httpx_is_classified() -> None:
    """The two lists hold httpx's whole tree: a new exception must be added to one."""
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
    assert leaves | {"UnicodeError"} == UNSENT_EXCEPTIONS | DOUBTFUL_EXCEPTIONS
    assert not UNSENT_EXCEPTIONS & DOUBTFUL_EXCEPTIONS
    for kind in tree:
        error = translate_error(kind.__new__(kind), None, host="h", timeout=1)
        is_unsent = kind.__name__ in UNSENT_EXCEPTIONS
        assert type(error) is (Unreachable if is_unsent else Unanswered), kind


def test_importing_the_client_does_not_import_httpx() -> None:
    """Commands without a network load no httpx, and its own command line never loads."""
    code = (
        "import sys, krea_cli.api.client, krea_cli.api.http\n"
        "assert not {'httpx', 'rich', 'typer', 'ssl', 'email'} & set(sys.modules)\n"
        "http = krea_cli.api.http.HttpClient('http://127.0.0.1:1', None, version='1')\n"
        "try: http.request('GET', '/')\n"
        "except krea_cli.errors.Unreachable: pass\n"
        "loaded = {name for name, module in sys.modules.items() if module}\n"
        "print(sorted({'click', 'rich', 'pygments', 'asyncio', 'httpx._main'} & loaded))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("base", "server", "is_sandbox"),
    [
        ("http://127.0.0.1:9", "krea-sandbox ", True),
        ("http://localhost:9", "krea-sandbox", True),
        ("http://127.0.0.1:9", "nginx", False),
        ("https://api.krea.ai", "krea-sandbox", False),
    ],
)
def test_the_embedded_krea_is_known_by_address_and_answer(
    base: str, server: str, is_sandbox: bool
) -> None:
    """A proxy of the service on this machine is no sandbox, nor is a far one that says so."""
    answer = httpx.Response(404, json={}, headers={"Server": server})
    http = HttpClient(base, TOKEN, version="1", transport=httpx.MockTransport(lambda _: answer))
    assert not http.is_sandbox
    http.request("GET", "/jobs")
    assert http.is_sandbox is is_sandbox
