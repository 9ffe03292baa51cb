"""Convert a picture to another format with Pillow: pixels, colours, and what is known of it.

Kept are the ICC profile, EXIF, and XMP with the recipe, as far as the format can hold them.
"""

import io
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.errors import KreaError
from krea_cli.flows.files.content_type import (
    AVIF,
    BMP,
    GIF,
    JPEG,
    PNG,
    TIFF,
    WEBP,
    ContentType,
)
from krea_cli.flows.recipe.image_metadata import NotEmbeddable, embed_recipe, extract_recipe

if TYPE_CHECKING:
    from PIL import Image

XMP_TAG = 700  # of TIFF: XMP part 3, 3.2.6
# Modes of Pillow that each format is written in; the last takes every other picture.
MODES = {
    PNG: ("1", "L", "LA", "P", "RGB", "I;16", "RGBA"),
    JPEG: ("L", "CMYK", "RGB"),
    WEBP: ("RGB", "RGBA"),
    AVIF: ("RGB", "RGBA"),
    GIF: ("L", "P", "RGB", "RGBA"),
    TIFF: ("1", "L", "CMYK", "RGB", "I;16", "RGBA"),
    BMP: ("1", "L", "RGB"),
}
WITHOUT_ALPHA = (JPEG, BMP)  # it goes onto white
SAVE_OPTIONS: dict[ContentType, dict[str, Any]] = {
    JPEG: {"quality": 95, "subsampling": 0},
    WEBP: {"quality": 95, "method": 6},
    AVIF: {"quality": 90},
    TIFF: {"compression": "tiff_deflate"},
}
COLOURS = {"CMYK": "cmyk"} | dict.fromkeys(("1", "L", "LA", "La", "I;16", "I", "F"), "grey")


class NotConvertible(KreaError):
    """A picture cannot be converted."""

    code = "not_convertible"


def missing_support(kind: ContentType | None = None) -> str | None:
    """Return the reason why pictures of KIND cannot be written here; None if they can.

    Without KIND: why nothing can be converted.
    """
    if find_spec("PIL") is None:
        return "--convert needs Pillow, which is not installed"
    if kind in (AVIF, WEBP):
        from PIL import features

        if not features.check(kind.ext):
            return f"the Pillow that is installed writes no .{kind.ext} files"
    return None


def convert_image(path: Path, kind: ContentType) -> bytes:
    """Return the picture at PATH as a file of KIND. Raises `NotConvertible`."""
    from PIL import Image

    try:
        with warnings.catch_warnings():  # results are large, and no bombs
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                if getattr(image, "n_frames", 1) > 1:
                    raise NotConvertible("it is animated, and would lose its motion")
                image.load()
                data = _encode(image, kind)
        return _with_recipe(data, path)
    except NotConvertible:
        raise
    # Pillow raises what it likes about a file that it does not understand.
    except Exception as failure:
        reason = " ".join(str(failure).split()) or type(failure).__name__
        raise NotConvertible(f"Pillow says: {reason}") from failure


def _encode(image: "Image.Image", kind: ContentType) -> bytes:
    from PIL import Image

    metadata = _metadata(image, kind)
    converted = _to_mode(image, kind)
    if _colours(converted.mode) != _colours(image.mode):
        metadata.pop("icc_profile", None)  # it is of the colours of before
    file = io.BytesIO()
    converted.save(file, kind.mime.partition("/")[2], **SAVE_OPTIONS.get(kind, {}), **metadata)
    data = file.getvalue()
    Image.open(io.BytesIO(data)).close()  # what cannot be opened again is no picture
    return data


def _to_mode(image: "Image.Image", kind: ContentType) -> "Image.Image":
    """Return IMAGE in a mode that KIND can be written in."""
    from PIL import Image

    has_alpha = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if has_alpha and kind in WITHOUT_ALPHA:
        picture = image.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    if image.mode in MODES[kind] and not (has_alpha and image.mode in ("L", "P", "RGB")):
        return image
    if image.mode == "I;16":  # 16 bits of grey
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
    return image.convert("RGBA" if has_alpha else "RGB")


def _metadata(image: "Image.Image", kind: ContentType) -> dict[str, Any]:
    """Return what KIND can hold of the metadata of IMAGE, as options of `save`."""
    if kind in (GIF, BMP):
        return {}
    found: dict[str, Any] = {}
    if profile := image.info.get("icc_profile"):
        found["icc_profile"] = profile
    exif = image.getexif()
    if len(exif):
        found["exif"] = exif.tobytes()
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if xmp:
        packet = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
        if kind is PNG:
            from PIL.PngImagePlugin import PngInfo

            texts = PngInfo()
            texts.add_itxt("XML:com.adobe.xmp", packet.decode(errors="replace"))
            found["pnginfo"] = texts
        elif kind is TIFF:
            found["tiffinfo"] = {XMP_TAG: packet}
        else:
            found["xmp"] = packet
    return found


def _colours(mode: str) -> str:
    return COLOURS.get(mode, "rgb")


def _with_recipe(data: bytes, path: Path) -> bytes:
    """Return the picture DATA with the recipe of that at PATH, if its format takes one."""
    text = extract_recipe(path.read_bytes())
    if text is None or extract_recipe(data) == text:
        return data
    try:
        return embed_recipe(data, text)
    except NotEmbeddable:
        return data
