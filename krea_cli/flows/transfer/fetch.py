"""Download one address into a part file: streamed, measured, hashed, resumed if broken off."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from krea_cli.clock import Clock
from krea_cli.errors import KreaError, Unanswered
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.files.content_type import (
    HTML,
    SNIFF_BYTES,
    ContentType,
    content_type,
    is_json_or_xml,
    is_media_extension,
    is_truncated,
)
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.continuation import continued_total, strong_validator
from krea_cli.flows.transfer.limits import TooSlow, TransferLimits
from krea_cli.flows.transfer.result_body import DamagedResult, ResultBody
from krea_cli.flows.transfer.result_status import check_status
from krea_cli.flows.transfer.writer_thread import WriterThread

if TYPE_CHECKING:
    from krea_cli.api.http import HttpClient
    from krea_cli.api.response import StreamResponse

MAX_FRUITLESS_TRIES = 5  # in a row
FRUITFUL_BYTES = 256 * 1024  # a try that brings this much starts the count anew
PROGRESS_INTERVAL_SECONDS = 0.1


DISK_FULL = "the disk is full"


class DiskError(KreaError):
    """The bytes came, but could not be written to disk."""

    code = "disk"


@dataclass(frozen=True)
class PartContent:
    """The content of a finished part file.

    sha256: its hash, in hex
    size: in bytes
    type: told from its first bytes
    is_whole: False if it seems to lack its end, although the host says that this is all
    """

    sha256: str
    size: int
    type: ContentType
    is_whole: bool = True


@dataclass
class _Transfer:
    """The state of a download; it outlives broken connections.

    offset: bytes received and written
    furthest: the largest `offset` so far
    total: bytes of the whole result, if the host said so
    validator: strong ETag or old date, proof later that the content is still the same
    header: Content-Type
    head: the first bytes
    hasher: sha256 of the first `offset` bytes
    """

    url: str
    offset: int = 0
    furthest: int = 0
    total: int | None = None
    validator: str | None = None
    header: str | None = None
    head: bytes = b""
    hasher: Any = None

    def restart(self) -> None:
        from hashlib import sha256

        self.offset, self.total, self.validator, self.head = 0, None, None, b""
        self.hasher = sha256()


def fetch(
    url: str,
    part: PartFile,
    *,
    http: "HttpClient",
    clock: Clock,
    random: Random,
    progress: Callable[[int, int | None], None],
    until: float | None = None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> PartContent:
    """Stream URL into PART and return its content.

    until: the end of the waiting for its job, monotonic; None if there is none
    is_wanted: tells if it is to go on

    Calls PROGRESS from a worker thread with bytes received and in all, up to ten times a second.
    Raises `ResultGone`, `DiskError`, the last transient fault, and `Interrupted`.
    Raises KreaError when the time is over, for more than any result has, and once nobody wants it.
    """
    state, limits = _Transfer(url), TransferLimits(clock, until, is_wanted)
    backoff = Backoff(random)
    while True:
        before = state.furthest
        attempt = _Attempt(state, os.dup(part.fd), http, clock, progress, limits)
        try:
            clock.wait_for(attempt.run)
            return _check_content(state, part)
        except KreaError as error:
            if not is_transient(error):
                raise
            if state.furthest - before >= FRUITFUL_BYTES:
                backoff.reset()
            seconds = backoff.next_pause(error)
            if backoff.faults >= MAX_FRUITLESS_TRIES or not limits.allow_retry(seconds):
                raise
            clock.sleep(seconds)


def copy_into(path: Path, part: PartFile) -> PartContent:
    """Copy the file at PATH into PART and return its content. Raises OSError."""
    from hashlib import sha256

    hasher, size, head = sha256(), 0, b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            head = head or chunk[:SNIFF_BYTES]
            _write_all(part.fd, chunk, size)
            size += len(chunk)
            hasher.update(chunk)
    return PartContent(hasher.hexdigest(), size, content_type(head))


@dataclass
class _Attempt:
    """One request for the bytes that are missing.

    It runs in a worker thread and owns its file descriptor. An interrupted main thread may close
    the part file while the worker still writes.
    """

    state: _Transfer
    fd: int
    http: "HttpClient"
    clock: Clock
    progress: Callable[[int, int | None], None]
    limits: TransferLimits

    def run(self) -> None:
        try:
            self._run()
        finally:
            os.close(self.fd)

    def _run(self) -> None:
        state = self.state
        headers = {"Accept-Encoding": "identity"}
        if state.offset and state.validator:
            headers |= {"Range": f"bytes={state.offset}-", "If-Range": state.validator}
        has_begun = False
        try:
            with self.http.stream(
                state.url, headers=headers, patience=self.limits.patience
            ) as response:
                self._begin(response, resuming="Range" in headers)
                has_begun = True
                self._copy(response)
        except Unanswered as failure:
            if has_begun and not isinstance(failure, (TooSlow, DamagedResult)):
                raise _broken_off(state) from failure
            raise
        if state.total is not None and state.offset != state.total:
            raise _broken_off(state)

    def _begin(self, response: "StreamResponse", *, resuming: bool) -> None:
        state = self.state
        if resuming and response.status == 206 and (total := self._continued_total(response)):
            state.total = total
            return
        must_restart = resuming and response.status in (206, 416)
        if not must_restart:
            check_status(response)
        state.restart()
        self._truncate()
        if must_restart:
            raise Unanswered("the host cannot continue the download: starting over")
        state.header = response.headers.get("content-type")
        state.validator = strong_validator(response.headers)
        state.total = response.content_length

    def _continued_total(self, response: "StreamResponse") -> int | None:
        state = self.state
        return continued_total(
            response.headers, state.offset, total=state.total, validator=state.validator
        )

    def _copy(self, response: "StreamResponse") -> None:
        state, reported_at, received = self.state, -1.0, self.state.offset
        self.limits.connect(received)
        self.limits.check(received, state.total, self.fd)
        body = ResultBody(response, state.url, is_continued=received > 0)
        with WriterThread(self._store) as writer:
            for piece in body.pieces():
                # Not a return, which would look like the end of the file.
                self.clock.raise_if_interrupted()
                writer.put(piece)
                received += len(piece)
                if body.is_packed:  # length and validator are those of the packed bytes
                    state.total = state.validator = None
                self.limits.check(received, state.total, self.fd)
                now = self.clock.monotonic()
                if now - reported_at >= PROGRESS_INTERVAL_SECONDS:
                    reported_at = now
                    self.progress(received, state.total)
        if body.is_packed:
            state.total = state.offset  # proved by its own checksum
        self.progress(state.offset, state.total)

    def _store(self, chunk: bytes) -> None:
        """Write and hash the next bytes, in the writer thread: it takes as long as reading them."""
        state = self.state
        try:
            _write_all(self.fd, chunk, state.offset)
        except OSError as failure:
            raise disk_error(failure) from failure
        state.hasher.update(chunk)
        if len(state.head) < SNIFF_BYTES:
            state.head += chunk[: SNIFF_BYTES - len(state.head)]
        state.offset += len(chunk)
        state.furthest = max(state.furthest, state.offset)

    def _truncate(self) -> None:
        try:
            os.ftruncate(self.fd, 0)
        except OSError as failure:
            raise disk_error(failure) from failure


def disk_error(failure: OSError) -> DiskError:
    """Error for bytes that could not be written to disk."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskError(DISK_FULL)
    return DiskError(f"writing failed: {failure.strerror or failure}")


def _write_all(fd: int, chunk: bytes, offset: int) -> None:
    view = memoryview(chunk)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written


def _broken_off(state: _Transfer) -> Unanswered:
    total = "" if state.total is None else f" of {state.total}"
    return Unanswered(f"the download broke off after {state.offset}{total} bytes")


def _check_content(state: _Transfer, part: PartFile) -> PartContent:
    """Content of PART. Raises `Unanswered` if it is complete by its length, but not a result."""
    if state.offset == 0:
        raise Unanswered("the result's host sent nothing")
    kind = content_type(state.head, state.header)
    if kind is HTML:
        raise Unanswered("the result's host sent a web page instead of the result")
    ext = os.path.splitext(state.url.partition("?")[0])[1][1:]
    if is_json_or_xml(state.head) and is_media_extension(ext):
        raise Unanswered("the result's host sent a message instead of the result")
    truncated = is_truncated(kind, lambda at, count: os.pread(part.fd, count, at), state.offset)
    if truncated and state.total is None:
        raise _broken_off(state)
    return PartContent(state.hasher.hexdigest(), state.offset, kind, is_whole=not truncated)
