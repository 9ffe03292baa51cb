"""Hosts and proxies that are accepted, and the error for the others."""

import httpx
import pytest

from krea_cli.api.http import HttpClient
from krea_cli.api.proxies import find_proxy
from krea_cli.errors import ProxyRefused, Unreachable, UsageError
from krea_cli.flows.backoff import is_transient
from tests.fakes.raw_http_server import (
    CLOSE,
    RESET,
    TOKEN,
    RawServer,
    response,
    served,
)


@pytest.mark.parametrize(
    "answer",
    [response(status="407 Proxy Authentication Required"), RESET, CLOSE],
    ids=["refused", "reset", "closed"],
)
def test_a_proxy_that_does_not_connect_sent_nothing(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the proxy fails before the tunnel is open, the request itself was not sent."""
    with RawServer(lambda _: answer) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        http = HttpClient("https://api.invalid", TOKEN, version="1")
        with pytest.raises(Unreachable):
            http.request("POST", "/generate/image/a/b", json={}, fresh=True)
        http.close()
        assert [received.line for received in proxy.received] == [
            "CONNECT api.invalid:443 HTTP/1.1"
        ]
        assert TOKEN not in str(proxy.received)


@pytest.mark.parametrize(
    ("status", "kind", "hint"),
    [
        ("407 Proxy Authentication Required", ProxyRefused, "set HTTPS_PROXY to http://USER:"),
        ("403 Forbidden", ProxyRefused, "krea doctor shows the proxy; it has to let api.invalid"),
        ("302 Found", ProxyRefused, "krea doctor shows the proxy; it has to let api.invalid"),
        ("502 Bad Gateway", Unreachable, "krea doctor checks network"),
        ("429 Too Many Requests", Unreachable, "krea doctor checks network"),
    ],
)
def test_only_a_passing_fault_of_a_proxy_is_tried_again(
    status: str, kind: type, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password that is refused again and again locks the account."""
    with RawServer(lambda _: response(status=status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        http = HttpClient("https://api.invalid", TOKEN, version="1")
        with pytest.raises(Unreachable) as caught:
            http.request("GET", "/jobs")
        http.close()
    assert type(caught.value) is kind
    assert is_transient(caught.value) == (kind is Unreachable)
    message = f"no connection to api.invalid: the proxy refused it ({status})"
    assert caught.value.message == message
    assert (caught.value.hint or "").startswith(hint)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("127.0.0.1:9", "it was refused"),
        ("proxy.invalid:3128", "the name is not known (is the network up?)"),
    ],
)
def test_a_proxy_that_cannot_be_reached_is_named(
    address: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service is not to blame, and no password is shown."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{address}")
    http = HttpClient("https://api.invalid", TOKEN, version="1")
    with pytest.raises(Unreachable) as raised:
        http.request("GET", "/jobs")
    http.close()
    message = f"no connection to api.invalid through the proxy {address}: {reason}"
    assert raised.value.message == message


def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox works behind an office proxy."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with served(lambda _: response()) as (_, http):
        assert http.request("GET", "/jobs").status == 200


def test_an_impossible_host_name_sent_nothing() -> None:
    """A label of more than 63 letters fails in the encoder, before the network."""
    with pytest.raises(Unreachable):
        HttpClient(f"https://{'a' * 70}.invalid", TOKEN, version="1").request("GET", "/jobs")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1"])
def test_a_proxy_of_an_unknown_kind_is_one_error(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unusable proxy in the environment is one error, and nothing is sent."""
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(Unreachable, match="the proxy in the environment cannot be used"):
        HttpClient("https://api.invalid", TOKEN, version="1").request("GET", "/jobs")


@pytest.mark.parametrize(
    "proxy",
    [
        "ht!tp://user:SECRET@h",
        "http://user:PW#SECRET@127.0.0.1:9",
        "http://user:SECRET/x@127.0.0.1:9",
        "http://user:SECRET?x@127.0.0.1:9",
        "user:SECRET",
        "gopher://user:SECRET@h",
        "socks5://user:SECRET@h",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_password_of_a_proxy_is_in_no_error(
    variable: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor a part of it: the variable is named, and its value is not."""
    lines: list[str] = []
    monkeypatch.setenv(variable, proxy)
    http = HttpClient("https://api.invalid", TOKEN, version="1", log=lines.append)
    with pytest.raises(Unreachable) as caught:
        http.request("GET", "/jobs")
    said = f"{caught.value.message} {caught.value.hint} {lines}"
    assert "SECRET" not in said
    assert "PW" not in said
    assert f"({variable.upper()}: " in caught.value.message


@pytest.mark.parametrize(
    ("host", "no_proxy", "is_direct"),
    [
        ("api.krea.ai", "localhost,[::1]", False),
        ("api.krea.ai", "fd00::/8, 10.0.0.0/8", False),
        ("api.krea.ai", "[::1", False),
        ("api.krea.ai", "api.krea.ai", True),
        ("api.krea.ai", "API.Krea.AI:443", True),
        ("api.krea.ai", "api.krea.ai:8443", False),
        ("api.krea.ai", "krea.ai", True),
        ("api.krea.ai", ".krea.ai", True),
        ("api.krea.ai", "*.krea.ai", True),
        ("api.krea.ai", "rea.ai", False),
        ("api.krea.ai", "https://api.krea.ai", True),
        ("api.krea.ai", "other.example,*", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[fd00::1]", "fd00::/8", True),
        ("[fd00::1]", "[fd00::1]", True),
        ("[fd00::1]", "[fd00::1]:443", True),
        ("[fd00::1]", "10.0.0.0/8", False),
    ],
)
def test_no_proxy_exempts_hosts_and_spoils_nothing(
    host: str, no_proxy: str, is_direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of it that cannot be read is no reason to speak with nobody."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    url = httpx.URL(f"https://{host}/jobs")
    found = find_proxy(url.scheme, url.host, url.port or 443)
    assert found == (None if is_direct else "http://proxy.example:3128")


def test_a_broken_proxy_of_http_does_not_matter_to_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """Krea is asked over https, through the proxy of https."""
    with RawServer(lambda _: response(status="502 Bad Gateway")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", "ht!tp://x")
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "localhost,[::1],fd00::/8")
        http = HttpClient("https://api.invalid", TOKEN, version="1")
        with pytest.raises(Unreachable, match="the proxy refused it"):
            http.request("GET", "/jobs")
        http.close()
        assert [received.line for received in proxy.received] == [
            "CONNECT api.invalid:443 HTTP/1.1"
        ]


def test_a_server_without_tls_is_unreachable_over_https() -> None:
    """A failed handshake means that nothing was sent."""
    with served(lambda _: response()) as (server, _):
        http = HttpClient(server.url.replace("http:", "https:"), TOKEN, version="1")
        with pytest.raises(Unreachable) as caught:
            http.request("GET", "/jobs")
        assert "the TLS handshake failed" in caught.value.message
        http.close()


@pytest.mark.parametrize(
    "base", ["http://api.krea.ai", "http://10.0.0.1", "http://localhost.evil.example"]
)
def test_plain_http_is_for_loopback_only(base: str) -> None:
    """Neither a public name nor a private address gets the token in the clear."""
    with pytest.raises(UsageError, match="plain http is for loopback only"):
        HttpClient(base, TOKEN, version="1").request("GET", "/jobs")
