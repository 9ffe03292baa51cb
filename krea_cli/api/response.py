"""What came back over the wire, before anybody judged it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """A whole answer; the header names are lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON, whatever its content type claims (some edges mislabel it).

        Raises ValueError, for nesting beyond reason too.
        """
        try:
            return json.loads(self.content)
        except RecursionError:
            raise ValueError("the JSON is nested too deep") from None

    @property
    def server_time(self) -> float | None:
        """The Date header in seconds since 1970 (whole ones); None without a readable one."""
        return read_date(self.headers.get("date", ""))


@dataclass(frozen=True)
class StreamReply:
    """An answer whose body is still to be read; the header names are lower case."""

    status: int
    headers: dict[str, str]
    url: str  # the last one, after redirects
    pieces: Callable[[], Iterator[bytes]] = field(repr=False)

    @property
    def length(self) -> int | None:
        """How many bytes `chunks` will give, if the server says so; None for an encoded body."""
        if self.headers.get("content-encoding", "identity") != "identity":
            return None
        text = self.headers.get("content-length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def chunks(self) -> Iterator[bytes]:
        """The body piece by piece. Raises Unanswered when it breaks off."""
        return self.pieces()


def read_date(text: str) -> float | None:
    """An HTTP date ("Sun, 22 Nov 2026 12:00:00 GMT") in seconds since 1970, or None."""
    from datetime import UTC
    from email.utils import parsedate_to_datetime  # heavy, but httpx has imported it by now

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
