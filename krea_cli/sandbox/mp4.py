"""A small valid MP4: a few JPEG frames in an ISO base media file (ISO 14496-12)."""

import struct
from dataclasses import replace

from PIL import ImageDraw

from krea_cli.sandbox.images import compress, draw_image
from krea_cli.sandbox.result_spec import ResultSpec

FRAME_COUNT = 8
TICKS_PER_SECOND = 1000
MAX_WIDTH_PIXELS = 640
# The unit transformation, in fixed point numbers of 16.16 and 2.30 bits.
UNIT_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def encode_mp4(spec: ResultSpec) -> bytes:
    """A film: the picture of SPEC with a growing bar, at most 640 pixels wide."""
    scale = min(1.0, MAX_WIDTH_PIXELS / spec.width)
    width, height = (max(16, round(side * scale) // 2 * 2) for side in (spec.width, spec.height))
    frames = _draw_frames(replace(spec, width=width, height=height))
    frame_ticks = round(spec.seconds * TICKS_PER_SECOND / FRAME_COUNT)
    head = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2mp41")
    # The offset of the frames is inside moov, whose size does not depend on its value.
    start = len(head) + len(_moov_box(width, height, frames, frame_ticks, 0)) + 8
    moov = _moov_box(width, height, frames, frame_ticks, start)
    return head + moov + _box(b"mdat", b"".join(frames))


def _draw_frames(spec: ResultSpec) -> list[bytes]:
    image = draw_image(spec)
    draw = ImageDraw.Draw(image)
    frames = []
    for number in range(FRAME_COUNT):
        right = image.width * (number + 1) // FRAME_COUNT
        draw.rectangle((0, 0, right, max(4, image.height // 60)), fill=(255, 255, 255))
        frames.append(compress(image, "jpeg"))
    return frames


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", len(content) + 8) + kind + content


def _full_box(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """A box with version 0 and FLAGS."""
    return _box(kind, struct.pack(">I", flags), *parts)


def _moov_box(width: int, height: int, frames: list[bytes], frame_ticks: int, start: int) -> bytes:
    length = frame_ticks * len(frames)
    times = struct.pack(">4I", 0, 0, TICKS_PER_SECOND, length)
    header = _full_box(
        b"mvhd", times, struct.pack(">IHxx8x", 0x10000, 0x100), UNIT_MATRIX, bytes(24), b"\0\0\0\2"
    )
    track = _full_box(
        b"tkhd",
        struct.pack(">5I8xHHHxx", 0, 0, 1, 0, length, 0, 0, 0),
        UNIT_MATRIX,
        struct.pack(">II", width << 16, height << 16),
        flags=3,
    )
    media = _box(
        b"mdia",
        _full_box(b"mdhd", times, struct.pack(">Hxx", 0x55C4)),  # 0x55C4: no language
        _full_box(b"hdlr", bytes(4), b"vide", bytes(12), b"sandbox\0"),
        _box(
            b"minf",
            _full_box(b"vmhd", bytes(8), flags=1),
            _box(b"dinf", _full_box(b"dref", struct.pack(">I", 1), _full_box(b"url ", flags=1))),
            _stbl_box(width, height, frames, frame_ticks, start),
        ),
    )
    return _box(b"moov", header, _box(b"trak", track, media))


def _stbl_box(width: int, height: int, frames: list[bytes], frame_ticks: int, start: int) -> bytes:
    count = len(frames)
    sizes = [len(frame) for frame in frames]
    offsets = [start + sum(sizes[:number]) for number in range(count)]
    entry = _box(
        b"mp4v",
        struct.pack(">6xH16xHHII4xH32xHh", 1, width, height, 0x480000, 0x480000, 1, 24, -1),
        _full_box(b"esds", _es_descriptor()),
    )
    return _box(
        b"stbl",
        _full_box(b"stsd", struct.pack(">I", 1), entry),
        _full_box(b"stts", struct.pack(">3I", 1, count, frame_ticks)),
        _full_box(b"stsc", struct.pack(">4I", 1, 1, count, 1)),
        _full_box(b"stsz", struct.pack(f">{count + 2}I", 0, count, *sizes)),
        _full_box(b"stco", struct.pack(">2I", 1, offsets[0])),
    )


def _es_descriptor() -> bytes:
    """An elementary stream of JPEG pictures: object type 0x6C of ISO 14496-1."""
    decoder = b"\x04\x0d" + struct.pack(">BB3xII", 0x6C, 0x11, 0, 0)
    return b"\x03" + bytes([3 + len(decoder) + 3]) + b"\0\1\0" + decoder + b"\x06\x01\x02"
