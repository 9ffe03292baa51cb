"""Pictures of a sandbox: colours from the request's hash, the prompt, and a watermark."""

import colorsys
import io
import math
import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from krea_cli.sandbox.result_spec import ResultSpec

PATTERN_PIXELS = 40  # side of the pattern before it is enlarged: a millisecond, not seconds
Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


def encode_image(spec: ResultSpec) -> bytes:
    """The picture of SPEC as PNG, JPEG or WebP bytes."""
    return compress(draw_image(spec), spec.format)


def compress(image: Image.Image, format: str) -> bytes:
    """IMAGE as bytes in the FORMAT png, jpeg or webp; made fast rather than small."""
    out = io.BytesIO()
    if format == "png":
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, format.upper(), quality=85, **({"method": 0} if format == "webp" else {}))
    return out.getvalue()


def draw_image(spec: ResultSpec) -> Image.Image:
    """Draw a soft pattern, the prompt at the lower edge, and the word sandbox across."""
    pattern = _pattern(spec.request_hash)
    image = pattern.resize((spec.width, spec.height), Image.Resampling.BICUBIC)
    _draw_watermark(image)
    _draw_caption(image, spec.caption)
    return image


def _pattern(request_hash: str) -> Image.Image:
    """Waves of three related hues, with angles and phases from the hash of the request."""
    hue, spread, *waves = (int(request_hash[i : i + 4], 16) / 0xFFFF for i in range(0, 40, 4))
    colours = [
        colorsys.hls_to_rgb((hue + offset * (0.08 + 0.2 * spread)) % 1, light, 0.62)
        for offset, light in ((0, 0.26), (1, 0.5), (2, 0.74))
    ]
    small = Image.new("RGB", (PATTERN_PIXELS, PATTERN_PIXELS))
    small.putdata(
        [_pattern_colour(colours, waves, cell) for cell in range(PATTERN_PIXELS * PATTERN_PIXELS)]
    )
    return small


def _pattern_colour(
    colours: list[tuple[float, float, float]], waves: list[float], cell: int
) -> tuple[int, int, int]:
    """The colour of CELL, counted row by row: a slope and two waves, as a place between COLOURS."""
    y, x = divmod(cell, PATTERN_PIXELS)
    across, down = x / PATTERN_PIXELS - 0.5, y / PATTERN_PIXELS - 0.5
    height = 0.9 * (across * (waves[0] - 0.5) + down * (0.6 + waves[1]))
    for turn, phase, frequency in (waves[2:5], waves[5:8]):
        angle = turn * math.tau
        distance = across * math.cos(angle) + down * math.sin(angle)
        height += 0.22 * math.sin(math.tau * (phase + distance * (1 + 2 * frequency)))
    place = min(1.999, max(0.0, height + 1.0))
    low, share = int(place), place % 1
    red, green, blue = (
        round(255 * (first + (second - first) * share))
        for first, second in zip(colours[low], colours[low + 1], strict=True)
    )
    return red, green, blue


def _draw_watermark(image: Image.Image) -> None:
    """Write the word sandbox across the picture, faint and on a slant."""
    width, height = image.size
    mask = _watermark_mask(max(24, min(width, height) // 6))
    corner = (width - mask.width) // 2, (height - mask.height) // 2
    image.paste((255, 255, 255), corner, mask)


@lru_cache(maxsize=8)
def _watermark_mask(size: int) -> Image.Image:
    font = _font(size)
    left, top, right, bottom = font.getbbox("sandbox")
    mask = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(mask).text((4 - left, 4 - top), "sandbox", fill=90, font=font)
    return mask.rotate(18, Image.Resampling.BILINEAR, expand=True)


def _draw_caption(image: Image.Image, text: str) -> None:
    """Write the prompt on a dark band at the lower edge, at most a quarter of the picture high."""
    width, height = image.size
    size = max(10, min(width, height) // 26)
    lines = _wrap(text, _font(size), width - 2 * size, max_lines=max(1, height // (4 * size)))
    if not lines:
        return
    top = max(0, height - round(size * (1.35 * len(lines) + 1.2)))
    band = image.crop((0, top, width, height)).point([level * 2 // 5 for level in range(256)] * 3)
    image.paste(band, (0, top))
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        position = (size, top + size * (0.6 + 1.35 * number))
        draw.text(position, line, fill=(245, 245, 245), font=_font(size))


def _wrap(text: str, font: Font, width: int, *, max_lines: int) -> list[str]:
    """TEXT in lines of WIDTH pixels; long words are broken, and what is too much is cut off."""
    # The font that comes with Pillow has no accents, and a lone surrogate would stop the layout.
    decomposed = unicodedata.normalize("NFKD", text[: 200 * max_lines])
    letters = (letter for letter in decomposed if not unicodedata.combining(letter))
    printable = "".join(letter if letter.isprintable() else " " for letter in letters)
    lines: list[str] = []
    for word in printable.split():
        line = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(line) <= width:
            lines[-1] = line
            continue
        while word and len(lines) <= max_lines:
            count = min(len(word), width)  # no letter is narrower than a pixel
            while count > 1 and font.getlength(word[:count]) > width:
                count = max(1, min(count - 1, count * 9 // 10))
            lines.append(word[:count])
            word = word[count:]
        if len(lines) > max_lines:
            return [*lines[: max_lines - 1], f"{lines[max_lines - 1][:-1]}…"]
    return lines


@lru_cache(maxsize=16)
def _font(size: int) -> Font:
    return ImageFont.load_default(size)
