"""Dimensions of price points: how a request compares with the values that a price holds for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from re import findall
from typing import Any

from krea_cli.catalog.model import Field, Model

MAX_NUMBER = Decimal(100_000)
TEXT_TIER, REFERENCES_TIER, MOODBOARDS_TIER = "text-to-image", "srefs", "moodboards"
TIER_WORDS = {
    TEXT_TIER: "with neither style reference nor moodboard",
    REFERENCES_TIER: "with style references",
    MOODBOARDS_TIER: "with a moodboard",
}
# Third parties give the border of the tiers as "about 2.4 million": between the largest size that
# is surely of the lower tier and the smallest that is surely of the upper one, either may count.
LOWER_TIER, UPPER_TIER = "1.5k", "2k"
LOWER_TIER_PIXELS = 1536 * 1536
UPPER_TIER_PIXELS = 2_600_000
REFERENCE_LISTS = ("style_images", "image_urls", "reference_images")

Dimensions = Mapping[str, Any]


def parse_number(value: object) -> Decimal | None:
    """Parse a number from 0 to 100,000, perhaps written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = Decimal(str(value)[:30])
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= MAX_NUMBER else None


def parse_seconds(value: object) -> Decimal | None:
    """Parse a duration: 5, "5" and "5s" are equal."""
    return parse_number(value.strip().removesuffix("s") if isinstance(value, str) else value)


def describe_dimension(name: str, value: Any) -> str:
    """Return a dimension in words: "resolution 4K", "without video reference"."""
    first, *others = _split_words(name) or [""]
    if first == "has" and others and (has := _parse_boolean(value)) is not None:
        return f"{'with' if has else 'without'} {' '.join(others)}"
    if first == "k" and (tier := _tier(value)) in TIER_WORDS:  # of Krea 2's own models
        return TIER_WORDS[str(tier)]
    return (
        f"{' '.join([first, *others])} {str(value).lower() if isinstance(value, bool) else value}"
    )


class RequestDimensions:
    """The body of a request to MODEL, compared with the dimensions of its price POINTS.

    A comparison is true or false; None if the request leaves it open.

    beyond: dimensions in which the request has more than any price point
    """

    def __init__(
        self, model: Model, body: Mapping[str, Any], points: Sequence[tuple[Decimal, Dimensions]]
    ) -> None:
        self._model = model
        self._body = body
        self._points = points
        self.beyond: set[str] = set()
        self._greatest: dict[str, Decimal | None] = {}  # of the points, by dimension

    def fits(self, name: str, value: Any) -> bool | None:
        """Tell if the request has VALUE in the dimension NAME; None if that is not known."""
        words = _split_words(name)
        compare = {
            ("k", "2", "billing", "tier"): self._fits_tier,
            ("reference", "image", "count"): self._fits_reference_count,
            ("resolution", "tier"): self._fits_pixels,
            ("billable", "seconds"): self._fits_seconds,
        }.get(tuple(words))
        field = self._model.field("_".join(words)) or self._model.field(str(name))
        if field is not None:
            own_value = self._value(field)
            return None if own_value is None else _is_equal(own_value, value)
        if compare is not None:
            return compare(name, value)
        if words[:1] == ["has"] and (wanted := _parse_boolean(value)) is not None:
            fields = [each for each in self._model.fields if _has_words(each, words[1:])]
            return any(map(self._count, fields)) == wanted if fields else None
        return None

    def _value(self, field: Field) -> Any:
        return self._body.get(field.name, field.default)

    def _count(self, field: Field) -> int:
        value = self._body.get(field.name)
        return len(value) if isinstance(value, (list, tuple)) else int(bool(value))

    def _fits_tier(self, name: str, value: Any) -> bool | None:
        wanted = _tier(value)
        if wanted is None:
            return None
        given = [
            tier
            for tier, field in (
                (MOODBOARDS_TIER, "moodboards"),
                (REFERENCES_TIER, "image_style_references"),
            )
            if self._body.get(field)
        ]
        # With both, the dearer one is charged; of two equal ones the first.
        given.sort(key=lambda tier: -self._highest(name, tier))
        return wanted == (given[0] if given else TEXT_TIER)

    def _highest(self, name: str, tier: str) -> Decimal:
        amounts = [
            amount for amount, dimensions in self._points if _tier(dimensions.get(name)) == tier
        ]
        return max(amounts, default=Decimal(-1))

    def _fits_reference_count(self, name: str, value: Any) -> bool | None:
        """Compare the number of reference pictures; frames and masks may count or not."""
        number = parse_number(value)
        if number is None:
            return None
        pictures = [
            field
            for field in self._model.fields
            if field.name in REFERENCE_LISTS
            or (field.takes_media and not {"video", "audio"} & _parts(field.name))
        ]
        low = sum(self._count(field) for field in pictures if field.name in REFERENCE_LISTS)
        high = sum(self._count(field) for field in pictures)
        return self._fits_range(name, number, Decimal(low), Decimal(high))

    def _fits_range(
        self, name: str, number: Decimal, low: Decimal, high: Decimal | None
    ) -> bool | None:
        """Tell if NUMBER is the request's, which is from LOW to HIGH (None: no one knows)."""
        if name not in self._greatest:  # not for each point anew: a model has dozens
            values = [parse_number(dimensions.get(name)) for _, dimensions in self._points]
            known = [value for value in values if value is not None]
            self._greatest[name] = max(known, default=None)
        highest = self._greatest[name] or number
        if low > highest:  # the last price is the nearest
            self.beyond.add(name)
            return None if number == highest else False
        if low == high:
            return number == low
        return None if low <= number and (high is None or number <= high) else False

    def _fits_pixels(self, name: str, value: Any) -> bool | None:
        wanted = str(value).strip().lower()
        width, height = (parse_number(self._body.get(side)) for side in ("width", "height"))
        if wanted not in (LOWER_TIER, UPPER_TIER) or not width or not height:
            return None
        pixels = width * height
        if LOWER_TIER_PIXELS < pixels < UPPER_TIER_PIXELS:
            return None
        return wanted == (LOWER_TIER if pixels <= LOWER_TIER_PIXELS else UPPER_TIER)

    def _fits_seconds(self, name: str, value: Any) -> bool | None:
        """Compare the seconds that are billed: those of a reference video are not known."""
        number, field = parse_seconds(value), self._model.field("duration")
        seconds = parse_seconds(self._value(field)) if field else None
        if number is None or seconds is None:
            return None
        is_open = any(
            self._count(each) for each in self._model.fields if _has_words(each, ["video"])
        )
        return self._fits_range(name, number, seconds, None if is_open else seconds)


def _split_words(name: object) -> list[str]:
    words = findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", str(name)[:100])
    return [word.lower() for word in words]


def _tier(value: object) -> str | None:
    words = "-".join(_split_words(value))
    by_name = {"moodboard": MOODBOARDS_TIER, "sref": REFERENCES_TIER, TEXT_TIER: TEXT_TIER}
    return by_name.get(words.removesuffix("s"))


def _parts(name: str) -> set[str]:
    return {"reference" if part == "ref" else part for part in map(_singular, name.split("_"))}


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _has_words(field: Field, words: list[str]) -> bool:
    """Tell if the name of a field for media has all WORDS, in any order."""
    wanted = _parts("_".join(words))
    may_hold_media = field.takes_media or field.is_list  # not the seconds of a reference, say
    return bool(words) and may_hold_media and wanted <= _parts(field.name)


def _parse_boolean(value: object) -> bool | None:
    return {"true": True, "false": False}.get(str(value).lower())


def _is_equal(own_value: Any, value: Any) -> bool:
    """Compare loosely: documents write numbers and booleans as text, and seconds as "5s"."""
    own, other = parse_seconds(own_value), parse_seconds(value)
    if own is not None and other is not None:
        return own == other
    return str(own_value).strip().lower() == str(value).strip().lower()
