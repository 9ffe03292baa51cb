"""Pictures of a sandbox: colours from the request's digest, its prompt, and a watermark."""

import colorsys
import io
import math
import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from krea_cli.sandbox.result_spec import Recipe

GRID = 40  # the pattern is computed this small and smoothed to size: a millisecond, not seconds
Font = ImageFont.ImageFont | ImageFont.FreeTypeFont


def encode(recipe: Recipe) -> bytes:
    """The picture of RECIPE as PNG, JPEG or WebP bytes."""
    return save(paint(recipe), recipe.format)


def save(image: Image.Image, form: str) -> bytes:
    """IMAGE as bytes; fast rather than small."""
    out = io.BytesIO()
    if form == "png":
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, form.upper(), quality=85, **({"method": 0} if form == "webp" else {}))
    return out.getvalue()


def paint(recipe: Recipe) -> Image.Image:
    """The picture: a soft pattern, a caption with the prompt, the word sandbox across it."""
    image = _pattern(recipe.key).resize((recipe.width, recipe.height), Image.Resampling.BICUBIC)
    _watermark(image)
    _caption(image, recipe.text)
    return image


def _pattern(key: str) -> Image.Image:
    """Waves of three related hues, their angles and phases taken from KEY."""
    parts = [int(key[index : index + 4], 16) / 0xFFFF for index in range(0, 40, 4)]
    hue, spread, *waves = parts
    colours = [
        colorsys.hls_to_rgb((hue + offset * (0.08 + 0.2 * spread)) % 1, light, 0.62)
        for offset, light in ((0, 0.26), (1, 0.5), (2, 0.74))
    ]
    small = Image.new("RGB", (GRID, GRID))
    small.putdata([_colour(colours, waves, cell) for cell in range(GRID * GRID)])
    return small


def _colour(
    colours: list[tuple[float, float, float]], waves: list[float], cell: int
) -> tuple[int, int, int]:
    y, x = divmod(cell, GRID)
    across, down = x / GRID - 0.5, y / GRID - 0.5
    height = 0.9 * (across * (waves[0] - 0.5) + down * (0.6 + waves[1]))
    for turn, phase, pace in (waves[2:5], waves[5:8]):
        angle = turn * math.tau
        along = across * math.cos(angle) + down * math.sin(angle)
        height += 0.22 * math.sin(math.tau * (phase + along * (1 + 2 * pace)))
    place = min(1.999, max(0.0, height + 1.0))
    low, share = int(place), place % 1
    red, green, blue = (
        round(255 * (first + (second - first) * share))
        for first, second in zip(colours[low], colours[low + 1], strict=True)
    )
    return red, green, blue


def _watermark(image: Image.Image) -> None:
    """The word sandbox across the picture, faint, on a slant."""
    width, height = image.size
    mask = _word(max(24, min(width, height) // 6))
    side = (width - mask.width) // 2, (height - mask.height) // 2
    image.paste((255, 255, 255), side, mask)


@lru_cache(maxsize=8)
def _word(size: int) -> Image.Image:
    font = _font(size)
    left, top, right, bottom = font.getbbox("sandbox")
    mask = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
    ImageDraw.Draw(mask).text((4 - left, 4 - top), "sandbox", fill=90, font=font)
    return mask.rotate(18, Image.Resampling.BILINEAR, expand=True)


def _caption(image: Image.Image, text: str) -> None:
    """The prompt on a darkened band along the lower edge, cut where it would fill the picture."""
    width, height = image.size
    size = max(10, min(width, height) // 26)
    lines = _wrap(text, _font(size), width - 2 * size, most=max(1, height // (4 * size)))
    if not lines:
        return
    top = max(0, height - round(size * (1.35 * len(lines) + 1.2)))
    band = image.crop((0, top, width, height)).point([level * 2 // 5 for level in range(256)] * 3)
    image.paste(band, (0, top))
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        place = (size, top + size * (0.6 + 1.35 * number))
        draw.text(place, line, fill=(245, 245, 245), font=_font(size))


def _wrap(text: str, font: Font, width: int, *, most: int) -> list[str]:
    """TEXT in at most MOST lines of WIDTH pixels; words that are too long are cut."""
    # The font that comes with Pillow has no accents, and a lone surrogate would stop the layout.
    plain = unicodedata.normalize("NFKD", text[: 200 * most])
    letters = (sign for sign in plain if not unicodedata.combining(sign))
    clean = "".join(sign if sign.isprintable() else " " for sign in letters)
    lines: list[str] = []
    for word in clean.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(joined) <= width:
            lines[-1] = joined
            continue
        while word and len(lines) <= most:
            fitting = min(len(word), width)  # no letter is narrower than a pixel
            while fitting > 1 and font.getlength(word[:fitting]) > width:
                fitting = max(1, min(fitting - 1, fitting * 9 // 10))
            lines.append(word[:fitting])
            word = word[fitting:]
        if len(lines) > most:
            return [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]
    return lines


@lru_cache(maxsize=16)
def _font(size: int) -> Font:
    return ImageFont.load_default(size)
