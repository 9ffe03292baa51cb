"""The files port: results and uploads, served like by a content delivery network."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from krea_cli.sandbox.http_server import CHUNK_BYTES, Handler
from krea_cli.sandbox.result_spec import ResultSpec

SLOW_DOWNLOAD_PIECES = 20


class PaddedContent:
    """CONTENT with zeros behind it, up to LENGTH bytes; readers of pictures ignore them.

    length: length with the zeros, in bytes
    """

    def __init__(self, content: bytes, length: int) -> None:
        self._content = content
        self.length = max(len(content), length)

    def pieces(self, start: int, end: int, size: int = CHUNK_BYTES) -> Iterator[bytes]:
        """The bytes from START up to END, in pieces of at most SIZE bytes."""
        zeros = bytes(size)
        while start < end:
            length = min(size, end - start)
            piece = self._content[start : start + length]
            yield piece or zeros[:length]
            start += len(piece) or length


class FilesHandler(Handler):
    """GET and HEAD of results (/images, /videos, /audio, /models) and uploads (/uploads)."""

    def do_GET(self) -> None:  # noqa: N802
        """Send a file or a part of it, or inject a fault."""
        path = urlsplit(self.path).path
        if path.startswith("/uploads/"):
            self._send_upload(path)
            return
        spec = self.state.result_store.find_spec(path)
        if spec is None:
            self.answer_page(404, "404 Not Found")
            return
        self.state.count("downloads")
        fault = self.state.faults.strike("download-403", "download-404", "download-500")
        if fault:
            status = int(fault.kind.removeprefix("download-"))
            if status != 500:
                self.state.result_store.expire(path)
            self.answer_page(status, f"{status} refused")
            return
        self._send_result(spec)

    do_HEAD = do_GET  # noqa: N815

    def _send_upload(self, path: str) -> None:
        asset = self.state.uploads.find_by_path(path)
        if asset is None:
            self.answer_page(404, "404 Not Found")
            return
        headers = {"Content-Type": asset.mime_type, "Content-Length": str(asset.size)}
        self._send_head(200, headers)
        if self.command == "GET":
            with asset.file.open("rb") as file:
                self._send_pieces(iter(lambda: file.read(CHUNK_BYTES), b""))

    def _send_result(self, spec: ResultSpec) -> None:
        file = PaddedContent(
            self.state.result_store.content(spec), self.state.settings.min_result_bytes
        )
        etag = f'"{spec.request_hash[:32]}"'
        byte_range = self._requested_range(file.length, etag)
        if byte_range is None:
            self._send_head(416, {"Content-Range": f"bytes */{file.length}", "Content-Length": "0"})
            return
        start, end = byte_range
        headers = {"Content-Type": spec.media_type, "ETag": etag, "Accept-Ranges": "bytes"}
        if self.state.faults.strike("no-length"):
            self.close_connection = True
            headers["Connection"] = "close"
        else:
            headers["Content-Length"] = str(end - start)
        if end - start < file.length:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.length}"
        self._send_head(206 if end - start < file.length else 200, headers)
        if self.command == "GET":
            self._send_content(file, start, end)

    def _send_content(self, file: PaddedContent, start: int, end: int) -> None:
        if self.state.faults.strike("cut"):
            self.close_connection = True
            end = start + (end - start) // 2
        if slow := self.state.faults.strike("slow"):
            size = max(1, (end - start) // SLOW_DOWNLOAD_PIECES)
            for piece in file.pieces(start, end, size):
                self.wfile.write(piece)
                self.wfile.flush()
                self.state.stopping.wait(slow.seconds / SLOW_DOWNLOAD_PIECES)
            return
        self._send_pieces(file.pieces(start, end))

    def _send_pieces(self, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            self.wfile.write(piece)

    def _send_head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _requested_range(self, length: int, etag: str) -> tuple[int, int] | None:
        """Start and end of the requested range; None for one beyond the file (416).

        Only a single range is understood (RFC 9110, section 14); else the whole file is sent.
        """
        match = re.fullmatch(r"bytes=(\d{1,18})?-(\d{1,18})?", self.headers.get("Range", ""))
        condition = self.headers.get("If-Range", etag)
        if not match or condition != etag or match[1] is match[2] is None:
            return 0, length
        if match[1] is None:
            return max(0, length - int(match[2])), length
        start, end = int(match[1]), min(length, int(match[2] or length) + 1)
        return (start, end) if start < end else None
