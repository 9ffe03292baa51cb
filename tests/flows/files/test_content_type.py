"""Types are told from the first bytes, not from names."""

import pytest

from krea_cli.flows.files import content_type as content_types
from krea_cli.flows.files.content_type import (
    ContentType,
    content_type,
    is_known_extension,
    is_truncated,
    sniff,
)

PNG = b"\x89PNG\r\n\x1a\n"


def box(name: bytes, content: bytes) -> bytes:
    """A box of an MP4 or AVIF."""
    return (8 + len(content)).to_bytes(4, "big") + name + content


def wide(name: bytes, content: bytes) -> bytes:
    """A box with its length in 64 bits."""
    return b"\0\0\0\1" + name + (16 + len(content)).to_bytes(8, "big") + content


HEADS = {
    PNG + b"\0\0\0\rIHDR": content_types.PNG,
    b"\xff\xd8\xff\xe0\0\x10JFIF": content_types.JPEG,
    b"RIFF\x10\0\0\0WEBPVP8 ": content_types.WEBP,
    b"RIFF\x10\0\0\0WAVEfmt ": content_types.WAV,
    b"GIF89a": content_types.GIF,
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": content_types.HEIC,
    b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif": content_types.AVIF,
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic": content_types.HEIC,
    b"\0\0\0\x18ftypavif\0\0\0\0avifmif1": content_types.AVIF,
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42": content_types.MP4,
    b"\0\0\0\x14ftypqt  \0\0\0\0qt  ": content_types.MOV,
    b"\0\0\0\x08wide\0\0\0\0mdat": content_types.MOV,
    b"\0\0\0\x18ftypM4A \0\0\0\0": content_types.M4A,
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm": content_types.WEBM,
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska": content_types.MKV,
    b"glTF\x02\0\0\0": content_types.GLB,
    b"ID3\x04\0": content_types.MP3,
    b"\xff\xfb\x90\x44": content_types.MP3,
    b"\xff\xf1\x50\x80": content_types.AAC,
    b"fLaC": content_types.FLAC,
    b"PK\x03\x04": content_types.ZIP,
    b"<svg xmlns=": content_types.SVG,
    b'<?xml version="1.0"?>\n<svg>': content_types.SVG,
    b"\n<!DOCTYPE html><html>": content_types.HTML,
    b"<HTML>": content_types.HTML,
}


@pytest.mark.parametrize(("head", "kind"), HEADS.items(), ids=lambda each: repr(each)[:24])
def test_sniff(head: bytes, kind: ContentType) -> None:
    """Each type is known by its first bytes."""
    assert sniff(head) is kind


def test_unknown_bytes_fall_back_to_the_header() -> None:
    """For unknown bytes the Content-Type counts; without one the file is .bin."""
    assert sniff(b"v 0.1 0.2 0.3\n") is None
    assert content_type(b"abc", "Audio/MPEG; x=1") is content_types.MP3
    assert content_type(b"abc", "image/jpg") is content_types.JPEG
    assert content_type(b"abc", None) is content_types.UNKNOWN
    assert content_type(PNG, "image/jpeg") is content_types.PNG


def test_extensions() -> None:
    """A type allows its usual spellings in any case, and no others."""
    assert content_types.JPEG.allows("JPEG") and content_types.JPEG.allows("jpg")
    assert not content_types.PNG.allows("jpg")
    assert is_known_extension("Mp4") and not is_known_extension("v2")


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        (content_types.PNG, PNG + b"data" + b"\0\0\0\0IEND\xaeB`\x82"),
        (content_types.JPEG, b"\xff\xd8\xff\xe0data\xff\xd9"),
        (content_types.WEBP, b"RIFF" + (12).to_bytes(4, "little") + b"WEBPVP8 data"),
        (content_types.GIF, b"GIF89adata;\0\0"),
        (
            content_types.MP4,
            box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"x") + box(b"mdat", b"film"),
        ),
        (
            content_types.AVIF,
            box(b"ftyp", b"avif\0\0\0\0") + box(b"meta", b"x") + wide(b"mdat", b"film"),
        ),
        (content_types.GLB, b"glTF\x02\0\0\0" + (16).to_bytes(4, "little") + b"data"),
    ],
    ids=lambda each: each.ext if isinstance(each, ContentType) else "",
)
def test_cut_short(kind: ContentType, whole: bytes) -> None:
    """A file that lacks its end is told from a whole one."""
    assert not is_truncated(kind, lambda at, count: whole[at : at + count], len(whole))
    cut = whole[:-3]
    assert is_truncated(kind, lambda at, count: cut[at : at + count], len(cut))


def test_a_clip_without_its_index_is_cut() -> None:
    """A clip without moov is truncated, even if it ends with a whole box."""
    clip = box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", b"film")
    assert is_truncated(content_types.MP4, lambda at, count: clip[at : at + count], len(clip))


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b' {"error": "expired"}', True),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', True),
        (b'<?xml version="1.0"?>\n<svg/>', False),
        (b"<\0\1\2", False),
        (PNG, False),
    ],
)
def test_a_message_is_no_media(head: bytes, message: bool) -> None:
    """JSON and XML are told from bytes that only begin like them."""
    assert content_types.is_json_or_xml(head) is message
