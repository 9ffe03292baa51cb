"""Uploads: multipart bodies, streamed to files in a temporary folder."""

import mimetypes
import re
import tempfile
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from krea_cli.sandbox.jobs import iso_time

MAX_FILE_BYTES = 75 * 1024 * 1024
MAX_PART_HEAD_BYTES = 16 * 1024
# The exact names: like the service, the sandbox refuses image/jpg and audio/mp3.
ACCEPTED_TYPES = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/heic",
        "video/mp4", "video/quicktime", "video/webm",
        "model/gltf-binary", "audio/wav", "audio/x-wav", "audio/mpeg",
    }
)  # fmt: skip


class Readable(Protocol):
    """A body of a request."""

    def read(self, max_bytes: int = ...) -> bytes:
        """Read up to MAX_BYTES; return b"" at the end."""


class UploadRefused(Exception):
    """A wrong upload; the message is the sentence of the answer 400."""


@dataclass(frozen=True)
class SandboxAsset:
    """An uploaded file.

    path: path of its address on the files port
    file: its place on the disk
    created_at: seconds since 1970
    size: in bytes
    width: of a picture, in pixels, None if unknown
    height: of a picture, in pixels, None if unknown
    """

    id: str
    path: str
    file: Path
    created_at: float
    mime_type: str
    size: int
    width: int | None
    height: int | None
    description: str | None

    def describe(self, address: str) -> dict[str, Any]:
        """The asset as the service shows it. ADDRESS is its URL.

        Keys: id, image_url, uploaded_at, width, height, size_bytes, mime_type; description if any.
        """
        return {
            "id": self.id,
            "image_url": address,
            "uploaded_at": iso_time(self.created_at),
            "width": self.width,
            "height": self.height,
            "size_bytes": self.size,
            "mime_type": self.mime_type,
            **({"description": self.description} if self.description else {}),
        }


@dataclass
class _Part:
    name: str
    file_name: str
    mime_type: str
    text: bytes = b""
    size: int = 0


class UploadStore:
    """All uploads of a sandbox, in a temporary folder that `close` removes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="krea-sandbox-")
        self._assets: dict[str, SandboxAsset] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Remove the uploaded files."""
        self._folder.cleanup()

    def all(self) -> list[SandboxAsset]:
        """Every uploaded file, newest first."""
        with self._lock:
            return sorted(self._assets.values(), key=lambda asset: -asset.created_at)

    def get(self, asset_id: str) -> SandboxAsset | None:
        """The file with the id ASSET_ID; None without."""
        return self._assets.get(asset_id)

    def find_by_path(self, path: str) -> SandboxAsset | None:
        """The file served at PATH; None without."""
        return next((asset for asset in self.all() if asset.path == path), None)

    def delete(self, asset: SandboxAsset) -> None:
        """Forget ASSET and remove its file."""
        with self._lock:
            self._assets.pop(asset.id, None)
        asset.file.unlink(missing_ok=True)

    def receive(self, body: Readable, content_type: str, now: float) -> SandboxAsset:
        """Read a multipart BODY to its end and store its part `file`.

        Raises UploadRefused for a body without it, a file that is too large, or a wrong type.
        """
        boundary = re.search(r'boundary="?([^";,]{1,200})"?', content_type)
        asset_id = str(uuid.uuid4())
        file = Path(self._folder.name) / asset_id
        file_part, description = None, None
        if boundary and content_type.startswith("multipart/form-data"):
            for part in _read_parts(body, boundary[1].encode(), file):
                if part.name == "file":
                    file_part = part
                elif part.name == "description":
                    description = part.text.decode(errors="replace")
        while body.read():
            pass  # read to the end, so that the answer is not lost to a reset
        if (
            file_part is None
            or file_part.size > MAX_FILE_BYTES
            or file_part.mime_type not in ACCEPTED_TYPES
        ):
            file.unlink(missing_ok=True)
            raise UploadRefused(_refusal_message(file_part))
        asset = _create_asset(asset_id, file_part, file, now, description)
        with self._lock:
            self._assets[asset_id] = asset
        return asset


def _refusal_message(part: _Part | None) -> str:
    if part is None:
        return "No file was uploaded: multipart/form-data with a part named 'file' is required"
    if part.size > MAX_FILE_BYTES:
        return "File size exceeds the limit of 75MB"
    return f"Invalid file type: {part.mime_type}"


def _create_asset(
    asset_id: str, part: _Part, file: Path, now: float, description: str | None
) -> SandboxAsset:
    suffix = mimetypes.guess_extension(part.mime_type) or Path(part.file_name).suffix
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(part.file_name).stem)[:60] or "file"
    path = f"/uploads/{asset_id}/{int(now * 1000)}-{stem}{suffix}"
    width, height = _image_size(file) if part.mime_type.startswith("image/") else (None, None)
    return SandboxAsset(
        asset_id, path, file, now, part.mime_type, part.size, width, height, description
    )


def _image_size(file: Path) -> tuple[int | None, int | None]:
    """Width and height of a picture in pixels; None for both if it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as image:
            return image.size
    except (UnidentifiedImageError, OSError):
        return None, None


def _read_parts(body: Readable, boundary: bytes, file: Path) -> Iterator[_Part]:
    """Read the parts of a multipart BODY, and write the content of `file` to FILE."""
    reader = _MultipartReader(body)
    reader.read_until(b"--" + boundary, keep=0)
    while reader.read_until(b"\r\n", keep=2)[:2] != b"--":
        head = reader.read_until(b"\r\n\r\n", keep=MAX_PART_HEAD_BYTES)
        if reader.has_ended():
            return
        part = _parse_part_head(head.decode(errors="replace"))
        if part.name == "file":
            with file.open("wb") as out:
                part.size = reader.copy_until(b"\r\n--" + boundary, out)
        else:
            part.text = reader.read_until(b"\r\n--" + boundary, keep=MAX_PART_HEAD_BYTES)
        if reader.has_ended():
            return  # cut off in the middle: such a part does not count
        yield part


def _parse_part_head(head: str) -> _Part:
    def search(pattern: str, default: str) -> str:
        match = re.search(pattern, head, re.IGNORECASE | re.MULTILINE)
        return match[1].strip() if match else default

    return _Part(
        search(r'[; ]name="([^"\r\n]*)"', ""),
        search(r'filename="([^"\r\n]*)"', "file"),
        search(r"^content-type:\s*([^\r\n;]+)", "text/plain"),
    )


class _MultipartReader:
    """A body that is read up to delimiters, with no more than a piece of it in memory."""

    def __init__(self, body: Readable) -> None:
        self._body = body
        self._buffer = b""
        self._ended = False

    def has_ended(self) -> bool:
        """Return True once the body has ended before a delimiter."""
        return self._ended

    def read_until(self, delimiter: bytes, *, keep: int) -> bytes:
        """Read past DELIMITER; return at most KEEP bytes of what comes before it."""
        content = b""
        for piece in self._pieces(delimiter):
            content = (content + piece)[:keep]
        return content

    def copy_until(self, delimiter: bytes, out: Any) -> int:
        """Read past DELIMITER, write the content before it to OUT, and return its length.

        Writes at most one byte more than a file may have.
        """
        size = 0
        for piece in self._pieces(delimiter):
            out.write(piece[: max(0, MAX_FILE_BYTES + 1 - size)])
            size += len(piece)
        return size

    def _pieces(self, delimiter: bytes) -> Iterator[bytes]:
        while (place := self._buffer.find(delimiter)) < 0:
            # The last bytes may be the start of a delimiter.
            safe = max(0, len(self._buffer) - len(delimiter) + 1)
            if safe:
                yield self._buffer[:safe]
            more = self._body.read()
            self._buffer = self._buffer[safe:] + more
            if not more:
                self._ended = True
                return
        yield self._buffer[:place]
        self._buffer = self._buffer[place + len(delimiter) :]
