"""Prices of a model for any request: from the cheapest to the dearest, and by dimension."""

from dataclasses import dataclass, replace
from decimal import Decimal

from krea_cli.catalog.model import Model
from krea_cli.catalog.price_dimensions import describe_dimension, parse_seconds
from krea_cli.catalog.prices import PricePoint, is_of_seconds, price_points, usable_points
from krea_cli.dollars import format_dollars, to_micros

DURATIONS = ("duration", "billableSeconds")


@dataclass(frozen=True)
class PriceBounds:
    """The lowest and the highest price of a request, in dollars.

    high: None if nothing bounds it
    is_about: true if one of them is old or uncertain
    """

    low: Decimal
    high: Decimal | None
    is_about: bool = False


def price_bounds(model: Model) -> PriceBounds | None:
    """Return the prices of the cheapest and the dearest request to MODEL; None if unknown."""
    points = usable_points(model)
    if not points:
        return None
    amounts = [point.amount for point in points]
    is_about = any(point.is_about for point in points)
    if not is_of_seconds(model):
        return PriceBounds(min(amounts), max(amounts), is_about)
    shortest, longest = _duration_bounds(model)
    if shortest is None:
        return None
    return PriceBounds(min(amounts) * shortest, longest and max(amounts) * longest, is_about)


def price_range(model: Model) -> str:
    """Return the prices of MODEL in words, for any request: "$0.15 to $0.30", "$0.07/s"."""
    if price_bounds(model) is None:
        return "unknown"
    return _describe_range(*_rated_points(model))


def price_table(model: Model) -> list[tuple[str, str]]:
    """Return the prices of MODEL by their dimensions in words; empty for a flat price.

    Prices of each duration are told as prices of a second.
    """
    points, is_rate = _rated_points(model)
    rows: dict[str, list[PricePoint]] = {}
    for point in points:
        dimensions = [
            describe_dimension(name, value)
            for name, value in point.dimensions.items()
            if not (is_rate and name in DURATIONS)
        ]
        rows.setdefault(", ".join(dimensions) or "else", []).append(point)
    if len(rows) < 2:
        return []
    return [(name, _describe_range(same, is_rate)) for name, same in rows.items()]


def _rated_points(model: Model) -> tuple[list[PricePoint], bool]:
    """Return the points of MODEL, and True if their amounts are of one second.

    Points that have a duration each are divided by it.
    """
    points = price_points(model)
    is_rate = is_of_seconds(model)
    rates = [rate for point in points if (rate := _per_second(point)) is not None]
    if is_rate or len(rates) < len(points):
        return points, is_rate
    return [replace(point, amount=rate) for point, rate in zip(points, rates, strict=True)], True


def _per_second(point: PricePoint) -> Decimal | None:
    """Return the price of a second, for a point of one duration; None for any other."""
    durations = [point.dimensions[name] for name in DURATIONS if name in point.dimensions]
    seconds = parse_seconds(durations[0]) if durations else None
    return round(point.amount / seconds, 6) if seconds else None


def _describe_range(points: list[PricePoint], is_rate: bool) -> str:
    amounts = [point.amount for point in points]
    low, high = (_describe_bound(bound, points) for bound in (min(amounts), max(amounts)))
    text = low if low == high else f"{low} to {high}"
    if low.startswith("about "):  # once is enough
        text = f"about {text.replace('about ', '')}"
    return text + ("/s" if is_rate else "")


def _describe_bound(bound: Decimal, points: list[PricePoint]) -> str:
    """Return BOUND, the lowest or highest amount of POINTS, in words."""
    about = "about " if all(point.is_about for point in points if point.amount == bound) else ""
    return about + format_dollars(to_micros(bound))


def _duration_bounds(model: Model) -> tuple[Decimal | None, Decimal | None]:
    """Return the shortest and the longest duration of MODEL in seconds; None where unknown."""
    field = model.field("duration")
    if field is None:
        return None, None
    stated = field.choices or (field.minimum, field.maximum)
    seconds = [parse_seconds(each) for each in stated]
    known = [each for each in (*seconds, parse_seconds(field.default)) if each]
    has_end = bool(field.choices) or parse_seconds(field.maximum) is not None
    return min(known, default=None), max(known) if known and has_end else None
