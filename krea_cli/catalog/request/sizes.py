"""Sizes: ratios, widths and heights, and what a model offers in place of what was asked for."""

import re

from krea_cli.catalog.model import Field, Model

AREA = 1024 * 1024
NEAR = 1.05  # a factor that nobody sees
STEP = 16  # what the models with a rule ask for; a multiple of it suits the others too
SIZES = (
    "aspect_ratio",
    "resolution",
    "width",
    "height",
    "target_width",
    "target_height",
    "image_scaling_factor",
)
RATIO = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)\s?[:x/]\s?(\d{1,5}(?:\.\d{1,3})?)")


def ratio_of(text: object) -> float | None:
    """Width divided by height of "16:9", "2.35:1" or "1280:720"; None if TEXT is no ratio."""
    match = RATIO.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or float(match[1]) == 0 or float(match[2]) == 0:
        return None
    return float(match[1]) / float(match[2])


def nearest_ratio(field: Field, wanted: float) -> str | None:
    """The choice of an aspect_ratio FIELD that is closest to WANTED; None if it has none."""
    ratios = {choice: ratio_of(choice) for choice in field.choices if isinstance(choice, str)}
    known = {choice: ratio for choice, ratio in ratios.items() if ratio}
    # Twice as wide and half as wide are equally far from square: compare as factors.
    return min(known, key=lambda choice: _factor(known[choice], wanted), default=None)


def equal_ratio(field: Field, wanted: float) -> str | None:
    """The one choice of FIELD that is the ratio WANTED in other words ("1280:720" for 16:9)."""
    ratios = [(choice, ratio_of(choice)) for choice in field.choices]
    equal = [choice for choice, ratio in ratios if ratio and _factor(ratio, wanted) < 1.005]
    return equal[0] if len(equal) == 1 else None


def _factor(one: float, other: float) -> float:
    return max(one / other, other / one)


def pixels_for(model: Model, ratio: float) -> tuple[int, int] | None:
    """Width and height of about one megapixel in RATIO, within MODEL's bounds and multiples.

    None where it has no such sides, or bounds that RATIO does not fit.
    """
    width, height = model.field("width"), model.field("height")
    if width is None or height is None:
        return None
    wide = within(width, (AREA * ratio) ** 0.5)
    high = within(height, wide / ratio)
    # Where the second side met a bound of its own, the first has to follow it.
    wide = within(width, high * ratio)
    return (wide, high) if _factor(wide / high, ratio) < NEAR else None


def within(field: Field, wanted: float, *, step: int = STEP) -> int:
    """The whole number closest to WANTED that FIELD takes."""
    step = max(1, int(field.multiple_of or step))
    value = round(wanted / step) * step
    if field.maximum is not None and value > field.maximum:
        value = int(field.maximum // step * step) or int(field.maximum)
    if field.minimum is not None and value < field.minimum:
        value = -int(-field.minimum // step) * step
    return value


def magnitude(choice: object) -> float:
    """How large a resolution is: "480p" below "1080p" below "2K" below "4K"; unknown ones last."""
    match = re.match(r"(\d{1,6}(?:\.\d{1,3})?)\s?([kK]?)", str(choice))
    if match is None:
        return float("inf")
    return float(match[1]) * (1000 if match[2] else 1)


def offers(model: Model) -> str:
    """What MODEL takes about sizes, as the end of a sentence."""
    found = [name for name in SIZES if model.field(name)]
    if not found:
        return "it takes no size at all"
    return "it has " + (" and ".join([", ".join(found[:-1]), found[-1]]) if found[1:] else found[0])
