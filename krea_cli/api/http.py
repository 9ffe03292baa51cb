"""Send one request and read one response. Only this file, `exchange` and `client_pool` know httpx.

Decides about the token, fresh connections, addresses and timeouts.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from krea_cli.api import url_policy
from krea_cli.api.certificates import Certificates
from krea_cli.api.client_pool import ClientPool
from krea_cli.api.data_url import is_data_url, open_data_url
from krea_cli.api.encoding import authorization_value, check_headers, encode_json
from krea_cli.api.exchange import Exchange
from krea_cli.api.response import Response, StreamResponse
from krea_cli.api.standby import CONNECT_SECONDS, Connection
from krea_cli.errors import KreaError, NotSaved, ProxyRefused, Unanswered, Untrusted

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

# Between two chunks of a result: short, so that a thread nobody waits for any more ends soon.
STREAM_READ_SECONDS = 10.0
# An answer as a whole may take so many times its longest silence.
WHOLE_ANSWER_FACTOR = 1.5
MAX_REDIRECTS = 5
SANDBOX_SERVER = "krea-sandbox"  # the Server header of the embedded Krea


class HttpClient:
    """Requests to one API with one token. Safe to use from several threads.

    base: the API's address, with or without a path
    token: sent to the API's own origin only
    transport: replaces the network in tests
    log: takes one line per request, without the token; None for no lines
    resolve: finds the addresses of a host
    certificates: the roots that are trusted
    is_sandbox: True once the embedded Krea has answered, on this machine
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
        certificates: Certificates | None = None,
    ) -> None:
        self.base = base.strip().rstrip("/")
        self._token = token
        self._user_agent = {"User-Agent": f"krea-cli/{version} (python)"}
        self._log = log
        self._resolve = resolve if transport is None else None
        self._certificates = certificates or Certificates()
        self._pool = ClientPool(transport, self._certificates)
        self.is_sandbox = False

    def open_ahead(self, count: int = 1) -> None:
        """Begin to open COUNT connections for `connect`, in threads. Raises nothing."""
        if standby := self._pool.standby(self.base):
            standby.open_ahead(count)

    def load(self) -> None:
        """Load now the modules and certificates of a fresh request. Raises as `request` does."""
        self._pool.get(self._base_url, fresh=True)

    def connect(self) -> Connection | None:
        """Open the connection of one request to the API, or take one that stands open.

        None where it cannot be had by itself: the request then makes it. Raises `Unreachable`.
        """
        url = self._base_url
        standby = self._pool.standby(self.base)
        if standby is None:
            return None

        def take() -> Connection:
            try:
                return standby.take()
            except (OSError, UnicodeError) as failure:
                from krea_cli.api.transport_errors import translate_error  # spared on success

                host, proxy = url.host, self._pool.proxy_host(url)
                raise translate_error(
                    failure, False, host=host, proxy=proxy, timeout=CONNECT_SECONDS
                ) from failure

        try:
            return self._with_all_roots(take)
        except KreaError as error:
            if self._log is not None:
                self._log(error.message)
            raise

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
        seconds: float | None = None,
        fresh: bool = False,
        authorize: bool = True,
        on_leaving: Callable[[], None] | None = None,
        connection: Connection | None = None,
    ) -> Response:
        """Send one request and read the whole response. Follows no redirects.

        timeout: the longest silence, in seconds
        seconds: the time for the whole answer; without it, 1.5 times the longest silence
        fresh: take a connection without earlier requests; every POST needs one
        on_leaving: called when the connection stands, right before the first byte is written
        connection: of `connect`, for a FRESH request; it is closed afterwards

        Raises `Unreachable` if nothing left this machine, `Unanswered` if something may have.
        """
        url = self._parse_api_url(path_or_url)
        is_home = url_policy.origin(url) == url_policy.origin(self._base_url)
        all_headers = self._build_headers(headers or {}, authorize=authorize and is_home)
        content = None if json is None else encode_json(json)
        if content is not None:
            all_headers["Content-Type"] = "application/json"
        whole = timeout * WHOLE_ANSWER_FACTOR if seconds is None else seconds
        parts: dict[str, Any] = {"timeout": timeout, "seconds": whole, "headers": all_headers}
        parts |= {"params": params or None, "content": content, "files": files}
        parts["on_leaving"] = on_leaving
        if on_leaving is not None and self._pool.is_replaced:
            on_leaving()
        try:
            with self._exchange(
                method, url, fresh=fresh, connection=connection, **parts
            ) as exchange:
                return exchange.read_response()
        except Unanswered as failure:
            if method != "POST":
                failure.charged = "no"  # only a POST can cost anything
            raise

    @contextmanager
    def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        patience: Callable[[], float] = lambda: STREAM_READ_SECONDS,
    ) -> Iterator[StreamResponse]:
        """Open a result, whatever its status, as it came: packed, if its host does so.

        Never sends the token.

        patience: gives the seconds in which the answer must begin, and then each next piece come

        Follows redirects to https, or to loopback. Raises `NotSaved` for a forbidden address,
        `Unreachable` and `Unanswered` as `request` does.
        """
        all_headers = self._user_agent | {"Accept": "*/*", "Accept-Encoding": "identity"}
        if headers:
            all_headers |= check_headers(headers)
        if is_data_url(url):
            yield open_data_url(url)
            return
        policy = url_policy.ResultPolicy(self._base_url, self._resolve)
        # A relative address is relative to the job that was read.
        target = policy.complete(_parse_url(url, relative_to=self._parse_api_url("jobs/-")), url)
        for _ in range(MAX_REDIRECTS + 1):
            target = policy.check_url(target, url)
            limits: dict[str, Any] = {"timeout": STREAM_READ_SECONDS, "seconds": patience()}
            with self._exchange(
                "GET", target, headers=all_headers, judge=policy.judge(target), **limits
            ) as exchange:
                location = exchange.redirect_target
                if location is None:
                    iter_pieces = partial(exchange.iter_pieces, patience)
                    yield StreamResponse(exchange.status, exchange.headers, iter_pieces)
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
        accept = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        all_headers = self._user_agent | accept | check_headers(headers)
        if authorize and self._token is not None:
            all_headers["Authorization"] = authorization_value(self._token)
        return all_headers

    def _with_all_roots(self, send: Callable[[], T]) -> T:
        """SEND, and again with certifi's roots where those of the machine are not enough.

        A failed handshake has sent nothing.
        """
        try:
            return send()
        except ProxyRefused:
            raise  # asked again with a wrong password, it may lock the account
        except Untrusted:
            if not self._certificates.add_packaged():
                raise
            return send()

    @contextmanager
    def _exchange(
        self,
        method: str,
        url: "httpx.URL",
        *,
        fresh: bool = False,
        connection: Connection | None = None,
        **parts: Any,
    ) -> Iterator["Exchange"]:
        exchange, outcome, start = None, "given up", time.monotonic()
        try:
            client, proxy = self._pool.get(url, fresh=fresh), partial(self._pool.proxy_host, url)
            parts |= {"proxy": proxy, "connection": connection}
            exchange = self._with_all_roots(partial(Exchange, client, method, url, **parts))
            with exchange:
                server = exchange.headers.get("server", "").strip()
                if server == SANDBOX_SERVER and url_policy.is_loopback(url.host):
                    self.is_sandbox = True
                yield exchange
        except KreaError as failure:
            outcome = failure.message
            raise
        finally:
            if connection is not None:
                connection.close()
            if self._log is not None:
                path = url_policy.display_path(url, home=self._base_url)
                outcome = outcome if exchange is None else exchange.outcome
                milliseconds = (time.monotonic() - start) * 1000
                self._log(f"{method} {path}: {outcome} in {milliseconds:.0f} ms")


def _parse_url(text: str, *, relative_to: "httpx.URL | None" = None) -> "httpx.URL | None":
    import httpx

    try:
        return httpx.URL(text) if relative_to is None else relative_to.join(text)
    except (httpx.InvalidURL, ValueError):
        return None
