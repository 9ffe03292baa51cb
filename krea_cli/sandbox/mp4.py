"""A small valid MP4: a few JPEG frames in a hand-built ISO base media file (ISO 14496-12)."""

import struct
from dataclasses import replace

from PIL import ImageDraw

from krea_cli.sandbox.images import paint, save
from krea_cli.sandbox.result_spec import Recipe

FRAMES = 8
TIMESCALE = 1000
MAX_WIDTH = 640
# Unity transformation, as every file carries it: 16.16 and 2.30 fixed point numbers.
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def film(recipe: Recipe) -> bytes:
    """The film of RECIPE: its picture with a bar that grows, scaled to at most 640 pixels wide."""
    scale = min(1.0, MAX_WIDTH / recipe.width)
    width, height = (
        max(16, round(side * scale) // 2 * 2) for side in (recipe.width, recipe.height)
    )
    frames = _frames(replace(recipe, width=width, height=height))
    each = round(recipe.seconds * TIMESCALE / FRAMES)
    head = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    # The offsets inside moov depend on its size only, which does not change with their values.
    start = len(head) + len(_movie(width, height, frames, each, 0)) + 8
    return b"".join(
        (head, _movie(width, height, frames, each, start), _box(b"mdat", b"".join(frames)))
    )


def _frames(recipe: Recipe) -> list[bytes]:
    image = paint(recipe)
    draw = ImageDraw.Draw(image)
    frames = []
    for number in range(FRAMES):
        right = image.width * (number + 1) // FRAMES
        draw.rectangle((0, 0, right, max(4, image.height // 60)), fill=(255, 255, 255))
        frames.append(save(image, "jpeg"))
    return frames


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def _full(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box with version 0 and FLAGS."""
    return _box(kind, struct.pack(">I", flags), *parts)


def _movie(width: int, height: int, frames: list[bytes], each: int, start: int) -> bytes:
    length = each * len(frames)
    times = struct.pack(">4I", 0, 0, TIMESCALE, length)
    header = _full(
        b"mvhd", times, struct.pack(">IHxx8x", 0x10000, 0x100), MATRIX, bytes(24), b"\0\0\0\2"
    )
    track = _full(
        b"tkhd",
        struct.pack(">5I8xHHHxx", 0, 0, 1, 0, length, 0, 0, 0),
        MATRIX,
        struct.pack(">II", width << 16, height << 16),
        flags=3,
    )
    media = _box(
        b"mdia",
        _full(b"mdhd", times, struct.pack(">Hxx", 0x55C4)),  # 0x55C4: no language
        _full(b"hdlr", bytes(4), b"vide", bytes(12), b"sandbox\0"),
        _box(
            b"minf",
            _full(b"vmhd", bytes(8), flags=1),
            _data(),
            _samples(width, height, frames, each, start),
        ),
    )
    return _box(b"moov", header, _box(b"trak", track, media))


def _data() -> bytes:
    return _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1)))


def _samples(width: int, height: int, frames: list[bytes], each: int, start: int) -> bytes:
    count = len(frames)
    sizes = [len(frame) for frame in frames]
    offsets = [start + sum(sizes[:number]) for number in range(count)]
    entry = _box(
        b"mp4v",
        struct.pack(">6xH16xHHII4xH32xHh", 1, width, height, 0x480000, 0x480000, 1, 24, -1),
        _full(b"esds", _descriptor()),
    )
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), entry),
        _full(b"stts", struct.pack(">3I", 1, count, each)),
        _full(b"stsc", struct.pack(">4I", 1, 1, count, 1)),
        _full(b"stsz", struct.pack(f">{count + 2}I", 0, count, *sizes)),
        _full(b"stco", struct.pack(">2I", 1, offsets[0])),
    )


def _descriptor() -> bytes:
    """An elementary stream of JPEG pictures: object type 0x6C of ISO 14496-1."""
    decoder = b"\x04\x0d" + struct.pack(">BB3xII", 0x6C, 0x11, 0, 0)
    return b"\x03" + bytes([3 + len(decoder) + 3]) + b"\0\1\0" + decoder + b"\x06\x01\x02"
