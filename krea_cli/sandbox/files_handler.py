"""The files port: results and uploads as a content delivery network serves them."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from krea_cli.sandbox.http_server import PIECE, Handler
from krea_cli.sandbox.result_spec import Recipe

STEPS = 20  # a slow download comes in this many pieces


class Padded:
    """CONTENT made longer with zeros, without holding them: what follows a picture is ignored."""

    def __init__(self, content: bytes, length: int) -> None:
        self._content = content
        self.length = max(len(content), length)

    def pieces(self, start: int, end: int, size: int = PIECE) -> Iterator[bytes]:
        """The bytes from START up to END in pieces of at most SIZE."""
        zeros = bytes(size)
        while start < end:
            want = min(size, end - start)
            piece = self._content[start : start + want]
            yield piece or zeros[:want]
            start += len(piece) or want


class FilesHandler(Handler):
    """GET and HEAD of results (/images, /videos, /audio, /models) and uploads (/uploads)."""

    def do_GET(self) -> None:  # noqa: N802
        """Send a file, or a part of it, or what a fault makes of it."""
        path = urlsplit(self.path).path
        if path.startswith("/uploads/"):
            self._upload(path)
            return
        recipe = self.world.shelf.find(path)
        if recipe is None:
            self.answer_page(404, "404 Not Found")
            return
        self.world.count("downloads")
        refusal = self.world.faults.strikes("download-403", "download-404", "download-500")
        if refusal:
            status = int(refusal.kind.removeprefix("download-"))
            if status != 500:
                self.world.shelf.expire(path)
            self.answer_page(status, f"{status} refused")
            return
        self._result(recipe)

    do_HEAD = do_GET  # noqa: N815

    def _upload(self, path: str) -> None:
        asset = self.world.uploads.at(path)
        if asset is None:
            self.answer_page(404, "404 Not Found")
            return
        headers = {"Content-Type": asset.mime_type, "Content-Length": str(asset.size)}
        self._head(200, headers)
        if self.command == "GET":
            with asset.file.open("rb") as file:
                self._send(iter(lambda: file.read(PIECE), b""))

    def _result(self, recipe: Recipe) -> None:
        file = Padded(self.world.shelf.content(recipe), self.world.settings.big)
        etag = f'"{recipe.key[:32]}"'
        span = self._range(file.length, etag)
        if span is None:
            self._head(416, {"Content-Range": f"bytes */{file.length}", "Content-Length": "0"})
            return
        start, end = span
        headers = {"Content-Type": recipe.media_type, "ETag": etag, "Accept-Ranges": "bytes"}
        if self.world.faults.strikes("no-length"):
            self.close_connection = True
            headers["Connection"] = "close"
        else:
            headers["Content-Length"] = str(end - start)
        if end - start < file.length:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.length}"
        self._head(206 if end - start < file.length else 200, headers)
        if self.command == "GET":
            self._content(file, start, end)

    def _content(self, file: Padded, start: int, end: int) -> None:
        if self.world.faults.strikes("cut"):
            self.close_connection = True
            end = start + (end - start) // 2
        if slow := self.world.faults.strikes("slow"):
            size = max(1, (end - start) // STEPS)
            for piece in file.pieces(start, end, size):
                self.wfile.write(piece)
                self.wfile.flush()
                self.world.stopping.wait(slow.seconds / STEPS)
            return
        self._send(file.pieces(start, end))

    def _send(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            self.wfile.write(piece)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _range(self, length: int, etag: str) -> tuple[int, int] | None:
        """The asked part as start and end; the whole unless it is one plain range; None: 416."""
        asked = re.fullmatch(r"bytes=(\d{1,18})?-(\d{1,18})?", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range", etag)
        if not asked or condition != etag or asked[1] is asked[2] is None:
            return 0, length
        if asked[1] is None:
            return max(0, length - int(asked[2])), length
        start, end = int(asked[1]), min(length, int(asked[2] or length) + 1)
        return (start, end) if start < end else None
