"""Uploads: a local file becomes an address that media fields take."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from krea_cli.api.error_body import read_error
from krea_cli.api.response import Reply
from krea_cli.api.status_errors import read_failure
from krea_cli.api.types import Asset
from krea_cli.errors import KreaError, RequestRefused, Unanswered, UsageError

if TYPE_CHECKING:
    from krea_cli.api.http import Http

Progress = Callable[[int, int], None]


def upload(
    http: "Http", path: Path, mime: str, *, progress: Progress | None, timeout: float
) -> Asset:
    """POST the file at PATH as a form's `file` part of type MIME, piece by piece from the disk."""
    try:
        with path.open("rb") as source:
            counted = CountedFile(source, path.stat().st_size, progress or _ignore)
            files = {"file": (part_name(path.name), counted, mime)}
            reply = http.request("POST", "/assets", files=files, timeout=timeout, fresh=True)
    except Unanswered as failure:
        failure.charged = "no"  # an upload is free, wherever it ended
        raise
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror or failure}") from failure
    if not 200 <= reply.status < 300:
        raise upload_failure(reply, path.name)
    return parse_asset(reply)


class CountedFile:
    """A file that tells how much of it was taken. httpx asks its length through `fileno`."""

    def __init__(self, source: BinaryIO, size: int, progress: Progress) -> None:
        self._source = source
        self._size = size
        self._progress = progress
        self._taken = 0

    def fileno(self) -> int:
        return self._source.fileno()

    def seek(self, place: int) -> int:
        self._taken = place
        return self._source.seek(place)

    def read(self, size: int = -1) -> bytes:
        # Who asks for the next piece has sent the one before.
        self._progress(self._taken, self._size)
        piece = self._source.read(size)
        self._taken += len(piece)
        return piece


def part_name(name: str) -> str:
    """NAME as a form can carry it: letters, digits, dot, dash; the ending is kept."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-100:].lstrip(".") or "file"


def parse_asset(reply: Reply) -> Asset:
    """The asset in REPLY. Its address is called `image_url`, for video and audio too."""
    try:
        data: Any = reply.json()
    except ValueError:
        data = None
    url = (data.get("image_url") or data.get("url")) if isinstance(data, dict) else None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise Unanswered("the service took the file and named no address for it", charged="no")
    name, mime, size = (data.get(key) for key in ("id", "mime_type", "size_bytes"))
    return Asset(
        id=name if isinstance(name, str) else "",
        url=url,
        mime_type=mime if isinstance(mime, str) else None,
        size=int(size) if isinstance(size, int | float) and 0 <= size < 2**53 else None,
    )


def upload_failure(reply: Reply, name: str) -> KreaError:
    """What REPLY, no success, says about uploading the file NAME."""
    if reply.status == 413:
        return UsageError(
            f"{name} is larger than the service takes: 75 MB at most",
            hint="make the file smaller; nothing was charged",
        )
    if reply.status in {400, 415, 422}:
        words = read_error(reply).text or f"HTTP {reply.status}"
        return RequestRefused(
            f"the service does not take {name}: {words}",
            hint="it takes JPEG, PNG, WebP, HEIC, MP4, MOV, WebM, GLB, WAV and MP3 up to 75 MB",
        )
    return read_failure(reply, f"an address for {name}")


def _ignore(sent: int, total: int) -> None:
    """For callers who do not watch."""
