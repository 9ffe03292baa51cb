"""Decide which hosts may be asked: loopback for plain http, public hosts for results."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from krea_cli.errors import NotSaved, UsageError
from krea_cli.text import hide_login

# Returns every address of a host and port as text. Raises OSError if it has none.
Resolver = Callable[[str, int], Iterable[str]]


def resolve_host(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of HOST. Raises OSError if the name is unknown."""
    import socket

    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in entries]


def is_loopback(host: str) -> bool:
    """Return True for `localhost` and for loopback addresses, which never leave this machine."""
    if host.lower() == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Return True for an address of the public internet."""
    import ipaddress

    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # ::ffff:10.0.0.1 reaches 10.0.0.1, and older Pythons call it global.
    target = getattr(parsed, "ipv4_mapped", None) or parsed
    return target.is_global and not target.is_multicast


def is_private_host(host: str) -> bool:
    """Return True if HOST itself is loopback or a private address. Asks no resolver."""
    import ipaddress

    if is_loopback(host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def find_private_address(host: str, port: int, *, resolve: Resolver) -> str | None:
    """Return the first private address of HOST; None if all are public, or none is known.

    A name that only a proxy can resolve has no address here: the proxy judges it.
    """
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError):
        return None
    return next((address for address in addresses if not is_public(address)), None)


class Url(Protocol):
    """The parts of a URL that matter here, as httpx parsed them: httpx will connect to them."""

    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def userinfo(self) -> bytes: ...
    def copy_with(self, **parts: Any) -> Any: ...
    @property
    def raw_path(self) -> bytes: ...


AnyUrl = TypeVar("AnyUrl", bound=Url)


def origin(url: Url) -> tuple[str, str, int | None]:
    """Scheme, host and port: a token is bound to them."""
    port = url.port or {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host.lower(), port


def display_path(url: Url, *, home: Url) -> str:
    """Return the path of URL as it is sent, with the host if HOME has another one.

    Leaves out the query: a result's may hold a signature, as good as a password.
    """
    path = url.raw_path.decode("ascii", "replace").partition("?")[0]
    return path if origin(url) == origin(home) else url.host + path


def _is_usable(url: Url) -> bool:
    try:
        host = url.host
    except UnicodeError:  # "xn--" with letters that encode no name
        return False
    # httpx escapes characters that no host can hold, such as a lone bracket. A user name in the
    # address would take the place of the token.
    return bool(host) and "%" not in host and not url.userinfo


def check_api_url(url: AnyUrl | None, text: str) -> AnyUrl:
    """Return URL, parsed from TEXT, if the token may be sent to it. Raises `UsageError`."""
    if url is None or url.scheme not in {"https", "http"} or not _is_usable(url):
        advice = ": a user or a password has no place in it" if "@" in text else ""
        raise UsageError(
            f"{hide_login(text)[:200]!r} is not a valid address of the API{advice}",
            hint="krea config get api.base shows the address in use; KREA_API_BASE overrides it",
        )
    if url.scheme == "http" and not is_loopback(url.host):
        raise UsageError(
            f"plain http is for loopback only; http://{url.host} would send the token in the clear",
            hint=f"use https://{url.host}",
        )
    return url


@dataclass(frozen=True)
class ResultPolicy:
    """The rule for results: over https only, and from private hosts only if the API is private.

    home: the API's address
    resolve: finds the addresses of a host; with None, only the text of a URL is judged
    """

    home: Url
    resolve: Resolver | None

    def check_url(self, url: AnyUrl | None, text: str) -> AnyUrl:
        """Return URL, parsed from TEXT, if a result may be fetched from it. Raises `NotSaved`."""
        if url is None or not _is_usable(url):
            raise NotSaved(f"the result's address cannot be read: {text[:200]!a}")
        is_local = is_loopback(self.home.host) and is_loopback(url.host)
        if url.scheme != "https" and not (url.scheme == "http" and is_local):
            raise NotSaved(f"the result's address is not https: {text[:200]!a}")
        if is_private_host(url.host):
            self._check_address(url.host, url)
        elif self.resolve is not None and not is_private_host(self.home.host):
            address = find_private_address(url.host, url.port or 443, resolve=self.resolve)
            self._check_address(address, url)
        return url

    def complete(self, url: AnyUrl | None, text: str) -> AnyUrl | None:
        """Return URL, parsed from TEXT, over https if TEXT names a host and no scheme."""
        is_open = url is not None and text.startswith("//") and not is_loopback(url.host)
        return url.copy_with(scheme="https") if url is not None and is_open else url

    def judge(self, url: Url) -> Callable[[str], None] | None:
        """The check of an address that URL is connected to; None if all addresses are taken.

        A name may resolve to another address the second time.
        """
        if self.resolve is None or is_private_host(self.home.host):
            return None
        return lambda address: self._check_address(address, url)

    def _check_address(self, address: str | None, url: Url) -> None:
        """Raise `NotSaved` if ADDRESS, the target of URL, is private and the API is public."""
        if address is None or is_public(address) or is_private_host(self.home.host):
            return
        # Some VPNs map every name to a private address; then the API's name has one, too.
        if not is_private_host(url.host) and self.resolve:
            port = self.home.port or 443
            if find_private_address(self.home.host, port, resolve=self.resolve):
                return
        raise NotSaved(
            f"the result's host {url.host} has the private address {address}; nothing was fetched"
        )
