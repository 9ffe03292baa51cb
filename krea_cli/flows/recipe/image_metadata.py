"""Put a recipe into the metadata of a picture, beside its pixels, and read it back.

It is the text of an XMP packet, which each format keeps in a place of its own:

- PNG: an iTXt chunk (PNG specification, 11.3.3.4)
- JPEG: an APP1 segment (XMP part 3, 1.1.3)
- WebP: an "XMP " chunk (RFC 9649, 2.7)

The rest of the file is copied as it is.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from krea_cli.errors import KreaError
from krea_cli.flows.files.content_type import JPEG, PNG, SNIFF_BYTES, WEBP, sniff
from krea_cli.flows.recipe import xmp

MAX_IMAGE_BYTES = 200_000_000  # a picture is read into memory
PNG_PACKET_PREFIX = b"XML:com.adobe.xmp\0"
JPEG_PACKET_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
MAX_JPEG_PACKET_BYTES = 65_502
JPEG_MARKER = rb"\xff++([\xc0-\xcf\xda-\xfe])"  # markers with a length after them
WEBP_ALPHA_FLAG, WEBP_XMP_FLAG = 0x10, 0x04


class NotEmbeddable(KreaError):
    """The file cannot take a recipe: of another type, malformed, or without room for it."""

    code = "not_embeddable"


def embed_recipe(data: bytes, text: str) -> bytes:
    """Return the picture DATA with TEXT in its metadata, in place of an earlier recipe.

    Raises `NotEmbeddable` with the reason:

    - DATA is not a whole PNG, JPEG or WebP file
    - its metadata cannot be extended
    - the result is too long for the type
    """
    format = _format_of(data)
    old_packet: bytes | None = None
    start = end = format.first_segment
    for segment in format.segments(data):  # to its end, which raises if the file is damaged
        if old_packet is not None:
            continue
        if (old_packet := format.find_packet(data, segment)) is not None:
            start, end = segment.start, segment.end
        elif segment.start == end and format.precedes_packet(data, segment):
            start = end = segment.end
    try:
        packet = xmp.set_recipe(old_packet, text) if old_packet else xmp.create_packet(text)
    except ValueError as failure:
        raise NotEmbeddable(f"the picture cannot take the recipe: {failure}") from failure
    return format.insert(data, start, end, packet)


def extract_recipe(data: bytes) -> str | None:
    """Return the text that `embed_recipe` put into DATA; None if there is none to be read."""
    try:
        format = _format_of(data)
        packets = (format.find_packet(data, segment) for segment in format.segments(data))
        # Only the first, as in `embed_recipe`: small packets that inflate must not add up.
        packet = next((packet for packet in packets if packet is not None), None)
    except NotEmbeddable:
        return None
    return None if packet is None else xmp.get_recipe(packet)


class _Segment(NamedTuple):
    """A chunk or segment of a file: its name, and the offsets of itself and of its content."""

    name: bytes
    start: int
    end: int
    content_start: int
    content_end: int

    def has_prefix(self, data: bytes, prefix: bytes) -> bool:
        return data.startswith(prefix, self.content_start, self.content_end)


class _Format(NamedTuple):
    """The functions that read and write a type of file.

    first_segment: offset of the first segment
    segments: yields the segments of DATA; raises `NotEmbeddable` if it is damaged
    precedes_packet: tells if a new packet has to come after SEGMENT
    find_packet: returns the XMP packet in SEGMENT, if it holds one
    insert: puts PACKET in place of the bytes from START to END
    """

    first_segment: int
    segments: Callable[[bytes], Iterator[_Segment]]
    precedes_packet: Callable[[bytes, _Segment], bool]
    find_packet: Callable[[bytes, _Segment], bytes | None]
    insert: Callable[[bytes, int, int, bytes], bytes]


def _format_of(data: bytes) -> _Format:
    kind = sniff(data[:SNIFF_BYTES])
    format = _FORMATS.get(kind) if kind else None
    if format is None:
        actual = f"this is {kind.mime}" if kind else "this is none of them"
        raise NotEmbeddable(f"a recipe goes into PNG, JPEG and WebP files; {actual}")
    return format


def _damaged(name: str, reason: str) -> NotEmbeddable:
    return NotEmbeddable(f"the {name} file is damaged: {reason}")


def _png_segments(data: bytes) -> Iterator[_Segment]:
    start, name, has_pixels = 8, b"", False
    while name != b"IEND":
        length, name = int.from_bytes(data[start : start + 4], "big"), data[start + 4 : start + 8]
        end = start + length + 12
        if end > len(data):
            raise _damaged("PNG", "it ends within a chunk, or without IEND")
        if start == 8 and (name, length) != (b"IHDR", 13):
            raise _damaged("PNG", "it does not begin with IHDR")
        has_pixels = has_pixels or name == b"IDAT"
        yield _Segment(name, start, end, start + 8, end - 4)
        start = end
    if not has_pixels:
        raise _damaged("PNG", "it has no picture data")


def _png_packet(data: bytes, segment: _Segment) -> bytes | None:
    if segment.name != b"iTXt" or not segment.has_prefix(data, PNG_PACKET_PREFIX):
        return None
    # Compression flag and method; language and translated keyword, each up to NUL; the text.
    fields = data[segment.content_start + len(PNG_PACKET_PREFIX) : segment.content_end]
    text = fields[2:].partition(b"\0")[2].partition(b"\0")[2]
    if fields[:1] != b"\1":
        return text
    try:
        return zlib.decompressobj().decompress(text, xmp.MAX_PACKET_BYTES + 1)
    except zlib.error as failure:
        raise _damaged("PNG", "its XMP metadata cannot be decompressed") from failure


def _png_insert(data: bytes, start: int, end: int, packet: bytes) -> bytes:
    content = b"iTXt" + PNG_PACKET_PREFIX + bytes(4) + packet
    length, check = (len(content) - 4).to_bytes(4, "big"), zlib.crc32(content).to_bytes(4, "big")
    return b"".join((data[:start], length, content, check, data[end:]))


def _jpeg_segments(data: bytes) -> Iterator[_Segment]:
    start, name = 2, b""
    while name != b"\xda":
        marker = re.compile(JPEG_MARKER).match(data, start)
        if marker is None:
            raise _damaged("JPEG", "its segments end before the picture data")
        name, content = marker[1], marker.end() + 2
        end = content - 2 + int.from_bytes(data[content - 2 : content], "big")
        if not content <= end <= len(data):
            raise _damaged("JPEG", "a segment has a wrong length")
        yield _Segment(name, start, end, content, end)
        start = end
    if data.rfind(b"\xff\xd9", start) < 0:
        raise _damaged("JPEG", "it ends within the picture data")


def _jpeg_precedes_packet(data: bytes, segment: _Segment) -> bool:
    # JFIF wants its APP0, and Exif its APP1, to be the first segment.
    is_exif = segment.name == b"\xe1" and segment.has_prefix(data, b"Exif\0")
    return is_exif or segment.name == b"\xe0"


def _jpeg_packet(data: bytes, segment: _Segment) -> bytes | None:
    if segment.name != b"\xe1" or not segment.has_prefix(data, JPEG_PACKET_PREFIX):
        return None
    return data[segment.content_start + len(JPEG_PACKET_PREFIX) : segment.content_end]


def _jpeg_insert(data: bytes, start: int, end: int, packet: bytes) -> bytes:
    if len(packet) > MAX_JPEG_PACKET_BYTES:
        room = f"a JPEG file has room for {MAX_JPEG_PACKET_BYTES:,} bytes of XMP metadata"
        raise NotEmbeddable(f"{room}; with the recipe it would be {len(packet):,}")
    length = (2 + len(JPEG_PACKET_PREFIX) + len(packet)).to_bytes(2, "big")
    return b"".join((data[:start], b"\xff\xe1", length, JPEG_PACKET_PREFIX, packet, data[end:]))


def _webp_end(data: bytes) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def _webp_segments(data: bytes) -> Iterator[_Segment]:
    start, limit, has_pixels = 12, _webp_end(data), False
    if limit > len(data):
        raise _damaged("WebP", "it ends before its own length")
    while start < limit:
        name, content = data[start : start + 4], start + 8
        stop = content + int.from_bytes(data[start + 4 : content], "little")
        if stop > limit:
            raise _damaged("WebP", "a chunk has a wrong length")
        if name == b"VP8X" and (start, stop) != (12, 30):
            raise _damaged("WebP", "its VP8X chunk has a wrong place or length")
        has_pixels = has_pixels or name in (b"VP8 ", b"VP8L", b"ANMF")
        # Some old writers left out the last padding.
        end = min(stop + stop % 2, limit)
        yield _Segment(name, start, end, content, stop)
        start = end
    if not has_pixels:
        raise _damaged("WebP", "it has no picture data")


def _webp_packet(data: bytes, segment: _Segment) -> bytes | None:
    return data[segment.content_start : segment.content_end] if segment.name == b"XMP " else None


def _webp_insert(data: bytes, start: int, end: int, packet: bytes) -> bytes:
    limit, (header, first) = _webp_end(data), _webp_header(data)
    before, after = data[first:start], data[end:limit]
    chunk = b"XMP " + len(packet).to_bytes(4, "little") + packet + bytes(len(packet) % 2)
    body = b"".join((b"WEBP", header, before, bytes(len(before) % 2), chunk, after))
    return b"".join((b"RIFF", len(body).to_bytes(4, "little"), body, data[limit:]))


def _webp_header(data: bytes) -> tuple[bytes, int]:
    """Build the VP8X chunk of a file with XMP metadata; find the offset of the chunks after it."""
    name, length = data[12:16], int.from_bytes(data[16:20], "little")
    frame = data[20 : 20 + min(length, 10)]
    if name == b"VP8X":
        return data[12:20] + bytes((frame[0] | WEBP_XMP_FLAG,)) + frame[1:], 30
    flags = WEBP_XMP_FLAG
    if name == b"VP8L" and frame[:1] == b"\x2f" and length >= 5:
        # 14 bits of width - 1, 14 bits of height - 1, one bit that tells if alpha is used.
        bits = int.from_bytes(frame[1:5], "little")
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
        flags |= WEBP_ALPHA_FLAG * (bits >> 28 & 1)
    elif name == b"VP8 " and frame[3:6] == b"\x9d\x01\x2a" and all(_vp8_size(frame)):
        width, height = (each - 1 for each in _vp8_size(frame))
    else:
        raise _damaged("WebP", "its picture data has no header")
    size = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return b"VP8X" + (10).to_bytes(4, "little") + bytes((flags, 0, 0, 0)) + size, 12


def _vp8_size(frame: bytes) -> tuple[int, ...]:
    """Width and height of a key frame, without the two scaling bits above each (RFC 6386)."""
    return tuple(int.from_bytes(frame[at : at + 2], "little") & 0x3FFF for at in (6, 8))


_FORMATS = {
    PNG: _Format(8, _png_segments, lambda _, each: each.name == b"IHDR", _png_packet, _png_insert),
    JPEG: _Format(2, _jpeg_segments, _jpeg_precedes_packet, _jpeg_packet, _jpeg_insert),
    # Metadata comes last.
    WEBP: _Format(12, _webp_segments, lambda _, __: True, _webp_packet, _webp_insert),
}
