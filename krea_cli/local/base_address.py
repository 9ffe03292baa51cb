"""The address of the API, in one spelling."""

DEFAULT_API_BASE = "https://api.krea.ai"


def normalize_base(address: str) -> str:
    """Return the one spelling of ADDRESS, for use as a key in ledger, cache and logins."""
    scheme, slashes, rest = address.strip().rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    scheme, host = scheme.lower(), host.lower()
    host = host.removesuffix({"https": ":443", "http": ":80"}.get(scheme, ":"))
    return f"{scheme}{slashes}{host}{slash}{path}" if slashes else address
