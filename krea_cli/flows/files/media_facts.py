"""Pixels and seconds of a result, read from the head of its file.

Files are foreign: each read and each loop has an end, and a broken head tells nothing.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO

from krea_cli.catalog.image_size import Size, box_length, list_boxes, read_image_size

MAX_TOP_BOXES = 1000
MAX_CHUNKS = 1000
MAX_MOOV_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class MediaFacts:
    """The facts in the head of a file.

    size: width and height in pixels; None for a sound, and where it is unknown
    seconds: length of a clip or a sound; None for a picture, and where it is unknown
    bytes: length of the file; None if it cannot be read
    """

    size: Size | None = None
    seconds: float | None = None
    bytes: int | None = None


def read_media_facts(path: str) -> MediaFacts:
    """Return the facts of the file PATH: of a picture, of a clip in MP4 or MOV, of a WAV."""
    try:
        with open(path, "rb") as file:
            length = Path(path).stat().st_size
            head = file.read(12)
            if head[4:8] == b"ftyp" and (clip := _read_clip(file)):
                return MediaFacts(*clip, bytes=length)
            if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
                return MediaFacts(seconds=_read_wave_seconds(file), bytes=length)
    except (OSError, ValueError, OverflowError, struct.error, ZeroDivisionError):
        return MediaFacts()
    return MediaFacts(size=read_image_size(path), bytes=length)


def _read_clip(file: BinaryIO) -> tuple[Size | None, float] | None:
    """Return size and seconds of a film (ISO 14496-12); None for a file without one."""
    position = 0
    for _ in range(MAX_TOP_BOXES):
        file.seek(position)
        head = file.read(16)
        length, start = box_length(head)
        if length is None:
            return None
        if head[4:8] == b"moov":
            file.seek(position + start)
            return _read_movie(file.read(min(length - start, MAX_MOOV_BYTES)))
        position += length
    return None


def _read_movie(moov: bytes) -> tuple[Size | None, float] | None:
    size, seconds = None, None
    for name, data in list_boxes(moov):
        if name == b"mvhd":
            is_long = data[:1] == b"\1"  # version 1 has times of 64 bits
            scale, ticks = unpack_from(">IQ", data, 20) if is_long else unpack_from(">II", data, 12)
            seconds = ticks / scale
        elif name == b"trak" and size is None:
            size = _read_track_size(dict(list_boxes(data)).get(b"tkhd", b""))
    return None if seconds is None else (size, seconds)


def _read_track_size(tkhd: bytes) -> Size | None:
    """Return the size of a track; None for a sound. Both are fixed point numbers of 16.16 bits."""
    if len(tkhd) < 8:
        return None
    width, height = unpack_from(">II", tkhd, len(tkhd) - 8)
    return (width >> 16, height >> 16) if width and height else None


def _read_wave_seconds(file: BinaryIO) -> float | None:
    """Return the length of a sound, from its rate and the length of its samples."""
    rate = None
    for _ in range(MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return None
        length = int(unpack_from("<I", head, 4)[0])
        if head[:4] == b"data":
            return length / rate if rate else None
        if head[:4] == b"fmt ":
            (rate,) = unpack_from("<I", file.read(length)[:16], 8)
        else:
            file.seek(length, 1)
        file.seek(length % 2, 1)  # chunks begin at even places
    return None
