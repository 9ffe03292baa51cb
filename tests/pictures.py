"""Pictures of every kind that can hold a recipe, made anew, and the parts they are made of."""

import io
import zlib
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, PngImagePlugin

FOREIGN_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="text"/>'
    b"</rdf:RDF></x:xmpmeta>"
)
SIZE = (37, 21)

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXIF = Image.Exif()
EXIF[0x010E] = "a description"
LINEAR, RADIAL = (each("L").resize(SIZE) for each in (Image.linear_gradient, Image.radial_gradient))
RGB = Image.merge("RGB", (LINEAR, RADIAL, ImageOps.mirror(ImageOps.solarize(RADIAL))))
RGBA = Image.merge("RGBA", (*RGB.split(), LINEAR))
FRAMES: dict[str, Any] = {"save_all": True, "append_images": [ImageOps.invert(RGB), RGB]}
ALL_METADATA: dict[str, Any] = {"exif": EXIF, "icc_profile": ICC, "xmp": FOREIGN_XMP}


def picture_bytes(shade: int = 0) -> bytes:
    """A small PNG of one colour; each SHADE from 0 to 255 makes another file."""
    return encode_image(Image.new("RGB", (8, 6), (shade, 128, 128)), "PNG")


def write_picture(path: Path) -> None:
    """Write a small picture to PATH, of the type of its extension."""
    Image.new("RGB", (64, 48), "teal").save(path)


def encode_image(image: Image.Image, form: str, **options: Any) -> bytes:
    """IMAGE as a file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check


def webp_file(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP file."""
    body = b"".join(
        name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
        for name, content in chunks
    )
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def png_with_text(*, compress: bool) -> bytes:
    """A PNG with XMP as Pillow writes it, and another text."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Comment", "a cömment", zip=True)
    info.add_itxt("XML:com.adobe.xmp", FOREIGN_XMP.decode(), zip=compress)
    return encode_image(RGB, "PNG", pnginfo=info)


PICTURES = {
    "png": encode_image(RGB, "PNG"),
    "png alpha": encode_image(RGBA, "PNG", exif=EXIF, icc_profile=ICC),
    "png palette": encode_image(RGB.quantize(16), "PNG", transparency=3),
    "png grey": encode_image(RGB.convert("L"), "PNG"),
    "png animated": encode_image(RGB, "PNG", **FRAMES),
    "png xmp": png_with_text(compress=False),
    "png packed xmp": png_with_text(compress=True),
    "png late xmp": encode_image(RGB, "PNG")[:-12]
    + png_chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + FOREIGN_XMP)
    + png_chunk(b"IEND", b""),
    "jpeg": encode_image(RGB, "JPEG"),
    "jpeg grey": encode_image(RGB.convert("L"), "JPEG"),
    "jpeg progressive": encode_image(RGB, "JPEG", progressive=True, comment=b"a comment"),
    "jpeg exif": encode_image(RGB, "JPEG", exif=EXIF, icc_profile=ICC),
    "jpeg all": encode_image(RGB, "JPEG", **ALL_METADATA),
    "jpeg bare": b"\xff\xd8" + encode_image(RGB, "JPEG")[20:],
    "jpeg filled": b"\xff\xd8\xff\xff"
    + encode_image(RGB, "JPEG", xmp=FOREIGN_XMP)[2:]
    + b"after the end",
    "webp": encode_image(RGB, "WEBP"),
    "webp lossless": encode_image(RGB, "WEBP", lossless=True),
    "webp lossless alpha": encode_image(RGBA, "WEBP", lossless=True),
    "webp alpha": encode_image(RGBA, "WEBP"),
    "webp exif": encode_image(RGB, "WEBP", exif=EXIF, icc_profile=ICC),
    "webp all": encode_image(RGBA, "WEBP", **ALL_METADATA),
    "webp animated": encode_image(RGB, "WEBP", duration=50, loop=3, exif=EXIF, **FRAMES),
    "webp trailing": encode_image(RGB, "WEBP", lossless=True) + b"after the end",
}
