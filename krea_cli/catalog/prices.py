"""What a request costs, as far as the document says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import ceil
from re import findall
from typing import Any

from krea_cli.catalog.model import Model

PER_SECOND = ("second", "seconds", "per_second", "per-second")
PER_REQUEST = ("request", "requests", "job", "generation", "image", "per_request", "", None)
HIGHEST = Decimal(100_000)


@dataclass(frozen=True)
class Price:
    """Dollars for one request; `amount` is None when unknown, `at_most` when it may be less."""

    amount: Decimal | None
    at_most: bool = False

    @property
    def micros(self) -> int | None:
        """The amount in millionths of a dollar, rounded up: what ledger and budgets count in."""
        return None if self.amount is None else ceil(self.amount * 1_000_000)

    def __str__(self) -> str:
        if self.amount is None:
            return "unknown"
        return f"{'at most ' if self.at_most else ''}${plain(self.amount)}"


UNKNOWN = Price(None)


def plain(amount: Decimal) -> str:
    """An amount in dollars with at least two decimals and no more than it needs."""
    text = f"{amount:.6f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}"


def estimate(model: Model, body: Mapping[str, Any]) -> Price:
    """The price of BODY: the price point that it matches.

    A dimension that cannot be matched against the request counts at its highest ("at most").
    Prices per second are multiplied by the duration. Anything else is unknown.
    """
    pricing = model.pricing
    if pricing is None or pricing.get("currency", "USD") != "USD":
        return UNKNOWN
    if pricing.get("type", "fixed") != "fixed":
        return UNKNOWN
    points = _points(pricing)
    unit = pricing.get("unit")
    if not points or not (unit in PER_SECOND or unit in PER_REQUEST):
        return UNKNOWN
    price = _matched(points, model, body)
    return _times_seconds(price, model, body) if unit in PER_SECOND else price


def span(model: Model) -> str:
    """The price of MODEL before a request is known: "$0.15 to $0.30", "$0.07/s"."""
    if model.pricing is None or estimate(model, model.example or {}).amount is None:
        return "unknown"
    amounts = [amount for amount, _ in price_points(model)]
    low, high = f"${plain(min(amounts))}", f"${plain(max(amounts))}"
    each = "/s" if model.pricing.get("unit") in PER_SECOND else ""
    return (low if low == high else f"{low} to {high}") + each


def price_points(model: Model) -> list[tuple[Decimal, dict[str, Any]]]:
    """The price points that can be read, to compare two documents by."""
    return _points(model.pricing or {})


def _points(pricing: Mapping[str, Any]) -> list[tuple[Decimal, dict[str, Any]]]:
    listed = pricing.get("price_points")
    found = []
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict):
            continue
        amount, dimensions = _amount(entry.get("amount")), entry.get("dimensions", {})
        if amount is not None and isinstance(dimensions, dict):
            found.append((amount, dimensions))
    return found


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        amount = Decimal(str(value)[:30])
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= HIGHEST else None


def _matched(
    points: list[tuple[Decimal, dict[str, Any]]], model: Model, body: Mapping[str, Any]
) -> Price:
    """Points that contradict the request are out; of the rest the most specific one counts."""
    verdicts = [
        (amount, [_fits(n, v, model, body) for n, v in dims.items()]) for amount, dims in points
    ]
    possible = [(amount, fits) for amount, fits in verdicts if False not in fits]
    if not possible:
        return UNKNOWN
    certain = [(amount, fits) for amount, fits in possible if None not in fits]
    doubtful = [amount for amount, fits in possible if None in fits]
    depth = max((len(fits) for _, fits in certain), default=0)
    sure = [amount for amount, fits in certain if len(fits) == depth]
    highest = max([*sure, *doubtful])
    return Price(highest, at_most=bool(doubtful) or len(set(sure)) > 1)


def _fits(name: str, wanted: Any, model: Model, body: Mapping[str, Any]) -> bool | None:
    """Whether the request has the dimension NAME at WANTED; None if that cannot be told."""
    words = [word.lower() for word in findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", str(name)[:100])]
    field = model.field("_".join(words)) or model.field(str(name))
    if field is not None:
        value = body.get(field.name, field.default)
        return None if value is None else _alike(value, wanted)
    if words[:1] == ["has"] and isinstance(wanted, bool):
        named = [known.name for known in model.fields if _mentions(known.name, words[1:])]
        return any(body.get(known) for known in named) == wanted if named else None
    return None


def _mentions(name: str, words: list[str]) -> bool:
    parts = {part.removesuffix("s") for part in name.split("_")}
    return bool(words) and all(word.removesuffix("s") in parts for word in words)


def _alike(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return str(value).lower() == str(wanted).lower()
    if (
        isinstance(value, (int, float))
        and (number := _amount(str(wanted).removesuffix("s"))) is not None
    ):
        return Decimal(str(value)) == number
    return str(value).lower() == str(wanted).lower()


def _times_seconds(price: Price, model: Model, body: Mapping[str, Any]) -> Price:
    field = model.field("duration")
    if price.amount is None or field is None:
        return UNKNOWN
    stated = body.get("duration", field.default)
    seconds = _seconds(stated)
    if seconds is not None:
        return Price(price.amount * seconds, price.at_most)
    longest = max((_seconds(choice) or Decimal(0) for choice in field.choices), default=None)
    bound = longest if longest is not None else _amount(field.maximum)
    return Price(price.amount * bound, at_most=True) if bound else UNKNOWN


def _seconds(value: object) -> Decimal | None:
    """A duration as a number: 5, "5" and "5s" are the same."""
    return _amount(value.removesuffix("s") if isinstance(value, str) else value)
