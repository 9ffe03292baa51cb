"""Sizes of pictures and clips: ratios, pixels, and the nearest that a model offers."""

import re

from krea_cli.catalog.model import Field, Model

DEFAULT_AREA_PIXELS = 1024 * 1024
# Some models want multiples of 16; such sides suit the other models too.
DEFAULT_STEP_PIXELS = 16
MAX_VISIBLE_FACTOR = 1.05  # nobody sees a ratio that is off by less
MAX_EQUAL_FACTOR = 1.005
SIZE_FIELDS = (
    "aspect_ratio",
    "resolution",
    "width",
    "height",
    "target_width",
    "target_height",
    "image_scaling_factor",
)
RATIO_PATTERN = r"(\d{1,5}(?:\.\d{1,3})?)\s?[:x/]\s?(\d{1,5}(?:\.\d{1,3})?)"
RESOLUTION_PATTERN = r"(\d{1,6}(?:\.\d{1,3})?)\s?([kK]?)"


def parse_ratio(text: object) -> float | None:
    """Return width / height of "16:9", "2.35:1" or "1280:720"; None if TEXT is not a ratio."""
    match = re.fullmatch(RATIO_PATTERN, text.strip()) if isinstance(text, str) else None
    if match is None or float(match[1]) == 0 or float(match[2]) == 0:
        return None
    return float(match[1]) / float(match[2])


def nearest_ratio(field: Field, wanted: float) -> str | None:
    """Return the choice of an aspect_ratio FIELD that is nearest to WANTED; None without ratios."""
    choices = {choice: parse_ratio(choice) for choice in field.choices if isinstance(choice, str)}
    ratios = {choice: ratio for choice, ratio in choices.items() if ratio}
    # Twice as wide and half as wide are equally far from square: compare as factors.
    return min(ratios, key=lambda choice: _factor(ratios[choice], wanted), default=None)


def equal_ratio(field: Field, wanted: float) -> str | None:
    """Return the only choice of FIELD with the ratio WANTED ("1280:720" for 16:9), or None."""
    ratios = [(choice, parse_ratio(choice)) for choice in field.choices]
    equal = [
        choice for choice, ratio in ratios if ratio and _factor(ratio, wanted) < MAX_EQUAL_FACTOR
    ]
    return equal[0] if len(equal) == 1 else None


def _factor(one: float, other: float) -> float:
    return max(one / other, other / one)


def pixels_for_ratio(model: Model, ratio: float) -> tuple[int, int] | None:
    """Return width and height of about one megapixel in RATIO, within the bounds of MODEL.

    None if the model has no such fields, or if its bounds exclude RATIO.
    """
    width, height = model.field("width"), model.field("height")
    if width is None or height is None:
        return None
    wide = nearest_allowed(width, (DEFAULT_AREA_PIXELS * ratio) ** 0.5)
    high = nearest_allowed(height, wide / ratio)
    # If the second side met a bound of its own, the first has to follow it.
    wide = nearest_allowed(width, high * ratio)
    return (wide, high) if _factor(wide / high, ratio) < MAX_VISIBLE_FACTOR else None


def nearest_allowed(field: Field, wanted: float, *, step: int = DEFAULT_STEP_PIXELS) -> int:
    """Return the whole number nearest to WANTED that FIELD allows; STEP if it states none."""
    step = max(1, int(field.multiple_of or step))
    value = round(wanted / step) * step
    if field.maximum is not None and value > field.maximum:
        value = int(field.maximum // step * step) or int(field.maximum)
    if field.minimum is not None and value < field.minimum:
        value = -int(-field.minimum // step) * step
    return value


def resolution_rank(choice: object) -> float:
    """Return a key to sort resolutions: 480p, 1080p, 2K, 4K; unknown ones last."""
    match = re.match(RESOLUTION_PATTERN, str(choice))
    if match is None:
        return float("inf")
    return float(match[1]) * (1000 if match[2] else 1)


def describe_size_fields(model: Model) -> str:
    """Return the end of a sentence about the size fields that MODEL has."""
    names = [name for name in SIZE_FIELDS if model.field(name)]
    if not names:
        return "it takes no size at all"
    *first, last = names
    return "it has " + (f"{', '.join(first)} and {last}" if first else last)
