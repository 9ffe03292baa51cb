"""The bytes of a result, unpacked where its host sent it packed though nobody asked for it.

Object stores hand out a file as it was uploaded: with its label, a wrong one, or none.
"""

import os
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from krea_cli.api.body import packings
from krea_cli.errors import KreaError, NotSaved, Unanswered
from krea_cli.flows.files.content_type import (
    SNIFF_BYTES,
    TYPES_BY_MIME,
    is_known_extension,
    is_media_extension,
    sniff,
)
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.api.response import StreamResponse

UNPACKED_PIECE_BYTES = 1 << 18
# A small body must not fill the disk. Beyond this size, no result is packed that tightly.
MAX_TIGHTLY_PACKED_BYTES = 100_000_000
MAX_UNPACKED_RATIO = 100
GZIP_START = b"\x1f\x8b\x08"
PACKING_BY_LABEL = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class DamagedResult(Unanswered):
    """The packed bytes are no whole stream of gzip or deflate."""


class ResultBody:
    """The body of RESPONSE, which brings the result at URL.

    is_continued: it continues an earlier answer, whose bytes were plain
    is_packed: True once the first bytes have shown that it is packed
    """

    def __init__(self, response: "StreamResponse", url: str, *, is_continued: bool) -> None:
        self._response = response
        self._url = url
        self._is_continued = is_continued
        self.is_packed = False

    def pieces(self) -> Iterator[bytes]:
        """Yield the plain bytes as they come; empty pieces while it is open how they are packed.

        Raises `NotSaved` for an unknown packing, `DamagedResult`, and KreaError for a body that
        becomes far too large.
        """
        chunks = self._response.iter_chunks()
        if self._is_continued:
            yield from chunks
            return
        head = b""
        for chunk in chunks:
            head += chunk
            if not self._may_be_packed(head) or len(head) >= SNIFF_BYTES:
                break
            yield b""
        packing = self._find_packing(head)
        self.is_packed = packing is not None
        if packing:
            yield from self._unpack(packing, head, chunks)
        else:
            yield head
            yield from chunks

    def _may_be_packed(self, head: bytes) -> bool:
        is_labelled = bool(packings(self._response.headers))
        return is_labelled or head[: len(GZIP_START)] == GZIP_START[: len(head)]

    def _find_packing(self, head: bytes) -> str | None:
        """Find out how a body that starts with HEAD is packed; None for a plain one.

        Raises `NotSaved` for an unknown packing.
        """
        headers = self._response.headers
        labels, kind = packings(headers), sniff(head)
        declared = TYPES_BY_MIME.get(headers.get("content-type", "").partition(";")[0].strip())
        if kind is not None and (not labels or kind is declared):
            return None  # plain, whatever the label says
        if len(labels) == 1 and labels[0] in PACKING_BY_LABEL:
            return PACKING_BY_LABEL[labels[0]]
        if labels:
            raise self._unknown_packing(labels)
        is_declared = declared is not None or is_media_extension(self._ext)
        is_gzip = head.startswith(GZIP_START) and (is_declared or _is_packed_media(head))
        return "gzip" if is_gzip else None

    def _unknown_packing(self, labels: list[str]) -> NotSaved:
        name = f"result.{self._ext}" if is_known_extension(self._ext) else "result"
        command = shell_line("curl", "--compressed", "-o", name, self._url)
        packing = ", ".join(labels)[:100]
        return NotSaved(
            f"the result's host sent it packed ({packing}), which was not asked for",
            hint=command if "://" in self._url else None,
        )

    @property
    def _ext(self) -> str:
        return os.path.splitext(self._url.partition("?")[0])[1][1:]

    def _unpack(self, packing: str, head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        import zlib

        inflater = zlib.decompressobj(_window_bits(packing, head))
        arrived, unpacked = 0, 0
        try:
            for chunk in chain([head], chunks):
                arrived += len(chunk)
                rest = chunk
                while rest:
                    if inflater.eof:
                        if packing != "gzip" or not rest.startswith(GZIP_START[:1]):
                            break  # padding
                        inflater = zlib.decompressobj(_window_bits(packing, rest))
                    piece = inflater.decompress(rest, UNPACKED_PIECE_BYTES)
                    rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
                    unpacked += len(piece)
                    _check_size(unpacked, arrived)
                    yield piece
            yield inflater.flush()
        except zlib.error as failure:
            raise DamagedResult("the result came packed, and damaged") from failure
        total = self._response.content_length
        if not inflater.eof or total not in (None, arrived):
            raise DamagedResult(f"the result came packed, and broke off after {arrived} bytes")


def _window_bits(packing: str, head: bytes) -> int:
    """Window bits for `zlib`: some servers send deflate without the header of RFC 1950."""
    if packing == "gzip":
        return 31
    has_header = head[:1] != b"" and head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0
    return 15 if has_header else -15


def _is_packed_media(head: bytes) -> bool:
    import zlib

    try:
        return sniff(zlib.decompressobj(31).decompress(head, SNIFF_BYTES)) is not None
    except zlib.error:
        return False


def _check_size(unpacked: int, arrived: int) -> None:
    if unpacked > max(MAX_TIGHTLY_PACKED_BYTES, MAX_UNPACKED_RATIO * arrived):
        raise KreaError("unpacked, it is over 100 times as large as it came, which no result is")
