"""Put a text into the metadata of a picture, beside its pixels, and read it back.

The text lies in an XMP packet where the format wants it: an iTXt chunk of a PNG (PNG, 11.3.3.4), an
APP1 segment of a JPEG (XMP part 3, 1.1.3), an "XMP " chunk of a WebP (RFC 9649, 2.7). Whatever else
the file holds is copied as it is.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from krea_cli.errors import KreaError
from krea_cli.flows.files.content_type import HEAD, JPEG, PNG, WEBP, sniff
from krea_cli.flows.recipe import xmp

LARGEST = 200_000_000  # bytes of a picture that are taken into memory


class NotEmbeddable(KreaError):
    """The file cannot take a recipe: of another type, malformed, or without room for it."""

    code = "not_embeddable"


def embed(data: bytes, text: str) -> bytes:
    """The picture DATA with TEXT in its metadata, in the place of an earlier text.

    Raises `NotEmbeddable`, with the reason, where DATA is not a whole PNG, JPEG or WebP file, where
    its metadata cannot be extended, and where the result is too long for the type.
    """
    form = _form(data)
    held: bytes | None = None
    start = end = form.start
    for part in form.parts(data):  # to the end: only a file that is whole is written again
        if held is not None:
            continue
        if (held := form.packet(data, part)) is not None:
            start, end = part.start, part.end
        elif part.start == end and form.leads(data, part):
            start = end = part.end
    try:
        packet = xmp.extended(held, text) if held else xmp.packet(text)
    except ValueError as failure:
        raise NotEmbeddable(f"the picture cannot take the recipe: {failure}") from failure
    return form.put(data, start, end, packet)


def embedded(data: bytes) -> str | None:
    """The text that `embed` has put into DATA; None where there is none that can be read."""
    try:
        form = _form(data)
        found = (form.packet(data, part) for part in form.parts(data))
        # The first alone, as in `embed`: small packets that inflate must not add up.
        packet = next((each for each in found if each is not None), None)
    except NotEmbeddable:
        return None
    return None if packet is None else xmp.text_in(packet)


class _Part(NamedTuple):
    """A chunk or segment: its name, where it starts and ends, and where its content does."""

    name: bytes
    start: int
    end: int
    content: int
    stop: int


class _Form(NamedTuple):
    """What a type of file is made of."""

    start: int  # where the first part begins
    parts: Callable[[bytes], Iterator[_Part]]  # raises NotEmbeddable where the file is malformed
    leads: Callable[[bytes, _Part], bool]  # whether a new packet has to come after this part
    packet: Callable[[bytes, _Part], bytes | None]  # the packet in a part
    put: Callable[[bytes, int, int, bytes], bytes]  # a packet in the place of these bytes


def _form(data: bytes) -> _Form:
    kind = sniff(data[:HEAD])
    form = _FORMS.get(kind) if kind else None
    if form is None:
        other = f"this is {kind.mime}" if kind else "this is none of them"
        raise NotEmbeddable(f"a recipe goes into PNG, JPEG and WebP files; {other}")
    return form


def _malformed(name: str, why: str) -> NotEmbeddable:
    return NotEmbeddable(f"the {name} file is damaged: {why}")


_PNG_PACKET = b"XML:com.adobe.xmp\0"


def _png_parts(data: bytes) -> Iterator[_Part]:
    at, name, pixels = 8, b"", False
    while name != b"IEND":
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + length + 12
        if end > len(data):
            raise _malformed("PNG", "it ends within a chunk, or without IEND")
        if at == 8 and (name, length) != (b"IHDR", 13):
            raise _malformed("PNG", "it does not begin with IHDR")
        pixels = pixels or name == b"IDAT"
        yield _Part(name, at, end, at + 8, end - 4)
        at = end
    if not pixels:
        raise _malformed("PNG", "it has no picture data")


def _png_leads(_: bytes, part: _Part) -> bool:
    return part.name == b"IHDR"


def _png_packet(data: bytes, part: _Part) -> bytes | None:
    if part.name != b"iTXt" or not data.startswith(_PNG_PACKET, part.content, part.stop):
        return None
    # Compression flag and method, language and translated keyword, each up to NUL; then the text.
    fields = data[part.content + len(_PNG_PACKET) : part.stop]
    text = fields[2:].partition(b"\0")[2].partition(b"\0")[2]
    if fields[:1] != b"\1":
        return text
    try:
        return zlib.decompressobj().decompress(text, xmp.LARGEST + 1)
    except zlib.error as failure:
        raise _malformed("PNG", "its XMP metadata cannot be decompressed") from failure


def _put_png(data: bytes, start: int, end: int, packet: bytes) -> bytes:
    content = b"iTXt" + _PNG_PACKET + bytes(4) + packet
    length, check = (len(content) - 4).to_bytes(4, "big"), zlib.crc32(content).to_bytes(4, "big")
    return b"".join((data[:start], length, content, check, data[end:]))


_JPEG_PACKET, _JPEG_LONGEST = b"http://ns.adobe.com/xap/1.0/\0", 65_502
_MARKER = re.compile(rb"\xff++([\xc0-\xcf\xda-\xfe])")  # those that a length follows


def _jpeg_parts(data: bytes) -> Iterator[_Part]:
    at, name = 2, b""
    while name != b"\xda":
        marker = _MARKER.match(data, at)
        if marker is None:
            raise _malformed("JPEG", "its segments end before the picture data")
        name, content = marker[1], marker.end() + 2
        end = content - 2 + int.from_bytes(data[content - 2 : content], "big")
        if not content <= end <= len(data):
            raise _malformed("JPEG", "a segment has a wrong length")
        yield _Part(name, at, end, content, end)
        at = end
    if data.rfind(b"\xff\xd9", at) < 0:
        raise _malformed("JPEG", "it ends within the picture data")


def _jpeg_leads(data: bytes, part: _Part) -> bool:
    # JFIF wants its APP0, and Exif its APP1, to be the first segment.
    exif = part.name == b"\xe1" and data.startswith(b"Exif\0", part.content, part.stop)
    return exif or part.name == b"\xe0"


def _jpeg_packet(data: bytes, part: _Part) -> bytes | None:
    if part.name != b"\xe1" or not data.startswith(_JPEG_PACKET, part.content, part.stop):
        return None
    return data[part.content + len(_JPEG_PACKET) : part.stop]


def _put_jpeg(data: bytes, start: int, end: int, packet: bytes) -> bytes:
    if len(packet) > _JPEG_LONGEST:
        room = f"a JPEG file has room for {_JPEG_LONGEST:,} bytes of XMP metadata"
        raise NotEmbeddable(f"{room}; with the recipe it would be {len(packet):,}")
    length = (2 + len(_JPEG_PACKET) + len(packet)).to_bytes(2, "big")
    return b"".join((data[:start], b"\xff\xe1", length, _JPEG_PACKET, packet, data[end:]))


_HAS_ALPHA, _HAS_XMP = 0x10, 0x04


def _webp_end(data: bytes) -> int:
    return 8 + int.from_bytes(data[4:8], "little")


def _webp_parts(data: bytes) -> Iterator[_Part]:
    at, limit, pixels = 12, _webp_end(data), False
    if limit > len(data):
        raise _malformed("WebP", "it ends before its own length")
    while at < limit:
        name, content = data[at : at + 4], at + 8
        stop = content + int.from_bytes(data[at + 4 : content], "little")
        if stop > limit:
            raise _malformed("WebP", "a chunk has a wrong length")
        if name == b"VP8X" and (at, stop) != (12, 30):
            raise _malformed("WebP", "its VP8X chunk is not as it has to be")
        pixels = pixels or name in (b"VP8 ", b"VP8L", b"ANMF")
        # Some old writers left out the last padding.
        end = min(stop + stop % 2, limit)
        yield _Part(name, at, end, content, stop)
        at = end
    if not pixels:
        raise _malformed("WebP", "it has no picture data")


def _webp_leads(_: bytes, __: _Part) -> bool:
    return True  # metadata comes last


def _webp_packet(data: bytes, part: _Part) -> bytes | None:
    return data[part.content : part.stop] if part.name == b"XMP " else None


def _put_webp(data: bytes, start: int, end: int, packet: bytes) -> bytes:
    limit, (header, first) = _webp_end(data), _webp_header(data)
    before, after = data[first:start], data[end:limit]
    chunk = b"XMP " + len(packet).to_bytes(4, "little") + packet + bytes(len(packet) % 2)
    body = b"".join((b"WEBP", header, before, bytes(len(before) % 2), chunk, after))
    return b"".join((b"RIFF", len(body).to_bytes(4, "little"), body, data[limit:]))


def _webp_header(data: bytes) -> tuple[bytes, int]:
    """The VP8X chunk for a file with XMP metadata, and where the chunks after it begin."""
    name, length = data[12:16], int.from_bytes(data[16:20], "little")
    frame = data[20 : 20 + min(length, 10)]
    if name == b"VP8X":
        return data[12:20] + bytes((frame[0] | _HAS_XMP,)) + frame[1:], 30
    flags = _HAS_XMP
    if name == b"VP8L" and frame[:1] == b"\x2f" and length >= 5:
        # 14 bits of width - 1, 14 of height - 1, one that tells whether alpha is used.
        bits = int.from_bytes(frame[1:5], "little")
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
        flags |= _HAS_ALPHA * (bits >> 28 & 1)
    elif name == b"VP8 " and frame[3:6] == b"\x9d\x01\x2a" and all(_vp8_size(frame)):
        width, height = (each - 1 for each in _vp8_size(frame))
    else:
        raise _malformed("WebP", "its picture data has no header")
    size = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return b"VP8X" + (10).to_bytes(4, "little") + bytes((flags, 0, 0, 0)) + size, 12


def _vp8_size(frame: bytes) -> tuple[int, ...]:
    """Width and height of a key frame; the two bits above them scale what is shown (RFC 6386)."""
    return tuple(int.from_bytes(frame[at : at + 2], "little") & 0x3FFF for at in (6, 8))


_FORMS = {
    PNG: _Form(8, _png_parts, _png_leads, _png_packet, _put_png),
    JPEG: _Form(2, _jpeg_parts, _jpeg_leads, _jpeg_packet, _put_jpeg),
    WEBP: _Form(12, _webp_parts, _webp_leads, _webp_packet, _put_webp),
}
