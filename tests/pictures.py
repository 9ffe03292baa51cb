"""Pictures of every kind that can hold a recipe, made anew, and the parts they are made of."""

import io
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageOps, PngImagePlugin

FOREIGN = (
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
ALL: dict[str, Any] = {"exif": EXIF, "icc_profile": ICC, "xmp": FOREIGN}


def made(image: Image.Image, form: str, **options: Any) -> bytes:
    """IMAGE as a file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP file."""
    body = b"".join(
        name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)
        for name, content in chunks
    )
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def with_text(*, compress: bool) -> bytes:
    """A PNG with XMP as Pillow writes it, and another text."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Comment", "a cömment", zip=True)
    info.add_itxt("XML:com.adobe.xmp", FOREIGN.decode(), zip=compress)
    return made(RGB, "PNG", pnginfo=info)


PICTURES = {
    "png": made(RGB, "PNG"),
    "png alpha": made(RGBA, "PNG", exif=EXIF, icc_profile=ICC),
    "png palette": made(RGB.quantize(16), "PNG", transparency=3),
    "png grey": made(RGB.convert("L"), "PNG"),
    "png animated": made(RGB, "PNG", **FRAMES),
    "png xmp": with_text(compress=False),
    "png packed xmp": with_text(compress=True),
    "png late xmp": made(RGB, "PNG")[:-12]
    + chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + FOREIGN)
    + chunk(b"IEND", b""),
    "jpeg": made(RGB, "JPEG"),
    "jpeg grey": made(RGB.convert("L"), "JPEG"),
    "jpeg progressive": made(RGB, "JPEG", progressive=True, comment=b"a comment"),
    "jpeg exif": made(RGB, "JPEG", exif=EXIF, icc_profile=ICC),
    "jpeg all": made(RGB, "JPEG", **ALL),
    "jpeg bare": b"\xff\xd8" + made(RGB, "JPEG")[20:],
    "jpeg filled": b"\xff\xd8\xff\xff" + made(RGB, "JPEG", xmp=FOREIGN)[2:] + b"after the end",
    "webp": made(RGB, "WEBP"),
    "webp lossless": made(RGB, "WEBP", lossless=True),
    "webp lossless alpha": made(RGBA, "WEBP", lossless=True),
    "webp alpha": made(RGBA, "WEBP"),
    "webp exif": made(RGB, "WEBP", exif=EXIF, icc_profile=ICC),
    "webp all": made(RGBA, "WEBP", **ALL),
    "webp animated": made(RGB, "WEBP", duration=50, loop=3, exif=EXIF, **FRAMES),
    "webp trailing": made(RGB, "WEBP", lossless=True) + b"after the end",
}
