"""Names of pictures that are converted when they are saved, and of their originals."""

import os
from typing import TYPE_CHECKING

from krea_cli.flows.files.content_type import (
    AVIF,
    BMP,
    GIF,
    IMAGES,
    JPEG,
    PNG,
    TIFF,
    WEBP,
    ContentType,
    is_known_extension,
)
from krea_cli.flows.files.naming import add_suffix

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow

ORIGINAL_SUFFIX = ".original"
WRITABLE_TYPES = (PNG, JPEG, WEBP, GIF, AVIF, TIFF, BMP)


def extension_of(path: str) -> str:
    """Return the extension of PATH without its dot; empty without one."""
    stem, _, ext = os.path.basename(path).rpartition(".")
    return ext if stem else ""


def writable_type(path: str) -> ContentType | None:
    """Return the type of picture that the name PATH promises; None if it cannot be written."""
    ext = extension_of(path)
    return next((kind for kind in WRITABLE_TYPES if kind.allows(ext)), None)


def conversion_of(path: str, kind: ContentType) -> ContentType | None:
    """Return the type that a picture of KIND is converted to under the name PATH, or None."""
    wanted = writable_type(path)
    return wanted if wanted and kind in IMAGES and wanted is not kind else None


def conversion_problem(path: str) -> str | None:
    """Return the reason why no picture can be converted for the name PATH; None if one can."""
    ext = extension_of(path)
    if not ext or not is_known_extension(ext) or writable_type(path):
        return None
    known = ", ".join(kind.ext for kind in WRITABLE_TYPES)
    return f"--convert makes no .{ext} files; it makes {known}"


def fits(file: "FileRow", path: str) -> bool:
    """Tell if FILE is of the type that the extension of PATH promises."""
    ext = extension_of(path)
    return any(kind.mime == file.type and kind.allows(ext) for kind in IMAGES)


def original_path(path: str, ext: str) -> str:
    """Return the name beside PATH for its original of extension EXT: fox.original.png."""
    folder, name = os.path.split(path)
    stem = name.rpartition(".")[0] or name
    return os.path.join(folder, add_suffix(f"{stem}.{ext}", ORIGINAL_SUFFIX))


def is_original(path: str) -> bool:
    """Tell if PATH has the name of an original, perhaps with a number."""
    stem = os.path.basename(path).rpartition(".")[0]
    plain, dash, number = stem.rpartition("-")
    return (plain if dash and number.isdecimal() else stem).endswith(ORIGINAL_SUFFIX)
