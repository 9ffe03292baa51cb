"""The address of the API, in one spelling."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krea_cli.local.config import Config

DEFAULT_API_BASE = "https://api.krea.ai"


def find_base(get_variable: Callable[[str], str | None], config: "Config") -> str:
    """Return KREA_API_BASE, else the setting api.base, else the public API."""
    base = get_variable("KREA_API_BASE") or config.get("api.base") or DEFAULT_API_BASE
    return normalize_base(str(base))


def normalize_base(address: str) -> str:
    """Return the one spelling of ADDRESS, for use as a key in ledger, cache and logins."""
    scheme, slashes, rest = address.strip().rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    scheme, host = scheme.lower(), host.lower()
    host = host.removesuffix({"https": ":443", "http": ":80"}.get(scheme, ":"))
    return f"{scheme}{slashes}{host}{slash}{path}" if slashes else address
