"""Types are told from the first bytes, not from names."""

import pytest

from krea_cli.flows import content
from krea_cli.flows.content import ContentType, content_type, cut_short, known_extension, sniff

PNG = b"\x89PNG\r\n\x1a\n"


def box(name: bytes, content: bytes) -> bytes:
    """A box of an MP4 or AVIF."""
    return (8 + len(content)).to_bytes(4, "big") + name + content


def wide(name: bytes, content: bytes) -> bytes:
    """A box that tells its length in 64 bits."""
    return b"\0\0\0\1" + name + (16 + len(content)).to_bytes(8, "big") + content


HEADS = {
    PNG + b"\0\0\0\rIHDR": content.PNG,
    b"\xff\xd8\xff\xe0\0\x10JFIF": content.JPEG,
    b"RIFF\x10\0\0\0WEBPVP8 ": content.WEBP,
    b"RIFF\x10\0\0\0WAVEfmt ": content.WAV,
    b"GIF89a": content.GIF,
    b"\0\0\0\x18ftypheic\0\0\0\0mif1heic": content.HEIC,
    b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif": content.AVIF,
    b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic": content.HEIC,
    b"\0\0\0\x18ftypavif\0\0\0\0avifmif1": content.AVIF,
    b"\0\0\0\x18ftypisom\0\0\0\0isommp42": content.MP4,
    b"\0\0\0\x14ftypqt  \0\0\0\0qt  ": content.MOV,
    b"\0\0\0\x08wide\0\0\0\0mdat": content.MOV,
    b"\0\0\0\x18ftypM4A \0\0\0\0": content.M4A,
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm": content.WEBM,
    b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska": content.MKV,
    b"glTF\x02\0\0\0": content.GLB,
    b"ID3\x04\0": content.MP3,
    b"\xff\xfb\x90\x44": content.MP3,
    b"\xff\xf1\x50\x80": content.AAC,
    b"fLaC": content.FLAC,
    b"PK\x03\x04": content.ZIP,
    b"<svg xmlns=": content.SVG,
    b'<?xml version="1.0"?>\n<svg>': content.SVG,
    b"\n<!DOCTYPE html><html>": content.HTML,
    b"<HTML>": content.HTML,
}


@pytest.mark.parametrize(("head", "kind"), HEADS.items(), ids=lambda each: repr(each)[:24])
def test_sniff(head: bytes, kind: ContentType) -> None:
    """Each type is known by its first bytes."""
    assert sniff(head) is kind


def test_unknown_bytes_fall_back_to_the_header() -> None:
    """Bytes that say nothing leave it to the Content-Type; without one the file is .bin."""
    assert sniff(b"v 0.1 0.2 0.3\n") is None
    assert content_type(b"abc", "Audio/MPEG; x=1") is content.MP3
    assert content_type(b"abc", "image/jpg") is content.JPEG
    assert content_type(b"abc", None) is content.UNKNOWN
    assert content_type(PNG, "image/jpeg") is content.PNG


def test_extensions() -> None:
    """A type allows its usual spellings in any case, and no others."""
    assert content.JPEG.allows("JPEG") and content.JPEG.allows("jpg")
    assert not content.PNG.allows("jpg")
    assert known_extension("Mp4") and not known_extension("v2")


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        (content.PNG, PNG + b"data" + b"\0\0\0\0IEND\xaeB`\x82"),
        (content.JPEG, b"\xff\xd8\xff\xe0data\xff\xd9"),
        (content.WEBP, b"RIFF" + (12).to_bytes(4, "little") + b"WEBPVP8 data"),
        (content.GIF, b"GIF89adata;\0\0"),
        (content.MP4, box(b"ftyp", b"isom\0\0\0\0") + box(b"moov", b"x") + box(b"mdat", b"film")),
        (content.AVIF, box(b"ftyp", b"avif\0\0\0\0") + box(b"meta", b"x") + wide(b"mdat", b"film")),
        (content.GLB, b"glTF\x02\0\0\0" + (16).to_bytes(4, "little") + b"data"),
    ],
    ids=lambda each: each.ext if isinstance(each, ContentType) else "",
)
def test_cut_short(kind: ContentType, whole: bytes) -> None:
    """A file that lacks its end is told from a whole one."""
    assert not cut_short(kind, lambda at, count: whole[at : at + count], len(whole))
    cut = whole[:-3]
    assert cut_short(kind, lambda at, count: cut[at : at + count], len(cut))


def test_a_clip_without_its_index_is_cut() -> None:
    """It ends where a box ends, and a player finds nothing in it."""
    clip = box(b"ftyp", b"isom\0\0\0\0") + box(b"mdat", b"film")
    assert cut_short(content.MP4, lambda at, count: clip[at : at + count], len(clip))


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
    assert content.is_message(head) is message
