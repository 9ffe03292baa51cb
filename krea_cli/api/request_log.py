"""What `--verbose` shows of a request: method, place, status and time, in one line."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from krea_cli.api.url_policy import Url, origin
from krea_cli.errors import KreaError


class Answered(Protocol):
    """What is told of an exchange: the status, and what kept the body from being read, or ""."""

    status: int
    broke: str


@dataclass
class Entry:
    """The line in the making; `exchange` is set as soon as there is a status."""

    exchange: Answered | None = None


def logged_place(url: Url, *, home: Url) -> str:
    """The path of URL as it is sent, with the host if that is not HOME's.

    Without the query: that of a result may hold a signature, as good as a password.
    """
    path = url.raw_path.decode("ascii", "replace").partition("?")[0]
    return path if origin(url) == origin(home) else url.host + path


@contextmanager
def logged(
    log: Callable[[str], None] | None, method: str, url: Url, *, home: Url
) -> Iterator[Entry]:
    """Tell LOG of the request METHOD URL once the block is over, however it ends."""
    started, entry, told = time.monotonic(), Entry(), "given up"
    try:
        yield entry
    except KreaError as failure:
        told = failure.message
        raise
    finally:
        if log is not None:
            if entry.exchange is not None:
                broke = entry.exchange.broke
                told = f"{entry.exchange.status}{f', then {broke}' if broke else ''}"
            took = (time.monotonic() - started) * 1000
            log(f"{method} {logged_place(url, home=home)}: {told} in {took:.0f} ms")
