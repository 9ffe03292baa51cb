"""Which hosts may be spoken to: loopback for plain http, public ones for results."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from krea_cli.errors import NotSaved, UsageError

# Every address that a host name stands for, as text. Raises OSError when it has none.
Resolve = Callable[[str, int], Iterable[str]]


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver; OSError when the name is unknown."""
    import socket

    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_loopback(host: str) -> bool:
    """True for `localhost` and for loopback addresses, which never leave this machine."""
    if host.lower() == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """True for an address of the internet at large; False for what is behind a firewall."""
    import ipaddress

    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    # ::ffff:10.0.0.1 reaches 10.0.0.1, and older Pythons call it global.
    mapped = getattr(found, "ipv4_mapped", None)
    plain = mapped or found
    return plain.is_global and not plain.is_multicast


def names_private(host: str) -> bool:
    """True when HOST itself is loopback or a private address, without asking a resolver."""
    import ipaddress

    if is_loopback(host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not is_public(host)


def private_address(host: str, port: int, *, resolve: Resolve) -> str | None:
    """The first address of HOST that is not public; None when all are, or none is known.

    A name that only a proxy can resolve has no address here, and that is the proxy's to judge.
    """
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError):
        return None
    return next((address for address in addresses if not is_public(address)), None)


class Url(Protocol):
    """What is looked at of an address: httpx's own reading, the one that is connected to."""

    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def userinfo(self) -> bytes: ...
    @property
    def raw_path(self) -> bytes: ...


AnyUrl = TypeVar("AnyUrl", bound=Url)


def origin(url: Url) -> tuple[str, str, int | None]:
    """Scheme, host and port: what a token is bound to."""
    port = url.port or {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.host.lower(), port


def _is_whole(url: Url) -> bool:
    try:
        host = url.host
    except UnicodeError:  # "xn--" and letters that stand for no name
        return False
    # httpx escapes what no host can hold, such as a lone bracket; a name in the address would
    # take the place of the token.
    return bool(host) and "%" not in host and not url.userinfo


def check_api_address(url: AnyUrl | None, text: str) -> AnyUrl:
    """URL, read from TEXT, if it may be sent a token; else UsageError."""
    if url is None or url.scheme not in {"https", "http"} or not _is_whole(url):
        raise UsageError(
            f"{text[:200]!a} is no address that can be asked",
            hint="krea config get api.base shows the address in use; KREA_API_BASE goes before it",
        )
    if url.scheme == "http" and not is_loopback(url.host):
        raise UsageError(
            f"plain http is for loopback only; http://{url.host} would show the token on the way",
            hint=f"use https://{url.host}",
        )
    return url


def check_result_address(
    url: AnyUrl | None, text: str, *, home: Url, resolve: Resolve | None
) -> AnyUrl:
    """URL, read from TEXT, if a result may be fetched from it; else NotSaved.

    HOME is the API's address: what a public one names must be public too. Without RESOLVE
    only the text is judged.
    """
    if url is None or not _is_whole(url):
        raise NotSaved(f"the result's address cannot be read: {text[:200]!a}")
    local = is_loopback(home.host) and is_loopback(url.host)
    if url.scheme != "https" and not (url.scheme == "http" and local):
        raise NotSaved(f"the result's address is not https: {text[:200]!a}")
    if names_private(url.host):
        check_address(url.host, url, home=home, resolve=resolve)
    elif resolve is not None and not names_private(home.host):
        found = private_address(url.host, url.port or 443, resolve=resolve)
        check_address(found, url, home=home, resolve=resolve)
    return url


def check_peer(peer: str | None, url: Url, *, home: Url, resolve: Resolve | None) -> None:
    """Raise NotSaved when the machine PEER that answered for URL has a private address.

    A name may stand for another address the second time it is asked for. Through a proxy the
    peer is the proxy, which says nothing about the host.
    """
    from urllib.request import getproxies  # httpx has imported it by now

    if not any(scheme in getproxies() for scheme in ("http", "https", "all")):
        check_address(peer, url, home=home, resolve=resolve)


def check_address(address: str | None, url: Url, *, home: Url, resolve: Resolve | None) -> None:
    """Raise NotSaved when ADDRESS, where URL leads, is private and the API's HOME is public."""
    if address is None or is_public(address) or names_private(home.host):
        return
    # Some VPNs give every name an address of their own; then the API's has one, too.
    named = names_private(url.host)
    if not named and resolve and private_address(home.host, home.port or 443, resolve=resolve):
        return
    raise NotSaved(f"the result's host {url.host} has the private address {address}; not asked")
