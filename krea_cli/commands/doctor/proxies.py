"""Describe the proxies of the environment, without the passwords in their addresses."""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

from krea_cli.api.proxies import is_exempt
from krea_cli.api.url_policy import is_loopback

ADDRESS_PATTERN = (
    r"(?i)(?:([a-z][a-z0-9+.-]*)://)?(?:[^/?#]*@)?"  # a password may have an @ of its own
    r"((?:[\w.-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?)/?"
)
SCHEMES = ("http", "https")
SOCKS_SCHEMES = ("socks5", "socks5h")
MAX_PORT = 65_535


def describe_proxies(environ: Mapping[str, str], base: str) -> list[tuple[str, bool]]:
    """Return a sentence for each proxy that ENVIRON sets, and if nothing is wrong with it.

    base: address of the service, to which requests go
    """
    url = urlsplit(base)
    host = url.hostname or ""
    names = [*_list_set("https_proxy", environ), *_list_set("all_proxy", environ)]
    no_proxy = next(iter(_list_set("no_proxy", environ)), None)
    exempt = no_proxy and is_exempt(url.scheme, host, url.port, environ[no_proxy])
    found = []
    for name in names:
        if name != names[0]:
            found.append((f"{name} is set, and {names[0]} counts instead", True))
            continue
        address, problem = read_address(environ[name])
        if problem:
            found.append((f"{name} is set: {problem}", False))
        elif exempt:
            text = f"{name} is set; {no_proxy} exempts {host}, and only other hosts are"
            found.append((f"{text} reached through {address}", True))
        else:
            found.append((f"{name} is set: requests go through {address}", True))
    if found and is_loopback(host):
        found.append((f"{host} is this machine, and is asked without a proxy", True))
    return found


def read_address(proxy: str) -> tuple[str, str | None]:
    """Return host and port of PROXY, or the reason why it cannot be used.

    Neither contains the user and the password, which a badly written address may hold anywhere.
    """
    match = re.fullmatch(ADDRESS_PATTERN, proxy)
    if match is None or int(match[3] or 0) > MAX_PORT:
        return "", "its address cannot be read"
    scheme = (match[1] or "http").lower()
    if scheme in SCHEMES or (scheme in SOCKS_SCHEMES and find_spec("socksio")):
        return match[2], None
    if scheme in SOCKS_SCHEMES:
        return match[2], f"{match[2]} is a SOCKS proxy, which is not supported"
    return match[2], f"the address of {match[2]} begins with neither http:// nor https://"


def _list_set(name: str, environ: Mapping[str, str]) -> list[str]:
    """Return the spellings of the variable NAME that are set, the decisive one first.

    An empty one in small letters takes the other away, as in curl and Python.
    """
    if environ.get(name) == "":
        return []
    return [each for each in (name, name.upper()) if environ.get(each)]
