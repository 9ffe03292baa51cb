"""Results over the network: without the token, from public hosts, complete or an error."""

import pytest
from pytest_httpx import HTTPXMock

from krea_cli.api.http import HttpClient
from krea_cli.errors import NotSaved, Unanswered
from tests.fakes.raw_http_server import CLOSE, TOKEN, RawServer, response, served


def test_a_result_is_fetched_without_token_and_compression() -> None:
    """The request has no Authorization, asks for no compression, and has the caller's Range."""
    with (
        RawServer(lambda _: response(b"x" * 100_000, headers="ETag: e\r\n")) as files,
        served(lambda _: response()) as (_, http),
    ):
        with http.stream(f"{files.url}/a.png", headers={"Range": "bytes=5-"}) as reply:
            body = b"".join(reply.iter_chunks())
        assert (reply.status, reply.content_length, len(body)) == (200, 100_000, 100_000)
        assert reply.headers["etag"] == "e"
        assert files.received[0].line == "GET /a.png HTTP/1.1"
        sent = files.received[0].headers
        assert (sent["accept-encoding"], sent["range"]) == ("identity", "bytes=5-")
        assert sent["user-agent"] == "krea-cli/1.2 (python)"
        assert "authorization" not in sent


def test_a_result_that_breaks_off_raises_while_it_is_read() -> None:
    """The chunks before the break are kept; the error comes out of `iter_chunks`."""
    cut = response(b"x" * 1000)[:-500] + CLOSE
    with served(lambda _: cut) as (server, http), http.stream(f"{server.url}/a") as reply:
        chunks = reply.iter_chunks()
        assert len(next(chunks)) == 500
        with pytest.raises(Unanswered):
            next(chunks)


def test_a_result_is_redirected_five_times_at_most_and_never_with_the_token() -> None:
    """Relative redirects are followed; the sixth is an error."""

    def answer(received: object) -> bytes:
        line = received.line  # type: ignore[attr-defined]
        redirects = int(line.split()[1].removeprefix("/"))
        if redirects == 0:
            return response(b"done")
        return response(status="302 Found", headers=f"Location: {redirects - 1}\r\n")

    with served(answer) as (server, http):
        with http.stream(f"{server.url}/5") as reply:
            assert b"".join(reply.iter_chunks()) == b"done"
        assert server.received[-1].line == "GET /0 HTTP/1.1"
        assert not any("authorization" in received.headers for received in server.received)
        with pytest.raises(NotSaved, match="more than 5 redirects"), http.stream(f"{server.url}/6"):
            pass


@pytest.mark.parametrize(
    "url",
    [
        "http://gen.krea.ai/a.png",
        "ftp://gen.krea.ai/a.png",
        "file:///etc/passwd",
        "//user:word@gen.krea.ai/a.png",
        "//10.0.0.1/a.png",
        "//localhost/a.png",
        "javascript:alert(1)",
        "data:image/png;base64",
        "data:image/png;base64,A",
        "data:image/png;base64,!!!!",
        "https://user:word@gen.krea.ai/a.png",
        "https://[",
    ],
)
def test_a_result_comes_over_https(url: str) -> None:
    """Any other address is not fetched; the job is paid for: exit 10."""
    http = HttpClient("https://api.krea.ai", TOKEN, version="1")
    with pytest.raises(NotSaved) as caught, http.stream(url):
        pass
    assert (caught.value.exit_code, caught.value.charged) == (10, "yes")


@pytest.mark.parametrize(
    ("url", "content", "kind"),
    [
        ("data:image/png;base64,iVBORw0KGgo=", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("DATA:image/png;x=y;BASE64,iVBO%52w0KGgo", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("data:image/png;base64, iVBO\nRw0K Ggo=", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("data:model/obj;base64,-_8", b"\xfb\xff", "model/obj"),
        ("data:image/svg+xml,%3Csvg/%3E,x", b"<svg/>,x", "image/svg+xml"),
        ("data:,x", b"x", None),
    ],
)
def test_a_result_may_be_inside_of_its_address(url: str, content: bytes, kind: str | None) -> None:
    """Nobody is asked for it."""
    http = HttpClient("https://api.krea.ai", TOKEN, version="1")
    with http.stream(url) as reply:
        assert b"".join(reply.iter_chunks()) == content
        assert reply.headers.get("content-type") == kind
        assert reply.content_length == len(content)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/files/a.png?x=1", "https://api.krea.test/files/a.png?x=1"),
        ("a.png", "https://api.krea.test/v1/jobs/a.png"),
        ("../files/a.png", "https://api.krea.test/v1/files/a.png"),
        ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ("//cdn.example:8443/a.png", "https://cdn.example:8443/a.png"),
    ],
)
def test_an_address_may_be_relative_to_the_job(
    url: str, expected: str, httpx_mock: HTTPXMock
) -> None:
    """A browser would look there as well; the token does not go there."""
    httpx_mock.add_response(url=expected, content=b"png")
    http = HttpClient(
        "https://api.krea.test/v1", TOKEN, version="1", resolve=lambda *_: ["1.1.1.1"]
    )
    with http.stream(url) as reply:
        assert b"".join(reply.iter_chunks()) == b"png"
    assert "authorization" not in httpx_mock.get_requests()[0].headers
    http.close()


def test_on_loopback_a_host_without_scheme_is_asked_as_the_api_is() -> None:
    """The sandbox speaks plain http."""
    with (
        served(lambda _: response(b"png")) as (server, http),
        http.stream(server.url.removeprefix("http:") + "/a.png") as reply,
    ):
        assert b"".join(reply.iter_chunks()) == b"png"


@pytest.mark.parametrize("location", ["data:image/png;base64,AA", "file:///etc/passwd"])
def test_a_redirect_leads_to_another_host_only(location: str) -> None:
    """A host that has the content sends it."""
    answer = response(status="302 Found", headers=f"Location: {location}\r\n")
    with (
        served(lambda _: answer) as (server, http),
        pytest.raises((NotSaved, Unanswered)),
        http.stream(f"{server.url}/a.png"),
    ):
        pass


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_a_public_api_cannot_send_us_to_a_private_address(address: str) -> None:
    """Neither a name nor a number leads to the metadata service of a cloud machine."""
    known = {"api.krea.ai": ["1.1.1.1"], "cdn.example": ["1.1.1.1", address]}
    http = HttpClient(
        "https://api.krea.ai", TOKEN, version="1", resolve=lambda host, _: known[host]
    )
    with (
        pytest.raises(NotSaved, match="has the private address"),
        http.stream("https://cdn.example/a.png"),
    ):
        pass
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(NotSaved), http.stream(f"https://{host}/a.png"):
        pass


def test_results_are_fetched_through_a_vpn_with_private_addresses(
    httpx_mock: HTTPXMock,
) -> None:
    """If the API's own name has a private address too, the result's proves nothing."""
    httpx_mock.add_response(content=b"png")
    http = HttpClient("https://api.krea.ai", TOKEN, version="1", resolve=lambda *_: ["198.18.0.7"])
    with http.stream("https://cdn.example/a.png") as reply:
        assert b"".join(reply.iter_chunks()) == b"png"
    with pytest.raises(NotSaved), http.stream("https://198.18.0.7/a.png"):
        pass
    http.close()


def test_a_redirect_cannot_lead_to_a_private_address_either(httpx_mock: HTTPXMock) -> None:
    """Every redirect is checked like the first address."""
    httpx_mock.add_response(status_code=302, headers={"Location": "https://10.0.0.1/a"})
    http = HttpClient("https://api.krea.ai", TOKEN, version="1", resolve=lambda *_: ["1.1.1.1"])
    with pytest.raises(NotSaved, match=r"10\.0\.0\.1"), http.stream("https://cdn.example/a.png"):
        pass
    assert len(httpx_mock.get_requests()) == 1
