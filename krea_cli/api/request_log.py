"""Log each request for `--verbose` in one line: method, path, status and time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from krea_cli.api.url_policy import Url, origin
from krea_cli.errors import KreaError


class LoggedExchange(Protocol):
    """The logged part of an exchange: the status, and the error that broke off the body, or ""."""

    status: int
    body_error: str


@dataclass
class LogEntry:
    """A line that is not written yet; `exchange` is set once there is a status."""

    exchange: LoggedExchange | None = None


def display_path(url: Url, *, home: Url) -> str:
    """Return the path of URL as it is sent, with the host if HOME has another one.

    Leaves out the query: a result's may hold a signature, as good as a password.
    """
    path = url.raw_path.decode("ascii", "replace").partition("?")[0]
    return path if origin(url) == origin(home) else url.host + path


@contextmanager
def log_request(
    log: Callable[[str], None] | None, method: str, url: Url, *, home: Url
) -> Iterator[LogEntry]:
    """Log the request METHOD URL when the block ends, in whatever way it ends."""
    start, entry, outcome = time.monotonic(), LogEntry(), "given up"
    try:
        yield entry
    except KreaError as failure:
        outcome = failure.message
        raise
    finally:
        if log is not None:
            if entry.exchange is not None:
                error = entry.exchange.body_error
                outcome = f"{entry.exchange.status}{f', then {error}' if error else ''}"
            milliseconds = (time.monotonic() - start) * 1000
            log(f"{method} {display_path(url, home=home)}: {outcome} in {milliseconds:.0f} ms")
