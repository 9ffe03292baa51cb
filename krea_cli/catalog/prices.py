"""Prices of requests, as far as the document states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from re import findall
from typing import Any

from krea_cli.catalog.model import Model
from krea_cli.dollars import format_dollars, to_micros

SECOND_UNITS = ("second", "seconds", "per_second", "per-second")
REQUEST_UNITS = ("request", "requests", "job", "generation", "image", "per_request", "", None)
MAX_PRICE_DOLLARS = Decimal(100_000)

PricePoint = tuple[Decimal, dict[str, Any]]


@dataclass(frozen=True)
class Price:
    """The price of one request.

    amount: dollars; None if unknown
    at_most: true if the request may cost less
    """

    amount: Decimal | None
    at_most: bool = False

    @property
    def micros(self) -> int | None:
        """The amount in millionths of a dollar, rounded up, as the ledger and budgets count."""
        return None if self.amount is None else to_micros(self.amount)

    def __str__(self) -> str:
        if self.amount is None:
            return "unknown"
        return f"{'at most ' if self.at_most else ''}{format_dollars(self.micros)}"


UNKNOWN_PRICE = Price(None)


def estimate_price(model: Model, body: Mapping[str, Any]) -> Price:
    """Return the price of a request: the price point that fits BODY.

    If a dimension cannot be compared with BODY, its highest price counts ("at most"). Prices per
    second are multiplied by the duration. Any other pricing is unknown.
    """
    pricing = model.pricing
    if pricing is None or pricing.get("currency", "USD") != "USD":
        return UNKNOWN_PRICE
    if pricing.get("type", "fixed") != "fixed":
        return UNKNOWN_PRICE
    points = price_points(model)
    unit = pricing.get("unit")
    if not points or not (unit in SECOND_UNITS or unit in REQUEST_UNITS):
        return UNKNOWN_PRICE
    price = _match_price(points, model, body)
    return _multiply_by_duration(price, model, body) if unit in SECOND_UNITS else price


def price_range(model: Model) -> str:
    """Return the prices of MODEL in words, for any request: "$0.15 to $0.30", "$0.07/s"."""
    if model.pricing is None or estimate_price(model, model.example or {}).amount is None:
        return "unknown"
    amounts = [amount for amount, _ in price_points(model)]
    low, high = (format_dollars(to_micros(amount)) for amount in (min(amounts), max(amounts)))
    each = "/s" if model.pricing.get("unit") in SECOND_UNITS else ""
    return (low if low == high else f"{low} to {high}") + each


def price_points(model: Model) -> list[PricePoint]:
    """Return the readable price points of MODEL: dollars, and the dimensions they hold for."""
    entries = (model.pricing or {}).get("price_points")
    points = []
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        amount, dimensions = _parse_amount(entry.get("amount")), entry.get("dimensions", {})
        if amount is not None and isinstance(dimensions, dict):
            points.append((amount, dimensions))
    return points


def _parse_amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        amount = Decimal(str(value)[:30])
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= MAX_PRICE_DOLLARS else None


def _match_price(points: list[PricePoint], model: Model, body: Mapping[str, Any]) -> Price:
    """Return the price of the most specific point, of those that do not contradict BODY."""
    candidates = [
        (amount, [_fits(name, value, model, body) for name, value in dimensions.items()])
        for amount, dimensions in points
    ]
    candidates = [(amount, fits) for amount, fits in candidates if False not in fits]
    if not candidates:
        return UNKNOWN_PRICE
    certain = [(amount, fits) for amount, fits in candidates if None not in fits]
    uncertain = [amount for amount, fits in candidates if None in fits]
    dimension_count = max((len(fits) for _, fits in certain), default=0)
    most_specific = [amount for amount, fits in certain if len(fits) == dimension_count]
    at_most = bool(uncertain) or len(set(most_specific)) > 1
    return Price(max([*most_specific, *uncertain]), at_most=at_most)


def _fits(name: str, value: Any, model: Model, body: Mapping[str, Any]) -> bool | None:
    """Tell if BODY has VALUE in the dimension NAME; None if it cannot be compared."""
    words = [word.lower() for word in findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", str(name)[:100])]
    field = model.field("_".join(words)) or model.field(str(name))
    if field is not None:
        own_value = body.get(field.name, field.default)
        return None if own_value is None else _is_equal(own_value, value)
    if words[:1] == ["has"] and isinstance(value, bool):
        names = [field.name for field in model.fields if _has_words(field.name, words[1:])]
        return any(body.get(name) for name in names) == value if names else None
    return None


def _has_words(name: str, words: list[str]) -> bool:
    parts = {part.removesuffix("s") for part in name.split("_")}
    return bool(words) and all(word.removesuffix("s") in parts for word in words)


def _is_equal(own_value: Any, value: Any) -> bool:
    """Compare loosely: documents write numbers and booleans as text, and seconds as "5s"."""
    is_boolean = isinstance(own_value, bool) or isinstance(value, bool)
    is_number = isinstance(own_value, (int, float)) and not is_boolean
    number = _parse_amount(str(value).removesuffix("s")) if is_number else None
    if number is not None:
        return Decimal(str(own_value)) == number
    return str(own_value).lower() == str(value).lower()


def _multiply_by_duration(price: Price, model: Model, body: Mapping[str, Any]) -> Price:
    field = model.field("duration")
    if price.amount is None or field is None:
        return UNKNOWN_PRICE
    seconds = _parse_seconds(body.get("duration", field.default))
    if seconds is not None:
        return Price(price.amount * seconds, at_most=price.at_most)
    longest = max((_parse_seconds(choice) or Decimal(0) for choice in field.choices), default=None)
    bound = longest if longest is not None else _parse_amount(field.maximum)
    return Price(price.amount * bound, at_most=True) if bound else UNKNOWN_PRICE


def _parse_seconds(value: object) -> Decimal | None:
    """Parse a duration: 5, "5" and "5s" are equal."""
    return _parse_amount(value.removesuffix("s") if isinstance(value, str) else value)
