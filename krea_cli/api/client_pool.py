"""The httpx clients of an API: how connections are made, reused and secured."""

import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from krea_cli.api.standby import Standby
from krea_cli.api.url_policy import is_loopback
from krea_cli.errors import ProxyRefused

# httpx imports its own command line when it finds click and pygments: 100 ms for nothing.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]

if TYPE_CHECKING:
    import ssl

    import httpx

    from krea_cli.api.certificates import Certificates

# Four times httpcore's own: its bookkeeping per chunk halves the speed of a large download.
READ_CHUNK_BYTES = 256 * 1024


class ClientPool:
    """The httpx clients. Each is built at its first use: its certificates may take 40 ms."""

    def __init__(self, transport: object, certificates: "Certificates") -> None:
        self._transport = transport
        self._certificates = certificates
        self._clients: dict[tuple[bool, bool, str | None], httpx.Client] = {}
        self._standby: Standby | None = None
        self._lock = threading.Lock()

    def get(self, url: "httpx.URL", *, fresh: bool) -> "httpx.Client":
        """Return the client for URL; a FRESH one uses each connection once."""
        tls, proxy = url.scheme == "https", self._find_proxy(url)
        key = (tls, fresh, proxy)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._build(tls=tls, proxy=proxy, fresh=fresh)
            return self._clients[key]

    def proxy_host(self, url: "httpx.URL") -> str | None:
        """Return host and port of the proxy for URL, without a password; None for none."""
        import httpx

        proxy = self._find_proxy(url)
        return httpx.URL(proxy).netloc.decode("ascii") if proxy else None

    def standby(self, base: str) -> Standby | None:
        """Return the connections that are opened ahead for BASE, an address of the API.

        None where there are none: with a transport in place of the network, or a strange proxy.
        """
        if self._standby is None and self._transport is None:
            self._standby = self._make_standby(base)
        return self._standby

    def _make_standby(self, base: str) -> Standby | None:
        from krea_cli.api.proxies import DEFAULT_PORTS, find_proxy

        try:
            url = urlsplit(base)
            host, port = url.hostname or "", url.port or DEFAULT_PORTS.get(url.scheme)
            is_local = is_loopback(host)
            proxy = None if is_local else find_proxy(url.scheme, host, url.port)
            way = urlsplit(proxy) if proxy else None
            if way is not None:
                # The proxy is told the host only when the request leaves.
                way_port = way.port or DEFAULT_PORTS["http"]
                return Standby(way.hostname or "", way_port) if way.scheme == "http" else None
        except ValueError:  # of an address that the first request will refuse
            return None
        if port is None or not host.isascii() or (url.scheme != "https" and not is_local):
            return None
        is_tls = url.scheme == "https"
        return Standby(host, port, self._certificates.context if is_tls else None)

    def _find_proxy(self, url: "httpx.URL") -> str | None:
        from krea_cli.api.proxies import find_proxy

        is_direct = self._transport is not None or is_loopback(url.host)
        return None if is_direct else find_proxy(url.scheme, url.host, url.port)

    @property
    def is_replaced(self) -> bool:
        """True if a transport stands in for the network; it tells of no steps of a request."""
        return self._transport is not None

    def close(self) -> None:
        """Close every connection of every client."""
        if self._standby is not None:
            self._standby.close()
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _build(self, *, tls: bool, proxy: str | None, fresh: bool) -> "httpx.Client":
        import httpcore
        import httpx

        httpcore.HTTP11Connection.READ_NUM_BYTES = READ_CHUNK_BYTES
        if self._transport is not None:
            return httpx.Client(transport=self._transport)  # type: ignore[arg-type]
        from krea_cli.api.network import BoundedNetwork

        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0 if fresh else 20)
        tls_context = self._tls_context(tls=tls)
        try:
            transport = httpx.HTTPTransport(
                verify=tls_context, trust_env=False, limits=limits, proxy=proxy
            )
        except (ImportError, ValueError, httpx.InvalidURL) as failure:
            raise _proxy_error("https" if tls else "http", failure) from None
        transport._pool._network_backend = BoundedNetwork()  # httpx has no way to hand it in
        return httpx.Client(transport=transport, trust_env=False)

    def _tls_context(self, *, tls: bool) -> "ssl.SSLContext":
        if tls:
            return self._certificates.context()
        import ssl

        # Certificates take time to read. This context trusts nobody: it refuses all TLS.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _proxy_error(scheme: str, failure: Exception) -> ProxyRefused:
    """The error for a proxy that cannot be used. Its address may hold a password: none is shown."""
    from krea_cli.api.proxies import proxy_variable

    variable = proxy_variable(scheme)
    is_socks = isinstance(failure, ImportError)
    cause = "SOCKS is not supported" if is_socks else "it is not the address of a proxy"
    return ProxyRefused(
        f"no connection: the proxy in the environment cannot be used ({variable}: {cause})",
        hint=f"set {variable} (or {variable.lower()}) to http://HOST:PORT, or unset it; "
        "in a password, %23 stands for #, %2F for / and %3F for ?",
    )
