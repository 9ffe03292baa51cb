"""Types of files, told from their first bytes: extension and exact MIME type."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

ReadAt = Callable[[int, int], bytes]
SNIFF_BYTES = 512  # length of a head: enough to tell every type below


@dataclass(frozen=True)
class ContentType:
    """A media type.

    ext: its usual extension, without the dot
    mime: its MIME type
    other_exts: other extensions in use for it
    """

    ext: str
    mime: str
    other_exts: tuple[str, ...] = ()

    def allows(self, ext: str) -> bool:
        """Tell if a file of this type may have the extension EXT, in upper or lower case."""
        return ext.lower() == self.ext or ext.lower() in self.other_exts


PNG = ContentType("png", "image/png")
JPEG = ContentType("jpg", "image/jpeg", ("jpeg", "jpe", "jfif"))
WEBP = ContentType("webp", "image/webp")
GIF = ContentType("gif", "image/gif")
AVIF = ContentType("avif", "image/avif", ("avifs",))
HEIC = ContentType("heic", "image/heic", ("heif", "hif"))
TIFF = ContentType("tiff", "image/tiff", ("tif",))
BMP = ContentType("bmp", "image/bmp", ("dib",))
SVG = ContentType("svg", "image/svg+xml")
MP4 = ContentType("mp4", "video/mp4", ("m4v",))
M4A = ContentType("m4a", "audio/mp4", ("mp4", "aac"))
MOV = ContentType("mov", "video/quicktime", ("qt",))
WEBM = ContentType("webm", "video/webm")
MKV = ContentType("mkv", "video/x-matroska")
GLB = ContentType("glb", "model/gltf-binary")
WAV = ContentType("wav", "audio/wav", ("wave",))
MP3 = ContentType("mp3", "audio/mpeg")
FLAC = ContentType("flac", "audio/flac")
OGG = ContentType("ogg", "audio/ogg", ("oga", "opus", "ogv"))
AAC = ContentType("aac", "audio/aac")
ZIP = ContentType("zip", "application/zip", ("usdz", "3mf"))
PLY = ContentType("ply", "model/ply")
FBX = ContentType("fbx", "application/octet-stream")
PDF = ContentType("pdf", "application/pdf")
HTML = ContentType("html", "text/html", ("htm",))
JSON = ContentType("json", "application/json", ("gltf",))
TEXT = ContentType("txt", "text/plain", ("obj", "csv", "md"))
UNKNOWN = ContentType("bin", "application/octet-stream")

SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"BM", BMP),
    (b"glTF", GLB),
    (b"ID3", MP3),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"PK\x03\x04", ZIP),
    (b"ply\n", PLY),
    (b"ply\r\n", PLY),
    (b"Kaydara FBX Binary", FBX),
    (b"%PDF-", PDF),
)
BRANDS = {b"qt  ": MOV, b"avif": AVIF, b"avis": AVIF, b"M4A ": M4A, b"M4B ": M4A}
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
IMAGES = (PNG, JPEG, WEBP, GIF, AVIF, HEIC, TIFF, BMP, SVG)
AUDIO_AND_VIDEO = (MP4, M4A, MOV, WEBM, MKV, WAV, MP3, FLAC, OGG, AAC)
TEXT_TYPES = (HTML, JSON, TEXT, SVG, PLY)
TYPES = (*IMAGES, *AUDIO_AND_VIDEO, GLB, ZIP, PLY, FBX, PDF, HTML, JSON, TEXT)
# The kinds of models, each with the types of files that its results may be.
TYPES_BY_KIND = {
    "image": IMAGES,
    "video": (MP4, MOV, WEBM, MKV, OGG),
    "audio": (M4A, WEBM, WAV, MP3, FLAC, OGG, AAC),
    "3d": (GLB, ZIP, PLY, FBX, JSON, TEXT),
}
PLURALS = {"image": "pictures", "video": "clips", "audio": "sounds", "3d": "3D models"}
TYPES_BY_MIME = {each.mime: each for each in TYPES if each is not FBX}
TYPES_BY_MIME |= {"image/jpg": JPEG, "audio/mp3": MP3, "audio/x-wav": WAV, "audio/wave": WAV}


def sniff(head: bytes) -> ContentType | None:
    """Tell the type of a file that starts with HEAD; None if unknown.

    HEAD holds `SNIFF_BYTES` or more bytes, or the whole file.
    """
    for start, kind in SIGNATURES:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return WEBM if b"webm" in head[:64] else MKV
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return MOV
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # Layer 0 of the MPEG frame header is ADTS, the container of bare AAC.
        return MP3 if head[1] & 0x06 else AAC
    return _sniff_text(head)


def content_type(head: bytes, header: str | None = None) -> ContentType:
    """Type by the first bytes, else by the Content-Type HEADER, else `UNKNOWN`."""
    if (kind := sniff(head)) is not None:
        return kind
    return TYPES_BY_MIME.get((header or "").partition(";")[0].strip().lower(), UNKNOWN)


@cache  # for each line of a list
def is_known_extension(ext: str) -> bool:
    """Tell if EXT is an extension of one of the types above."""
    return any(each.allows(ext) for each in TYPES)


def is_media_extension(ext: str) -> bool:
    """Tell if EXT promises a picture, clip, sound or model, and not a text."""
    return is_known_extension(ext) and not any(kind.allows(ext) for kind in TEXT_TYPES)


def kind_of_extension(ext: str) -> str | None:
    """Return the kind of model whose results may have the extension EXT; None without one."""
    kinds = (
        kind for kind, types in TYPES_BY_KIND.items() if any(each.allows(ext) for each in types)
    )
    return next(kinds, None)


def extension_problem(name: str, model_id: str, kind: str | None) -> str | None:
    """Return the reason why no result of a model can be called NAME; None if one can.

    kind: the kind of results; None, or an unknown one, refuses nothing
    """
    stem, _, ext = os.path.basename(name).rpartition(".")
    types = TYPES_BY_KIND.get(kind or "")
    if not stem or not types or not is_known_extension(ext):
        return None
    if any(each.allows(ext) for each in types):
        return None
    return f"{model_id} makes {PLURALS[str(kind)]}, and these are never .{ext} files"


def is_truncated(kind: ContentType, read: ReadAt, size: int) -> bool:
    """Tell if a file of KIND and SIZE bytes clearly lacks its end.

    READ(offset, count) reads COUNT bytes of the file from OFFSET.
    """
    if kind is PNG:
        return b"IEND\xaeB`\x82" not in read(max(0, size - 64), 64)
    if kind is JPEG:
        return b"\xff\xd9" not in read(max(0, size - 64), 64)
    if kind is GIF:
        return not read(max(0, size - 64), 64).rstrip(b"\0").endswith(b";")
    if kind in (WEBP, WAV):
        return size < int.from_bytes(read(4, 4), "little") + 8
    if kind is GLB:
        return size < int.from_bytes(read(8, 4), "little")
    if kind in (MP4, M4A, MOV, AVIF, HEIC):
        return _are_boxes_truncated(read, size, index=b"meta" if kind in (AVIF, HEIC) else b"moov")
    return False


def is_json_or_xml(head: bytes) -> bool:
    """Tell if a file that starts with HEAD is JSON or XML, but not SVG.

    A host sends such an error in place of media.
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith((b"{", b"[", b"<")) or sniff(head) is SVG:
        return False
    return not any(letter < 9 for letter in text)


def _are_boxes_truncated(read: ReadAt, size: int, *, index: bytes) -> bool:
    """Tell if an ISO base media file ends within a box, or has no box named INDEX."""
    offset, names = 0, set()
    while offset < size:
        header = read(offset, 16)
        length, name = int.from_bytes(header[:4], "big"), header[4:8]
        names.add(name)
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:  # it goes to the end of the file, wherever that is
            return index not in names
        if length < 8:
            return len(header) < 8  # not a box: nothing can be said
        offset += length
    return offset > size or index not in names


def _sniff_brands(head: bytes) -> ContentType:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major, compatible = head[8:12], [head[at : at + 4] for at in range(16, length, 4)]
    if major in BRANDS and major not in HEIC_BRANDS:
        return BRANDS[major]
    if major in HEIC_BRANDS:
        # An AVIF may carry the general brand mif1 first.
        return AVIF if b"avif" in compatible else HEIC
    return MP4


def _sniff_text(head: bytes) -> ContentType | None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return HTML
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return SVG
    return None
