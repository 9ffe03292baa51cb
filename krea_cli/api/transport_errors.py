"""What a failed exchange means for the request: it never left, or nobody knows.

Works on the names of httpx's exceptions, so that api/http.py stays the only file that imports it.
"""

from collections.abc import Iterator

from krea_cli.errors import KreaError, Unanswered, Unreachable, Untrusted

# Raised before a byte of the request is written.
NOT_SENT = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
        "InvalidURL",
        "UnicodeError",  # not httpx's own: a host that no resolver can be asked for
    }
)
# Everything else is in doubt, and so is an exception that a later httpx may add. The names
# are listed so that a test can tell whether httpx has one that nobody judged.
MAYBE_SENT = frozenset(
    {
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
)


class Trail:
    """Listens to httpcore's trace: did our own request start to leave?

    The type of an exception cannot tell a proxy that broke off during CONNECT from a server
    that broke off after the request; the trace can. A transport without a trace says nothing.
    """

    def __init__(self) -> None:
        self.heard = False
        self.left = False

    def __call__(self, name: str, info: dict[str, object]) -> None:
        self.heard = True
        if name.endswith("send_request_headers.started"):
            request = info.get("request")
            self.left = self.left or getattr(request, "method", b"") != b"CONNECT"

    @property
    def unsent(self) -> bool:
        """True when the request certainly never left this machine."""
        return self.heard and not self.left


def translate(failure: Exception, *, host: str, seconds: float, trail: Trail) -> KreaError:
    """The KreaError for FAILURE of an exchange with HOST that was given SECONDS to answer."""
    untrusted = _certificate(failure)
    if untrusted:
        return Untrusted(
            f"the certificate of {host} is not trusted: {untrusted}",
            hint="behind a proxy that inspects TLS, SSL_CERT_FILE names its certificate",
        )
    names = {kind.__name__ for kind in type(failure).__mro__}
    if (names & NOT_SENT and not trail.left) or trail.unsent:
        return Unreachable(f"no connection to {host}: {_why_unreachable(failure, names)}")
    return Unanswered(_why_unanswered(failure, names, host=host, seconds=seconds))


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


def _certificate(failure: Exception) -> str | None:
    import ssl

    for link in _chain(failure):
        if isinstance(link, ssl.SSLCertVerificationError):
            return link.verify_message or "it cannot be verified"
    return None


def _why_unreachable(failure: Exception, names: set[str]) -> str:
    import socket
    import ssl

    if "ProxyError" in names:
        return f"the proxy refused it ({failure})"
    if "ConnectTimeout" in names:
        return "nobody answered in time"
    for link in _chain(failure):
        if isinstance(link, socket.gaierror):
            return "the name is not known (is the network up?)"
        if isinstance(link, ConnectionRefusedError):
            return "it was refused"
        if isinstance(link, ssl.SSLError):
            return f"it speaks no TLS that is understood here ({link.reason or link})"
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    return str(failure) or type(failure).__name__


def _why_unanswered(failure: Exception, names: set[str], *, host: str, seconds: float) -> str:
    if "ReadTimeout" in names:
        return f"{host} did not answer within {seconds:g} s"
    if "WriteTimeout" in names:
        return f"{host} stopped taking the request"
    if "DecodingError" in names:
        return f"the answer of {host} is damaged"
    if any(isinstance(link, ConnectionResetError) for link in _chain(failure)):
        return f"{host} reset the connection before it answered"
    if "RemoteProtocolError" in names:
        return f"{host} broke off without a whole answer"
    return f"the connection to {host} broke before the answer was there"
