"""Responses as they came over the wire, before anything in them is judged."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

PROXY_HEADERS = frozenset({"via", "x-varnish", "x-cache", "x-served-by"})


@dataclass(frozen=True)
class Response:
    """A whole response; the header names are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        """Parse the body as JSON, whatever its content type: some gateways mislabel it.

        Raises ValueError, for too deep nesting too.
        """
        try:
            return json.loads(self.content)
        except RecursionError:
            raise ValueError("the JSON is nested too deep") from None

    @property
    def proxies(self) -> frozenset[str]:
        """The headers of a proxy that took part."""
        return PROXY_HEADERS & self.headers.keys()

    @property
    def server_time(self) -> float | None:
        """The Date header in whole seconds since 1970; None without a readable one."""
        return parse_http_date(self.headers.get("date", ""))


@dataclass(frozen=True)
class StreamResponse:
    """A response with an unread body; the header names are in lower case.

    iter_chunks: yields the body; raises `Unanswered` when it breaks off
    """

    status: int
    headers: dict[str, str]
    iter_chunks: Callable[[], Iterator[bytes]] = field(repr=False)

    @property
    def content_length(self) -> int | None:
        """The number of bytes in the body; None if the server does not say."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def parse_http_date(text: str) -> float | None:
    """Parse "Sun, 22 Nov 2026 12:00:00 GMT" as seconds since 1970; None if it is not a date."""
    from datetime import UTC
    from email.utils import parsedate_to_datetime  # heavy, but httpx has imported it by now

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
