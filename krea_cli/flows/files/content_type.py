"""What a file is, told from its first bytes: extension and exact MIME type."""

from collections.abc import Callable
from dataclasses import dataclass

Read = Callable[[int, int], bytes]
HEAD = 512  # first bytes that are enough to tell every type below


@dataclass(frozen=True)
class ContentType:
    """A media type: its usual extension without the dot, its MIME type, other extensions."""

    ext: str
    mime: str
    also: tuple[str, ...] = ()

    def allows(self, ext: str) -> bool:
        """Whether a file of this type may carry EXT, in any case."""
        return ext.lower() == self.ext or ext.lower() in self.also


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

_STARTS = (
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
_BRANDS = {b"qt  ": MOV, b"avif": AVIF, b"avis": AVIF, b"M4A ": M4A, b"M4B ": M4A}
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_PICTURES = (PNG, JPEG, WEBP, GIF, AVIF, HEIC, TIFF, BMP, SVG)
_MEDIA = (MP4, M4A, MOV, WEBM, MKV, WAV, MP3, FLAC, OGG, AAC)
_TYPES = (*_PICTURES, *_MEDIA, GLB, ZIP, PLY, FBX, PDF, HTML, JSON, TEXT)
_BY_MIME = {each.mime: each for each in _TYPES if each is not FBX}
_BY_MIME |= {"image/jpg": JPEG, "audio/mp3": MP3, "audio/x-wav": WAV, "audio/wave": WAV}


def sniff(head: bytes) -> ContentType | None:
    """The type of a file that starts with HEAD (`HEAD` bytes or more); None if unknown."""
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return WEBM if b"webm" in head[:64] else MKV
    if head[4:8] == b"ftyp":
        return _from_brands(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return MOV
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        # Layer 0 of the MPEG frame header is ADTS, the container of bare AAC.
        return MP3 if head[1] & 0x06 else AAC
    return _from_text(head)


def content_type(head: bytes, header: str | None = None) -> ContentType:
    """The type by the first bytes, else by the Content-Type HEADER, else `UNKNOWN`."""
    if (found := sniff(head)) is not None:
        return found
    return _BY_MIME.get((header or "").partition(";")[0].strip().lower(), UNKNOWN)


def known_extension(ext: str) -> bool:
    """Whether EXT promises a type that is known here."""
    return any(each.allows(ext) for each in _TYPES)


def cut_short(kind: ContentType, read: Read, size: int) -> bool:
    """Whether a file of KIND and SIZE bytes clearly lacks its end. READ(at, count) reads in it."""
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
        return _boxes_cut_short(read, size, index=b"meta" if kind in (AVIF, HEIC) else b"moov")
    return False


def is_message(head: bytes) -> bool:
    """Whether a file that starts with HEAD is JSON or XML: an error, where media was meant."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not text.startswith((b"{", b"[", b"<")) or sniff(head) is SVG:
        return False
    return not any(letter < 9 for letter in text)


def _boxes_cut_short(read: Read, size: int, *, index: bytes) -> bool:
    """Whether the boxes of an ISO base media file end before their time, or INDEX is missing."""
    at, names = 0, set()
    while at < size:
        header = read(at, 16)
        length, name = int.from_bytes(header[:4], "big"), header[4:8]
        names.add(name)
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        elif length == 0:  # up to the end of the file, wherever that is
            return index not in names
        if length < 8:
            return len(header) < 8  # no box: what it is cannot be told
        at += length
    return at > size or index not in names


def _from_brands(head: bytes) -> ContentType:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major, compatible = head[8:12], [head[at : at + 4] for at in range(16, length, 4)]
    if major in _BRANDS and major not in _HEIC_BRANDS:
        return _BRANDS[major]
    if major in _HEIC_BRANDS:
        # An AVIF may carry the general brand mif1 first.
        return AVIF if b"avif" in compatible else HEIC
    return MP4


def _from_text(head: bytes) -> ContentType | None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return HTML
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return SVG
    return None
