"""Find the proxy for a host in the environment, as curl reads it."""

from contextlib import suppress
from urllib.request import getproxies  # httpx imports it in any case

DEFAULT_PORTS = {"http": 80, "https": 443}


def find_proxy(scheme: str, host: str, port: int | None) -> str | None:
    """The proxy's address for HOST, as the user wrote it; None to connect directly.

    One that is set for another scheme does not matter. A part of NO_PROXY that cannot be read
    does not matter either.
    """
    found = getproxies()
    proxy = found.get(scheme) or found.get("all")
    if not proxy or is_exempt(scheme, host, port, found.get("no", "")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def proxy_variable(scheme: str) -> str:
    """The name of the variable behind `find_proxy`: "HTTPS_PROXY"; it may be in lower case too."""
    return f"{scheme}_proxy".upper() if getproxies().get(scheme) else "ALL_PROXY"


def is_exempt(scheme: str, host: str, port: int | None, no_proxy: str) -> bool:
    """Tell if NO_PROXY names HOST: as a name or its end, an address, a network, or a star."""
    entries, port = no_proxy.split(","), port or DEFAULT_PORTS.get(scheme)
    return any(_matches(entry.strip().lower(), host.lower(), port) for entry in entries)


def _matches(entry: str, host: str, port: int | None) -> bool:
    import ipaddress

    entry = entry.rpartition("://")[2]
    if not entry or entry == "*":
        return bool(entry)
    with suppress(ValueError):
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
        with suppress(ValueError):
            return ipaddress.ip_address(host.strip("[]")) in network
        return False
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal():
        return port == int(number) and _matches(name, host, port)
    name = entry.removeprefix("*").removeprefix(".")
    return bool(name) and (host == name or host.endswith("." + name))
