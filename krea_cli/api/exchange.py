"""One request on its way and its response: its times, its steps, and its failures."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from krea_cli.api.body import read_body
from krea_cli.api.response import Response
from krea_cli.api.standby import CONNECT_SECONDS, Connection

if TYPE_CHECKING:
    import httpx

WRITE_SECONDS = 150.0


class Exchange:
    """One request on its way and its response. Raises a KreaError for every failure of httpx.

    status: of the response
    headers: of the response, with names in lower case
    proxy: returns host and port of the proxy in between; None for none
    """

    def __init__(
        self,
        client: "httpx.Client",
        method: str,
        url: "httpx.URL",
        *,
        timeout: float,
        seconds: float,
        proxy: Callable[[], str | None] = lambda: None,
        judge: Callable[[str], None] | None = None,
        on_leaving: Callable[[], None] | None = None,
        connection: Connection | None = None,
        **parts: Any,
    ) -> None:
        import httpx

        from krea_cli.api.network import Bounds

        self._host, self._timeout, self._on_leaving = url.host, timeout, on_leaving
        self._find_proxy = proxy
        self._request_started: bool | None = None  # None while the transport traces nothing
        self._error = ""  # the error that broke off the body
        self._bounds = Bounds(
            seconds,
            has_body=method == "POST",
            host=url.raw_host.decode("ascii"),
            judge=judge,
            connection=connection,
        )
        connect = min(CONNECT_SECONDS, seconds)
        timeouts = httpx.Timeout(timeout, connect=connect, write=WRITE_SECONDS)
        with self._translate_errors(), self._bounds.apply():
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

    def iter_pieces(self, patience: Callable[[], float]) -> Iterator[bytes]:
        """Yield the body as it arrives, with PATIENCE in seconds for each piece."""
        return self._bounds.iterate(self._iter_raw(), patience)

    def read_response(self) -> Response:
        """Read the whole response. Raises `Unanswered` above 20 MB."""
        content = read_body(self._iter_raw(), self.headers, host=self._host)
        return Response(self.status, self.headers, content)

    def _iter_raw(self) -> Iterator[bytes]:
        # httpx would unpack a piece as a whole: a few kilobytes can fill the memory.
        chunks = iter(cast("Iterable[bytes]", self._response.stream))
        while True:
            with self._translate_errors(), self._bounds.apply():
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

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
                failure,
                self._request_started,
                host=self._host,
                proxy=self._find_proxy(),
                timeout=self._bounds.seconds if self._bounds.is_over else self._timeout,
            )
            self._error = error.message
            raise error from failure
