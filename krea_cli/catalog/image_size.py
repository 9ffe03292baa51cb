"""Read width and height from the head of a picture.

A picture is measured as it is shown: one that a camera stored lying has its sides swapped. Files
are foreign: each read and each loop has an end, and a broken head is no size.
"""

import struct
from collections.abc import Iterator
from struct import unpack_from
from typing import BinaryIO

Size = tuple[int, int]

HEAD_BYTES = 64
# Far more than pictures have: colour profiles and signatures come in pieces of 64 kB.
MAX_JPEG_SEGMENTS = 4096
MAX_EXIF_BYTES = 65_535
MAX_EXIF_ENTRIES = 1000
MAX_META_BYTES = 1024 * 1024
MAX_BOXES = 10_000
ORIENTATION_TAG = 0x0112
LYING_ORIENTATIONS = range(5, 9)
# SOF0 to SOF15 without DHT, JPG and DAC, whose numbers lie between.
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
JPEG_MARKERS_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
JPEG_ENDS = frozenset({0xD9, 0xDA})  # end of the picture, start of its pixels
HEIF_BRANDS = frozenset((b"avif", b"avis", b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1"))


def read_image_size(path: str) -> Size | None:
    """Return width and height of the picture PATH in pixels; None for any other file.

    PNG, JPEG, WebP, GIF, AVIF and HEIC are known.
    """
    try:
        with open(path, "rb") as file:
            size = _measure(file)
    except (OSError, ValueError, OverflowError, struct.error):
        return None
    return size if size and min(size) > 0 else None


def _measure(file: BinaryIO) -> Size | None:
    head = file.read(HEAD_BYTES)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return _pair(">II", head, 16)
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _pair("<HH", head, 6)
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg_size(file)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp_size(head)
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return _heif_size(file)
    return None


def _pair(form: str, data: bytes, offset: int) -> Size:
    first, second = unpack_from(form, data, offset)
    return first, second


def _webp_size(head: bytes) -> Size | None:
    """Return the size in the first chunk (RFC 9649): extended, lossless or lossy."""
    chunk = head[12:16]
    if chunk == b"VP8X" and len(head) >= 30:
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if chunk == b"VP8L" and head[20:21] == b"\x2f":
        (bits,) = unpack_from("<I", head, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = _pair("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF  # above them are two bits of a scale
    return None


def _jpeg_size(file: BinaryIO) -> Size | None:
    """Return the size in the frame header, turned as the Exif segment says."""
    size, is_lying = None, None
    for marker, length in _jpeg_segments(file):
        if marker in JPEG_FRAMES and size is None:
            height, width = _pair(">HH", file.read(5), 1)
            size = width, height
        elif marker == 0xE1 and is_lying is None:
            data = file.read(min(length, MAX_EXIF_BYTES))
            if data.startswith(b"Exif\0\0"):
                is_lying = _exif_orientation(data[6:]) in LYING_ORIENTATIONS
    return (size[1], size[0]) if size and is_lying else size


def _jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Yield marker and length of each segment before the pixels, with FILE at its content."""
    position = 2
    for _ in range(MAX_JPEG_SEGMENTS):
        file.seek(position)
        start = file.read(4)
        if len(start) < 4 or start[0] != 0xFF or start[1] in JPEG_ENDS:
            return
        if start[1] == 0xFF:  # a byte to fill up
            position += 1
        elif start[1] in JPEG_MARKERS_ALONE:
            position += 2
        else:
            length = int.from_bytes(start[2:], "big")
            if length < 2:
                return
            yield start[1], length - 2
            position += 2 + length


def _exif_orientation(tiff: bytes) -> int | None:
    """Return the orientation in the first directory of a TIFF head: 1 to 8; None without."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (offset,) = unpack_from(order + "I", tiff, 4)
        (count,) = unpack_from(order + "H", tiff, offset)
        for index in range(min(count, MAX_EXIF_ENTRIES)):
            entry = unpack_from(order + "HHIH", tiff, offset + 2 + 12 * index)
            if entry[:3] == (ORIENTATION_TAG, 3, 1):
                return int(entry[3])
    except struct.error:  # a directory that is cut off: the picture can be measured all the same
        pass
    return None


def _heif_size(file: BinaryIO) -> Size | None:
    """Return the size of the primary item, turned as it says (ISO/IEC 23008-12)."""
    meta = _read_meta_box(file)
    # Version and flags stand before the boxes of a full box.
    boxes = dict(list_boxes(meta[4:]))
    primary, properties = boxes.get(b"pitm", b""), dict(list_boxes(boxes.get(b"iprp", b"")))
    item = int.from_bytes(primary[4:6] if primary[:1] == b"\0" else primary[4:8], "big")
    listed = list(list_boxes(properties.get(b"ipco", b"")))
    size, is_lying = None, False
    for index in _associations(properties.get(b"ipma", b""), item):
        name, data = listed[index - 1] if 0 < index <= len(listed) else (b"", b"")
        if name == b"ispe":
            size = _pair(">II", data, 4)
        elif name == b"irot":
            is_lying = data[:1] in (b"\1", b"\3")  # quarters of a turn
    return (size[1], size[0]) if size and is_lying else size


def _read_meta_box(file: BinaryIO) -> bytes:
    """Return the content of the first box "meta" at the top of FILE; empty without."""
    position = 0
    for _ in range(MAX_BOXES):
        file.seek(position)
        head = file.read(16)
        length, start = box_length(head)
        if length is None:
            return b""
        if head[4:8] == b"meta":
            file.seek(position + start)
            return file.read(min(length - start, MAX_META_BYTES))
        position += length
    return b""


def list_boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each box in DATA."""
    position = 0
    for _ in range(MAX_BOXES):
        length, start = box_length(data[position : position + 16])
        if length is None:
            return
        yield data[position + 4 : position + 8], data[position + start : position + length]
        position += length


def box_length(head: bytes) -> tuple[int | None, int]:
    """Return the length of the box that begins with HEAD, and of its own head; None for none."""
    length, start = int.from_bytes(head[:4], "big"), 8
    if length == 1:
        length, start = int.from_bytes(head[8:16], "big"), 16
    return (length if start <= length and len(head) >= start else None), start


def _associations(data: bytes, item: int) -> list[int]:
    """Return the numbers of the properties of ITEM, from 1, in a box "ipma"."""
    is_long, position = data[:1] != b"\0", 8
    flags, count = int.from_bytes(data[1:4], "big"), int.from_bytes(data[4:8], "big")
    id_bytes, bytes_each = (4 if is_long else 2), (2 if flags & 1 else 1)
    for _ in range(min(count, MAX_BOXES)):
        found = int.from_bytes(data[position : position + id_bytes], "big")
        position += id_bytes + 1
        end = position + bytes_each * (data[position - 1] if position <= len(data) else 0)
        if found == item:
            mask = 0x7FFF if bytes_each == 2 else 0x7F  # above it: the property is essential
            numbers = range(position, end, bytes_each)
            return [int.from_bytes(data[at : at + bytes_each], "big") & mask for at in numbers]
        position = end
    return []
