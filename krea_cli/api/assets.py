"""Upload a local file; its address can then stand in media fields."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from krea_cli.api.error_body import parse_error_body
from krea_cli.api.response import Response
from krea_cli.api.status_errors import read_error
from krea_cli.api.types import Asset
from krea_cli.errors import KreaError, RequestRefused, Unanswered, UsageError

if TYPE_CHECKING:
    from krea_cli.api.http import HttpClient

MAX_FILE_NAME_CHARACTERS = 100

Progress = Callable[[int, int], None]


def upload(
    http: "HttpClient",
    path: Path,
    mime: str,
    *,
    progress: Progress,
    timeout: float,
    seconds: float | None = None,
) -> Asset:
    """POST the file at PATH as a form's `file` part of type MIME, streamed from the disk.

    timeout: the longest silence, in seconds
    seconds: the time for the answer, once the file was sent
    """
    try:
        with path.open("rb") as source:
            body = ProgressFile(source, path.stat().st_size, progress)
            files = {"file": (form_file_name(path.name), body, mime)}
            response = http.request(
                "POST", "/assets", files=files, timeout=timeout, seconds=seconds, fresh=True
            )
    except Unanswered as failure:
        failure.charged = "no"  # an upload is free, in whatever way it ended
        raise
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror or failure}") from failure
    if not 200 <= response.status < 300:
        raise upload_error(response, path.name)
    return parse_asset(response)


class ProgressFile:
    """A file that reports its progress while it is read. httpx finds its size by `fileno`."""

    def __init__(self, source: BinaryIO, size: int, progress: Progress) -> None:
        self._source = source
        self._size = size
        self._progress = progress
        self._position = 0

    def fileno(self) -> int:
        return self._source.fileno()

    def seek(self, offset: int) -> int:
        self._position = offset
        return self._source.seek(offset)

    def read(self, size: int = -1) -> bytes:
        # A read of the next chunk means that the one before was sent.
        self._progress(self._position, self._size)
        chunk = self._source.read(size)
        self._position += len(chunk)
        return chunk


def form_file_name(name: str) -> str:
    """Return NAME in letters, digits, dots and dashes, as a form can carry it; keep its ending."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    return safe[-MAX_FILE_NAME_CHARACTERS:].lstrip(".") or "file"


def parse_asset(response: Response) -> Asset:
    """Parse the asset in RESPONSE. `image_url` is its address, of video and audio too."""
    try:
        data: Any = response.json()
    except ValueError:
        data = None
    url = (data.get("image_url") or data.get("url")) if isinstance(data, dict) else None
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise Unanswered("the service took the file, but gave no address for it", charged="no")
    asset_id = data.get("id")
    return Asset(asset_id if isinstance(asset_id, str) else "", url)


def upload_error(response: Response, name: str) -> KreaError:
    """Return the error for RESPONSE, no success, to an upload of the file NAME."""
    if response.status == 413:
        return UsageError(
            f"{name} is larger than 75 MB, the most that the service takes",
            hint="make the file smaller; nothing was charged",
        )
    if response.status in {400, 415, 422}:
        words = parse_error_body(response).message or f"HTTP {response.status}"
        return RequestRefused(
            f"the service does not take {name}: {words}",
            hint="it takes JPEG, PNG, WebP, HEIC, MP4, MOV, WebM, GLB, WAV and MP3 up to 75 MB",
        )
    return read_error(response, f"an address for {name}")
