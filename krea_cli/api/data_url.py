"""Results that are inside of their own address: `data:image/png;base64,…`. Source: RFC 2397."""

import re

from krea_cli.api.response import StreamResponse
from krea_cli.errors import NotSaved

DATA_URL_PATTERN = "(?i)data:"
URL_SAFE_LETTERS = bytes.maketrans(b"-_", b"+/")


def is_data_url(url: str) -> bool:
    """Return True if URL has its content inside; nobody is asked for it."""
    return re.match(DATA_URL_PATTERN, url) is not None


def open_data_url(url: str) -> StreamResponse:
    """The content of URL, as if a host had sent it. Raises `NotSaved` if it cannot be read."""
    import base64
    from urllib.parse import unquote_to_bytes

    head, comma, text = url.partition(",")
    media_type, *parameters = head.partition(":")[2].split(";")
    content = unquote_to_bytes(text)
    try:
        if not comma:
            raise ValueError
        if parameters and parameters[-1].strip().lower() == "base64":
            letters = b"".join(content.split()).translate(URL_SAFE_LETTERS).rstrip(b"=")
            content = base64.b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except ValueError:
        raise NotSaved(f"the result's address cannot be read: {url[:200]!a}") from None
    headers = {"content-length": str(len(content))}
    if media_type.strip():
        headers["content-type"] = media_type.strip()
    return StreamResponse(200, headers, lambda: iter([content]))


def display_url(url: str) -> str:
    """URL for people: without the content, if it is inside."""
    return f"{url.partition(',')[0][:80]},…" if is_data_url(url) else url
