"""Send one request and read one response. Only this file and `client_pool` import httpx.

Decides about the token, fresh connections, addresses and timeouts.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from krea_cli.api import url_policy
from krea_cli.api.client_pool import ClientPool
from krea_cli.api.encoding import authorization_value, check_headers, encode_json
from krea_cli.api.response import Response, StreamResponse
from krea_cli.errors import KreaError, NotSaved, Unanswered

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
WRITE_SECONDS = 150.0
# Between two chunks of a result: short, so that a thread nobody waits for any more ends soon.
STREAM_READ_SECONDS = 10.0
MAX_RESPONSE_BYTES = 20_000_000
MAX_REDIRECTS = 5


class HttpClient:
    """Requests to one API with one token. Safe to use from several threads.

    base: the API's address, with or without a path
    token: sent to the API's own origin only
    transport: replaces the network in tests
    log: takes one line per request, without the token; None for no lines
    resolve: finds the addresses of a host
    """

    def __init__(
        self,
        base: str,
        token: str | None,
        *,
        version: str,
        transport: object = None,
        log: Callable[[str], None] | None = None,
        resolve: url_policy.Resolver = url_policy.resolve_host,
    ) -> None:
        self.base = base.strip().rstrip("/")
        self._token = token
        self._user_agent = {"User-Agent": f"krea-cli/{version} (python)"}
        self._log = log
        self._resolve = resolve if transport is None else None
        self._pool = ClientPool(transport)

    def prepare_submit(self) -> None:
        """Load now the modules and certificates of a fresh request. Raises as `request` does."""
        self._pool.get(self._base_url, fresh=True)

    def request(
        self,
        method: str,
        path_or_url: str,
        *,
        json: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, Any, str]] | None = None,
        timeout: float = 30.0,
        fresh: bool = False,
        authorize: bool = True,
        on_leaving: Callable[[], None] | None = None,
    ) -> Response:
        """Send one request and read the whole response. Follows no redirects.

        timeout: the longest silence, in seconds
        fresh: take a connection without earlier requests; every POST needs one
        on_leaving: called when the connection stands, right before the first byte is written

        Raises `Unreachable` if nothing left this machine, `Unanswered` if something may have.
        """
        url = self._parse_api_url(path_or_url)
        is_home = url_policy.origin(url) == url_policy.origin(self._base_url)
        all_headers = self._build_headers(headers or {}, authorize=authorize and is_home)
        content = None if json is None else encode_json(json)
        if content is not None:
            all_headers["Content-Type"] = "application/json"
        body = {"params": params or None, "content": content, "files": files}
        if on_leaving is not None and self._pool.is_replaced:
            on_leaving()
        try:
            with self._exchange(
                method,
                url,
                fresh=fresh,
                timeout=timeout,
                on_leaving=on_leaving,
                headers=all_headers,
                **body,
            ) as exchange:
                return exchange.read_response()
        except Unanswered as failure:
            if method != "POST":
                failure.charged = "no"  # only a POST can cost anything
            raise

    @contextmanager
    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[StreamResponse]:
        """Open a result, whatever its status. Never sends the token.

        Follows redirects to https, or to loopback. Raises `NotSaved` for a forbidden address,
        `Unreachable` and `Unanswered` as `request` does.
        """
        all_headers = self._user_agent | {"Accept": "*/*", "Accept-Encoding": "identity"}
        if headers:
            all_headers |= check_headers(headers)
        policy = url_policy.ResultPolicy(self._base_url, self._resolve)
        target = _parse_url(url)
        for _ in range(MAX_REDIRECTS + 1):
            target = policy.check_url(target, url)
            with self._exchange(
                "GET", target, headers=all_headers, timeout=STREAM_READ_SECONDS
            ) as exchange:
                peer, location = exchange.peer_address, exchange.redirect_target
                policy.check_peer(peer, target)
                if location is None:
                    yield StreamResponse(exchange.status, exchange.headers, exchange.iter_chunks)
                    return
            url, target = location, _parse_url(location, relative_to=target)
        raise NotSaved(f"the result's address leads through more than {MAX_REDIRECTS} redirects")

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    @cached_property
    def _base_url(self) -> "httpx.URL":
        return self._parse_api_url("")

    def _parse_api_url(self, path_or_url: str) -> "httpx.URL":
        if "://" not in path_or_url.partition("?")[0]:
            path_or_url = f"{self.base}/{path_or_url.lstrip('/')}"
        return url_policy.check_api_url(_parse_url(path_or_url), path_or_url)

    def _build_headers(self, headers: Mapping[str, str], *, authorize: bool) -> dict[str, str]:
        all_headers = self._user_agent | {"Accept": "application/json"} | check_headers(headers)
        if authorize and self._token is not None:
            all_headers["Authorization"] = authorization_value(self._token)
        return all_headers

    @contextmanager
    def _exchange(
        self, method: str, url: "httpx.URL", *, fresh: bool = False, **parts: Any
    ) -> Iterator["Exchange"]:
        exchange, outcome, start = None, "given up", time.monotonic()
        try:
            with Exchange(self._pool.get(url, fresh=fresh), method, url, **parts) as exchange:
                yield exchange
        except KreaError as failure:
            outcome = failure.message
            raise
        finally:
            if self._log is not None:
                path = url_policy.display_path(url, home=self._base_url)
                outcome = outcome if exchange is None else exchange.outcome
                milliseconds = (time.monotonic() - start) * 1000
                self._log(f"{method} {path}: {outcome} in {milliseconds:.0f} ms")


class Exchange:
    """One request on its way and its response. Raises a KreaError for every failure of httpx.

    status: of the response
    headers: of the response, with names in lower case
    """

    def __init__(
        self,
        client: "httpx.Client",
        method: str,
        url: "httpx.URL",
        *,
        timeout: float,
        on_leaving: Callable[[], None] | None = None,
        **parts: Any,
    ) -> None:
        import httpx

        self._host, self._timeout, self._on_leaving = url.host, timeout, on_leaving
        self._request_started: bool | None = None  # None while the transport traces nothing
        self._error = ""  # the error that broke off the body
        timeouts = httpx.Timeout(timeout, connect=CONNECT_SECONDS, write=WRITE_SECONDS)
        with self._translate_errors():
            request = client.build_request(
                method, url, timeout=timeouts, extensions={"trace": self._note_start}, **parts
            )
            self._response = client.send(request, stream=True)
        self.status = self._response.status_code
        self.headers = {name.lower(): value for name, value in self._response.headers.items()}

    def __enter__(self) -> "Exchange":
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()

    @property
    def redirect_target(self) -> str | None:
        """The address of a redirect; None for every other response."""
        return self.headers["location"] if self._response.has_redirect_location else None

    @property
    def peer_address(self) -> str | None:
        """The address of the machine at the other end; None if the transport does not know it."""
        network = self._response.extensions.get("network_stream")
        try:
            return str(network.get_extra_info("server_addr")[0]) if network is not None else None
        except OSError:  # it has hung up since
            return None

    def iter_chunks(self) -> Iterator[bytes]:
        """Yield the body as it arrives, decoded if the server encoded it."""
        with self._translate_errors():
            yield from self._response.iter_bytes()

    def read_response(self) -> Response:
        """Read the whole response. Raises `Unanswered` above 20 MB."""
        chunks, size = [], 0
        for chunk in self.iter_chunks():
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_RESPONSE_BYTES:
                raise Unanswered(f"the answer of {self._host} is larger than 20 MB")
        return Response(self.status, self.headers, b"".join(chunks))

    @property
    def outcome(self) -> str:
        """The status, and the error that broke off the body: "200, then krea.ai broke off"."""
        return f"{self.status}{f', then {self._error}' if self._error else ''}"

    def _note_start(self, name: str, info: dict[str, object]) -> None:
        """Listen to httpcore's trace: did the request itself start to leave?

        A proxy may break off during CONNECT, a server later; both raise one exception. Only the
        trace tells them apart.
        """
        is_start = name.endswith("send_request_headers.started")
        is_own = is_start and getattr(info.get("request"), "method", b"") != b"CONNECT"
        if is_own and self._on_leaving is not None and not self._request_started:
            self._on_leaving()
        self._request_started = self._request_started or is_own

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        import httpx

        # A host or header that cannot be encoded raises UnicodeError, before anything is sent.
        httpx_errors = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)
        try:
            yield
        except (*httpx_errors, UnicodeError) as failure:
            from krea_cli.api.transport_errors import translate_error  # spared when all goes well

            error = translate_error(
                failure, self._request_started, host=self._host, timeout=self._timeout
            )
            self._error = error.message
            raise error from failure


def _parse_url(text: str, *, relative_to: "httpx.URL | None" = None) -> "httpx.URL | None":
    import httpx

    try:
        return httpx.URL(text) if relative_to is None else relative_to.join(text)
    except (httpx.InvalidURL, ValueError):
        return None
