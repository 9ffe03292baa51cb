"""Bring one address into a part file: streamed, measured, hashed, resumed after a cut."""

import errno
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from krea_cli.clock import Clock
from krea_cli.errors import Busy, KreaError, Unanswered
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.files.content_type import (
    HEAD,
    HTML,
    JSON,
    PLY,
    SVG,
    TEXT,
    ContentType,
    content_type,
    cut_short,
    is_message,
    known_extension,
)
from krea_cli.flows.files.part_file import Reservation
from krea_cli.flows.transfer.writer_thread import Aside

if TYPE_CHECKING:
    from krea_cli.api.http import Http
    from krea_cli.api.response import StreamReply

TRIES = 5  # fruitless ones in a row; each that brings the file further starts the count anew
FURTHER = 256 * 1024
TELL_EVERY = 0.1  # seconds
GONE = (403, 404, 410)
PASSING_STATUS = (408, 409, 425, 500, 502, 503, 504)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Gone(KreaError):
    """The host does not give out the result under this address (any more)."""

    code = "gone"


class DiskFailure(KreaError):
    """The bytes came and could not be written."""

    code = "disk"


@dataclass(frozen=True)
class Fetched:
    """What lies in the part now: sha256 in hex, bytes, type by content.

    `whole` is False where the content seems to lack its end, although the host says that was all.
    """

    sha256: str
    size: int
    type: ContentType
    whole: bool = True


@dataclass
class _Progress:
    """How far a transfer came; the digest is always that of the first `offset` bytes."""

    url: str
    offset: int = 0
    furthest: int = 0
    total: int | None = None
    validator: str | None = None
    header: str | None = None
    head: bytes = b""
    digest: Any = field(default=None)

    def restart(self) -> None:
        from hashlib import sha256

        self.offset, self.total, self.validator, self.head = 0, None, None, b""
        self.digest = sha256()


def fetch(
    url: str,
    part: Reservation,
    *,
    http: "Http",
    clock: Clock,
    random: Random,
    progress: Callable[[int, int | None], None],
) -> Fetched:
    """Stream URL into PART and give back what it holds.

    PROGRESS is called from the worker with bytes received and in all, at most ten times a second.
    Raises `Gone`, `DiskFailure`, the last passing fault, and `Interrupted`.
    """
    state = _Progress(url)
    patience = Backoff(random)
    while True:
        before = state.furthest
        attempt = _Attempt(state, os.dup(part.file), http, clock, progress)
        try:
            clock.attend(attempt.run)
            return _checked(state, part)
        except KreaError as error:
            if not is_transient(error):
                raise
            if state.furthest - before >= FURTHER:
                patience.answered()
            seconds = patience.hold(error)
            if patience.faults >= TRIES:
                raise
            clock.pause(seconds)


def copied(path: Path, part: Reservation) -> Fetched:
    """Copy the file at PATH into PART and give back what it holds. Raises OSError."""
    from hashlib import sha256

    digest, size, head = sha256(), 0, b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            head = head or chunk[:HEAD]
            view = memoryview(chunk)
            while view:
                written = os.pwrite(part.file, view, size)
                view, size = view[written:], size + written
            digest.update(chunk)
    return Fetched(digest.hexdigest(), size, content_type(head))


@dataclass
class _Attempt:
    """One request for the rest of the bytes. It runs in a worker and owns its descriptor:
    an interrupted main thread may close the part while the worker still writes."""

    state: _Progress
    file: int
    http: "Http"
    clock: Clock
    progress: Callable[[int, int | None], None]

    def run(self) -> None:
        try:
            self._run()
        finally:
            os.close(self.file)

    def _run(self) -> None:
        state = self.state
        headers = {"Accept-Encoding": "identity"}
        if state.offset and state.validator:
            headers |= {"Range": f"bytes={state.offset}-", "If-Range": state.validator}
        begun = False
        try:
            with self.http.stream(state.url, headers=headers) as reply:
                self._begin(reply, resuming="Range" in headers)
                begun = True
                self._copy(reply)
        except Unanswered as failure:
            if begun:
                raise _cut(state) from failure
            raise
        if state.total is not None and state.offset != state.total:
            raise _cut(state)

    def _begin(self, reply: "StreamReply", *, resuming: bool) -> None:
        state = self.state
        if resuming and reply.status == 206 and _continues(reply.headers, state):
            return
        again = resuming and reply.status in (206, 416)
        if not again:
            _check_status(reply)
        state.restart()
        self._truncate()
        if again:
            raise Unanswered("the host cannot continue the download: starting over")
        state.header = reply.headers.get("content-type")
        state.validator = _validator(reply.headers)
        state.total = reply.length

    def _copy(self, reply: "StreamReply") -> None:
        state, told, received = self.state, -1.0, self.state.offset
        with Aside(self._take) as aside:
            for chunk in reply.chunks():
                self.clock.check()  # a mere return could pass for the end of the file
                aside.put(chunk)
                received += len(chunk)
                now = self.clock.monotonic()
                if now - told >= TELL_EVERY:
                    told = now
                    self.progress(received, state.total)
        self.progress(state.offset, state.total)

    def _take(self, chunk: bytes) -> None:
        """Write and hash the next bytes. Both take as long as reading them does."""
        state = self.state
        self._write(chunk)
        state.digest.update(chunk)
        if len(state.head) < HEAD:
            state.head += chunk[: HEAD - len(state.head)]
        state.offset += len(chunk)
        state.furthest = max(state.furthest, state.offset)

    def _write(self, chunk: bytes) -> None:
        view, at = memoryview(chunk), self.state.offset
        try:
            while view:
                written = os.pwrite(self.file, view, at)
                view, at = view[written:], at + written
        except OSError as failure:
            raise disk_failure(failure) from failure

    def _truncate(self) -> None:
        try:
            os.ftruncate(self.file, 0)
        except OSError as failure:
            raise disk_failure(failure) from failure


def disk_failure(failure: OSError) -> DiskFailure:
    """The sentence for bytes that could not be written."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFailure("the disk is full")
    return DiskFailure(f"writing failed: {failure.strerror or failure}")


def _cut(state: _Progress) -> Unanswered:
    whole = "" if state.total is None else f" of {state.total}"
    return Unanswered(f"the download broke off after {state.offset}{whole} bytes")


def _check_status(reply: "StreamReply") -> None:
    status = reply.status
    if status == 200:
        return
    message = f"the result's host answered HTTP {status}"
    if status in GONE:
        raise Gone(message)
    if status == 429 or (status == 503 and "retry-after" in reply.headers):
        asked = reply.headers.get("retry-after", "")
        raise Busy(message, retry_after=float(asked) if asked.isdecimal() else None)
    if status in PASSING_STATUS or status >= 500 or status < 300:
        raise Unanswered(message)
    raise KreaError(message)


def _continues(headers: Mapping[str, str], state: _Progress) -> bool:
    """Whether a 206 is the rest of just what we have."""
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if not found or int(found[1]) != state.offset:
        return False
    if found[3] != "*" and (state.total or int(found[3])) != int(found[3]):
        return False
    if found[3] != "*":
        if int(found[2]) != int(found[3]) - 1:
            return False
        state.total = int(found[3])
    return _validator(headers) in (None, state.validator)


def _validator(headers: Mapping[str, str]) -> str | None:
    """What proves later that the content is the same: a strong ETag, else Last-Modified."""
    if headers.get("content-encoding", "identity") != "identity":
        return None  # it is unpacked on the way, so that our offset is not the host's
    tag = headers.get("etag", "")
    if tag.startswith('"'):
        return tag
    return None if tag else headers.get("last-modified")


def _checked(state: _Progress, part: Reservation) -> Fetched:
    """Refuse what came whole by its length and is no result all the same."""
    if state.offset == 0:
        raise Unanswered("the result's host sent nothing")
    kind = content_type(state.head, state.header)
    if kind is HTML:
        raise Unanswered("the result's host sent a web page instead of the result")
    if is_message(state.head) and _names_media(state.url):
        raise Unanswered("the result's host sent a message instead of the result")
    cut = cut_short(kind, lambda at, count: os.pread(part.file, count, at), state.offset)
    if cut and state.total is None:
        raise _cut(state)
    return Fetched(state.digest.hexdigest(), state.offset, kind, whole=not cut)


def _names_media(url: str) -> bool:
    """Whether URL promises a picture, clip, sound or model: no text, which may be the result."""
    ext = os.path.splitext(url.partition("?")[0])[1][1:]
    texts = (JSON, TEXT, HTML, SVG, PLY)
    return known_extension(ext) and not any(kind.allows(ext) for kind in texts)
