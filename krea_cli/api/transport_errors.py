"""Turn a failed exchange into an error: the request never left, or nobody knows.

Works on the names of httpx's exceptions, so it imports none of them.
"""

from collections.abc import Iterator

from krea_cli.errors import KreaError, ProxyRefused, Unanswered, Unreachable, Untrusted

# Raised before a byte of the request is written. Every other exception leaves the request in
# doubt, and so does one that a later httpx may add.
UNSENT_EXCEPTIONS = frozenset(
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
TRANSIENT_PROXY_STATUSES = frozenset({408, 425, 429, *range(500, 511)})


def translate_error(
    failure: Exception,
    request_started: bool | None,
    *,
    host: str,
    timeout: float,
    proxy: str | None = None,
) -> KreaError:
    """Return the error for FAILURE of an exchange with HOST. TIMEOUT is in seconds.

    proxy: host and port of the proxy in between: its connection may be the one that failed
    request_started: True if a byte of the request may have left, None if nothing shows it
    """
    if problem := _certificate_problem(failure):
        return Untrusted(
            f"the certificate of {host} is not trusted: {problem}",
            hint="if a proxy inspects TLS here, set SSL_CERT_FILE to its certificate",
        )
    names = {kind.__name__ for kind in type(failure).__mro__}
    if request_started is False or (names & UNSENT_EXCEPTIONS and not request_started):
        through = f" through the proxy {proxy}" if proxy and "ProxyError" not in names else ""
        message = f"no connection to {host}{through}: {_describe_unreachable(failure, names)}"
        if "ProxyError" in names and (hint := _hint_of_refusal(str(failure), host)):
            return ProxyRefused(message, hint=hint)
        return Unreachable(message)
    return Unanswered(_describe_unanswered(failure, names, host=host, timeout=timeout))


def _hint_of_refusal(answer: str, host: str) -> str | None:
    """The hint for a proxy that would refuse again; None if its ANSWER may pass, such as a 502.

    A wrong password that is tried again and again locks the account.
    """
    status = int(answer[:3]) if answer[:3].isdecimal() else None
    if status == 407:
        return "set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT, with the password of the proxy"
    if status is None or status in TRANSIENT_PROXY_STATUSES:
        return None
    return f"krea doctor shows the proxy; it has to let {host} through"


def _exception_chain(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


def _certificate_problem(failure: Exception) -> str | None:
    import ssl

    for link in _exception_chain(failure):
        if isinstance(link, ssl.SSLCertVerificationError):
            return link.verify_message or "it cannot be verified"
    return None


def _describe_unreachable(failure: Exception, names: set[str]) -> str:
    import socket
    import ssl

    if "ProxyError" in names:
        return f"the proxy refused it ({failure})"
    if "ConnectTimeout" in names:
        return "the connection timed out"
    for link in _exception_chain(failure):
        if isinstance(link, socket.gaierror):
            return "the name is not known (is the network up?)"
        if isinstance(link, ConnectionRefusedError):
            return "it was refused"
        if isinstance(link, ssl.SSLError):
            return f"the TLS handshake failed ({link.reason or link})"
        if isinstance(link, OSError) and link.strerror:
            return link.strerror
    return str(failure) or type(failure).__name__


def _describe_unanswered(failure: Exception, names: set[str], *, host: str, timeout: float) -> str:
    if "ReadTimeout" in names:
        return f"{host} did not answer within {round(timeout, 1):g} s"
    if "WriteTimeout" in names:
        return f"{host} stopped taking the request"
    if any(isinstance(link, ConnectionResetError) for link in _exception_chain(failure)):
        return f"{host} reset the connection before it answered"
    if "RemoteProtocolError" in names:
        return f"{host} sent no complete answer"
    return f"the connection to {host} broke before the answer was complete"
