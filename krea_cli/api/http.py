"""The wire: one request in, one answer out. The only file that imports httpx.

Decides where the token goes, which connections are used again, which certificates count and how
long an answer may take. What an answer means is decided in client.py and failures.py.
"""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from krea_cli.api import url_policy
from krea_cli.api.encoding import bearer, check_headers, encode_json
from krea_cli.api.request_log import logged
from krea_cli.api.response import Reply, StreamReply
from krea_cli.api.transport_errors import Trail, translate
from krea_cli.errors import NotSaved, Unanswered, Unreachable

# httpx imports its own command line when it finds click and pygments: 100 ms for nothing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    import ssl

    import httpx

CONNECT_SECONDS = 10.0
WRITE_SECONDS = 150.0
# Between two pieces of a result: short, so that a thread that was called off ends soon.
STREAM_SECONDS = 10.0
# Four times httpcore's own: its bookkeeping per piece halves the speed of a large download.
PIECE_BYTES = 256 * 1024
MOST_BYTES = 20_000_000
MOST_HOPS = 5


class Http:
    """Requests to one API with one token; may be used from several threads.

    BASE is the API's address, with or without a path; TRANSPORT replaces the network in tests;
    LOG takes one line per request, without the token; RESOLVE finds the addresses of a host.
    """

    def __init__(
        self,
        base: str,
        token: str | None,
        *,
        version: str,
        transport: object = None,
        log: Callable[[str], None] | None = None,
        resolve: url_policy.Resolve = url_policy.resolve,
    ) -> None:
        self.base = base.strip().rstrip("/")
        self._token = token
        self._agent = {"User-Agent": f"krea-cli/{version} (python)"}
        self._log = log
        self._resolve = resolve
        self._clients = Clients(transport)

    def prepare(self) -> None:
        """Load what a fresh request needs, so that it leaves at once; raises what it would."""
        self._clients.get(self._address(""), fresh=True)

    def request(
        self,
        method: str,
        path_or_url: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        files: Mapping[str, tuple[str, Any, str]] | None = None,
        timeout: float = 30.0,
        fresh: bool = False,
        authorize: bool = True,
    ) -> Reply:
        """Send one request and read the whole answer, whatever its status; 3xx is not followed.

        TIMEOUT is the longest silence in seconds; FRESH asks for a connection that was never
        used, which every POST needs. Raises Unreachable or Untrusted when nothing left this
        machine, Unanswered when it may have.
        """
        url = self._address(path_or_url)
        sent = self._headers(url, headers or {}, authorize=authorize)
        if json is not None:
            content = encode_json(json)
            sent["Content-Type"] = "application/json"
        query = dict(params) if params else None
        body = {"headers": sent, "params": query, "content": content, "files": files}
        try:
            with self._exchange(method, url, fresh=fresh, seconds=timeout, **body) as exchange:
                return exchange.reply()
        except Unanswered as failure:
            if method != "POST":
                failure.charged = "no"  # only a POST can cost anything
            raise

    @contextmanager
    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[StreamReply]:
        """Open a result, whatever its status; redirects are followed to https (or loopback) only.

        Never sends the token. Raises NotSaved for an address that must not be asked, and
        Unreachable or Unanswered as `request` does.
        """
        sent = self._agent | {"Accept": "*/*", "Accept-Encoding": "identity"}
        sent |= check_headers(headers or {})
        home, target = self._address(""), _parse(url)
        resolve = None if self._clients.replaced else self._resolve
        for _ in range(MOST_HOPS + 1):
            target = url_policy.check_result_address(target, url, home=home, resolve=resolve)
            with self._exchange("GET", target, headers=sent, seconds=STREAM_SECONDS) as exchange:
                url_policy.check_peer(exchange.peer, target, home=home, resolve=resolve)
                reply = StreamReply(exchange.status, exchange.headers, str(target), exchange.pieces)
                if (onward := exchange.location) is None:
                    yield reply
                    return
            url, target = onward, _parse(onward, seen_from=target)
        raise NotSaved(f"the result's address leads through more than {MOST_HOPS} redirects")

    def close(self) -> None:
        """Close every connection."""
        self._clients.close()

    def _address(self, path_or_url: str) -> "httpx.URL":
        whole = "://" in path_or_url.partition("?")[0]
        text = path_or_url if whole else f"{self.base}/{path_or_url.lstrip('/')}"
        return url_policy.check_api_address(_parse(text), text)

    def _headers(
        self, url: "httpx.URL", given: Mapping[str, str], *, authorize: bool
    ) -> dict[str, str]:
        headers = self._agent | {"Accept": "application/json"} | check_headers(given)
        home = url_policy.origin(self._address(""))
        if authorize and self._token is not None and url_policy.origin(url) == home:
            headers["Authorization"] = bearer(self._token)
        return headers

    @contextmanager
    def _exchange(
        self, method: str, url: "httpx.URL", *, fresh: bool = False, **sent: Any
    ) -> Iterator["Exchange"]:
        with (
            logged(self._log, method, url, home=self._address("")) as entry,
            Exchange(self._clients.get(url, fresh=fresh), method, url, **sent) as exchange,
        ):
            entry.exchange = exchange
            yield exchange


class Clients:
    """httpx clients, built when first needed: what is never used is never paid for."""

    def __init__(self, transport: object) -> None:
        self.replaced = transport is not None
        self._transport = transport
        self._built: dict[tuple[bool, bool, bool], httpx.Client] = {}
        self._certificates: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def get(self, url: "httpx.URL", *, fresh: bool) -> "httpx.Client":
        """The client for URL; a FRESH one never uses a connection twice."""
        key = (url.scheme == "https", url_policy.is_loopback(url.host), fresh)
        with self._lock:
            if key not in self._built:
                self._built[key] = self._build(tls=key[0], local=key[1], fresh=fresh)
            return self._built[key]

    def close(self) -> None:
        """Close every connection of every client."""
        with self._lock:
            for client in self._built.values():
                client.close()
            self._built.clear()

    def _build(self, *, tls: bool, local: bool, fresh: bool) -> "httpx.Client":
        import httpcore
        import httpx

        httpcore.HTTP11Connection.READ_NUM_BYTES = PIECE_BYTES

        if self._transport is not None:
            return httpx.Client(transport=self._transport)  # type: ignore[arg-type]
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0 if fresh else 20)
        context = self._context(tls=tls)
        try:
            return httpx.Client(verify=context, trust_env=not local, limits=limits)
        except (ImportError, ValueError, httpx.InvalidURL) as failure:
            raise Unreachable(
                f"no connection: the proxy in the environment cannot be used ({failure})",
                hint="set HTTPS_PROXY and ALL_PROXY to an http:// proxy, or unset them",
            ) from failure

    def _context(self, *, tls: bool) -> "ssl.SSLContext":
        import ssl

        import httpx

        if not tls:
            # The certificates cost 40 ms to read, and plain http asks for none. This context
            # trusts nobody: should it ever meet TLS, it refuses.
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            self._certificates = self._certificates or httpx.create_ssl_context()
        except OSError as failure:
            raise Unreachable(
                f"no connection: the trusted certificates cannot be read ({failure})",
                hint="SSL_CERT_FILE and SSL_CERT_DIR must name what is there, or be unset",
            ) from failure
        return self._certificates


class Exchange:
    """One request on its way and the answer to it. Every failure of httpx becomes a KreaError."""

    def __init__(
        self,
        client: "httpx.Client",
        method: str,
        url: "httpx.URL",
        *,
        headers: dict[str, str],
        seconds: float,
        **body: Any,
    ) -> None:
        import httpx

        self._host, self._seconds, self._trail = url.host, seconds, Trail()
        self.broke = ""  # what kept the answer from being read to its end
        patience = httpx.Timeout(seconds, connect=CONNECT_SECONDS, write=WRITE_SECONDS)
        traced = {"trace": self._trail}
        with self._translated():
            request = client.build_request(
                method, url, headers=headers, timeout=patience, extensions=traced, **body
            )
            self._response = client.send(request, stream=True)
        self.status = self._response.status_code
        self.headers = {name.lower(): value for name, value in self._response.headers.items()}

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()

    @property
    def location(self) -> str | None:
        """Where a redirect leads; None for every other answer."""
        moved = self.status in {301, 302, 303, 307, 308}
        return self.headers.get("location") if moved else None

    @property
    def peer(self) -> str | None:
        """The address of the machine that answered, where the transport knows it."""
        network = self._response.extensions.get("network_stream")
        try:
            return str(network.get_extra_info("server_addr")[0]) if network is not None else None
        except OSError:  # it has hung up since
            return None

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives, decoded where the server encoded it."""
        with self._translated():
            yield from self._response.iter_bytes()

    def reply(self) -> Reply:
        """The whole answer, up to what any honest one needs."""
        parts, size = [], 0
        for piece in self.pieces():
            parts.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise Unanswered(f"the answer of {self._host} is larger than 20 MB")
        return Reply(self.status, self.headers, b"".join(parts))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import httpx

        # A host or header that cannot be encoded raises UnicodeError, before anything is sent.
        wire = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
        try:
            yield
        except (*wire, UnicodeError) as failure:
            told = translate(failure, host=self._host, seconds=self._seconds, trail=self._trail)
            self.broke = told.message
            raise told from failure


def _parse(text: str, *, seen_from: "httpx.URL | None" = None) -> "httpx.URL | None":
    import httpx

    try:
        return httpx.URL(text) if seen_from is None else seen_from.join(text)
    except (httpx.InvalidURL, ValueError):
        return None
