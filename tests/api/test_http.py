"""The wire itself, over real sockets on loopback."""

import gzip
import socket

import httpx
import pytest

from krea_cli.api.http import Http
from krea_cli.errors import TokenRefused, Unanswered, Unreachable, UsageError
from tests.fakes.download_host import cut
from tests.fakes.raw_http_server import CLOSE, HANG, RESET, TOKEN, RawServer, response, served


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
        "GET /a.png: 200",
    ]
    assert TOKEN not in str(lines)


def test_the_log_tells_where_an_answer_broke_off() -> None:
    """The status came, the rest did not; a host that is not the API's is named."""
    lines: list[str] = []
    answer = cut(b"half", 2)
    transport = httpx.MockTransport(answer)
    http = Http("http://127.0.0.1:9", TOKEN, version="1", transport=transport, log=lines.append)
    with (
        pytest.raises(Unanswered),
        http.stream("https://gen.krea.ai/a%20b.png?signature=s") as reply,
    ):
        list(reply.chunks())
    assert [line.rpartition(" in ")[0] for line in lines] == [
        "GET gen.krea.ai/a%20b.png: 200, then gen.krea.ai broke off without a whole answer"
    ]


def test_every_exception_of_httpx_has_been_judged() -> None:
    """The map is complete over httpx's tree: one that is new must be put on a side."""
    from krea_cli.api.transport_errors import MAYBE_SENT, NOT_SENT, Trail, translate

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
