"""Uploaded files: a multipart body streamed to a temporary folder, and what became of it."""

import mimetypes
import re
import tempfile
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from krea_cli.sandbox.jobs import iso

MAX_BYTES = 75 * 1024 * 1024
MAX_HEAD = 16 * 1024
# The exact names: image/jpg and audio/mp3 are refused, as the service does.
TYPES = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/heic",
        "video/mp4", "video/quicktime", "video/webm",
        "model/gltf-binary", "audio/wav", "audio/x-wav", "audio/mpeg",
    }
)  # fmt: skip


class Readable(Protocol):
    """A request's body."""

    def read(self, most: int = ...) -> bytes:
        """Up to MOST bytes; nothing at the end."""


class UploadRefused(Exception):
    """The upload is refused with 400: the sentence for the answer."""


@dataclass(frozen=True)
class Asset:
    """An uploaded file: where it lies, how it is addressed, what it is."""

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
        """The asset as the service shows it; ADDRESS is its URL."""
        return {
            "id": self.id,
            "image_url": address,
            "uploaded_at": iso(self.created_at),
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


class Uploads:
    """All uploads of one sandbox; their files go with it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="krea-sandbox-")
        self._assets: dict[str, Asset] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """Remove the uploaded files."""
        self._folder.cleanup()

    def all(self) -> list[Asset]:
        """Every asset, newest first."""
        with self._lock:
            return sorted(self._assets.values(), key=lambda asset: -asset.created_at)

    def get(self, asset_id: str) -> Asset | None:
        """The asset of that id."""
        return self._assets.get(asset_id)

    def at(self, path: str) -> Asset | None:
        """The asset that is served at PATH."""
        return next((asset for asset in self.all() if asset.path == path), None)

    def delete(self, asset: Asset) -> None:
        """Forget ASSET and remove its file."""
        with self._lock:
            self._assets.pop(asset.id, None)
        asset.file.unlink(missing_ok=True)

    def take(self, body: Readable, content_type: str, now: float) -> Asset:
        """Read a multipart BODY to its end and keep its `file`; raises UploadRefused."""
        boundary = re.search(r'boundary="?([^";,]{1,200})"?', content_type)
        asset_id = str(uuid.uuid4())
        file = Path(self._folder.name) / asset_id
        part, description = None, None
        if boundary and content_type.startswith("multipart/form-data"):
            for found in _parts(body, boundary[1].encode(), file):
                if found.name == "file":
                    part = found
                elif found.name == "description":
                    description = found.text.decode(errors="replace")
        while body.read():
            pass  # read to the end, so that the answer is not lost to a reset
        if part is None or part.size > MAX_BYTES or part.mime_type not in TYPES:
            file.unlink(missing_ok=True)
            raise UploadRefused(_refusal(part))
        asset = _asset(asset_id, part, file, now, description)
        with self._lock:
            self._assets[asset_id] = asset
        return asset


def _refusal(part: _Part | None) -> str:
    if part is None:
        return "No file was uploaded: multipart/form-data with a part named 'file' is required"
    if part.size > MAX_BYTES:
        return "File size exceeds the limit of 75MB"
    return f"Invalid file type: {part.mime_type}"


def _asset(asset_id: str, part: _Part, file: Path, now: float, description: str | None) -> Asset:
    suffix = mimetypes.guess_extension(part.mime_type) or Path(part.file_name).suffix
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(part.file_name).stem)[:60] or "file"
    path = f"/uploads/{asset_id}/{int(now * 1000)}-{stem}{suffix}"
    width, height = _measure(file) if part.mime_type.startswith("image/") else (None, None)
    return Asset(asset_id, path, file, now, part.mime_type, part.size, width, height, description)


def _measure(file: Path) -> tuple[int | None, int | None]:
    """Width and height of a picture, as far as they can be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(file) as image:
            return image.size
    except (UnidentifiedImageError, OSError):
        return None, None


def _parts(body: Readable, boundary: bytes, file: Path) -> Iterator[_Part]:
    """The parts of a multipart BODY; the content of one named `file` goes to FILE."""
    stream = _Stream(body)
    stream.until(b"--" + boundary, keep=0)
    while stream.until(b"\r\n", keep=2)[:2] != b"--":
        head = stream.until(b"\r\n\r\n", keep=MAX_HEAD).decode(errors="replace")
        if stream.has_ended():
            return
        part = _part(head)
        if part.name == "file":
            with file.open("wb") as out:
                part.size = stream.copy(b"\r\n--" + boundary, out)
        else:
            part.text = stream.until(b"\r\n--" + boundary, keep=MAX_HEAD)
        if stream.has_ended():
            return  # cut off in the middle: such a part does not count
        yield part


def _part(head: str) -> _Part:
    def found(pattern: str, default: str) -> str:
        match = re.search(pattern, head, re.IGNORECASE | re.MULTILINE)
        return match[1].strip() if match else default

    return _Part(
        found(r'[; ]name="([^"\r\n]*)"', ""),
        found(r'filename="([^"\r\n]*)"', "file"),
        found(r"^content-type:\s*([^\r\n;]+)", "text/plain"),
    )


class _Stream:
    """A body searched for marks without holding more of it than a piece."""

    def __init__(self, body: Readable) -> None:
        self._body = body
        self._held = b""
        self._ended = False

    def has_ended(self) -> bool:
        """True once the body ended before a mark was found."""
        return self._ended

    def until(self, mark: bytes, *, keep: int) -> bytes:
        """What comes before MARK, at most KEEP bytes of it; MARK itself is consumed."""
        kept = b""
        for piece in self._pieces(mark):
            kept = (kept + piece)[:keep]
        return kept

    def copy(self, mark: bytes, out: Any) -> int:
        """Write what comes before MARK to OUT, at most one byte too much; returns its length."""
        size = 0
        for piece in self._pieces(mark):
            out.write(piece[: max(0, MAX_BYTES + 1 - size)])
            size += len(piece)
        return size

    def _pieces(self, mark: bytes) -> Iterator[bytes]:
        while (place := self._held.find(mark)) < 0:
            safe = max(0, len(self._held) - len(mark) + 1)
            if safe:
                yield self._held[:safe]
            more = self._body.read()
            self._held = self._held[safe:] + more
            if not more:
                self._ended = True
                return
        yield self._held[:place]
        self._held = self._held[place + len(mark) :]
