"""Prices of requests, as far as the document states them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from krea_cli.catalog.model import Model
from krea_cli.catalog.price_dimensions import (
    RequestDimensions,
    parse_number,
    parse_seconds,
)
from krea_cli.dollars import format_dollars, to_dollars, to_micros

SECOND_UNITS = ("second", "seconds", "per_second", "per-second")
REQUEST_UNITS = ("request", "requests", "job", "generation", "image", "per_request", "", None)


@dataclass(frozen=True)
class PricePoint:
    """One price of a model.

    dimensions: the values that it holds for, by the name of the dimension
    is_about: true if it is old or uncertain
    """

    amount: Decimal
    dimensions: Mapping[str, Any]
    is_about: bool = False


@dataclass(frozen=True)
class Price:
    """The price of one request.

    amount: dollars; None if unknown
    at_most: true if the request may cost less
    is_about: true if the price is old or uncertain; no cap takes it for known
    unclear: the dimensions that counted at their highest price
    """

    amount: Decimal | None
    at_most: bool = False
    is_about: bool = False
    unclear: tuple[str, ...] = ()

    @property
    def micros(self) -> int | None:
        """The sure amount in millionths of a dollar, rounded up, as the ledger and budgets count.

        None if it is unknown, or about.
        """
        return None if self.is_about else self.shown_micros

    @cached_property
    def shown_micros(self) -> int | None:
        """The amount in millionths of a dollar, sure or about; None if unknown."""
        return None if self.amount is None else to_micros(self.amount)

    def __str__(self) -> str:
        if self.amount is None:
            return "unknown"
        words = ("about " if self.is_about else "") + ("at most " if self.at_most else "")
        return f"{words}{format_dollars(self.shown_micros)}"


def unclear_note(names: Collection[str]) -> str:
    """Return that the dimensions NAMES are not clear, in brackets; empty without any."""
    verb = "is" if len(names) == 1 else "are"
    return f" ({' and '.join(names)} {verb} not clear)" if names else ""


UNKNOWN_PRICE = Price(None)


@dataclass
class PriceTotal:
    """The sum of many prices in three parts; a price that is assumed is sure.

    sure: millionths of a dollar, at most
    about: millionths of a dollar, of old or uncertain prices
    unpriced: number of requests without any price
    """

    sure: int = 0
    about: int = 0
    unpriced: int = 0

    def add(self, cost: int | None, about: int | None, *, times: int = 1) -> None:
        """Add a request with a sure COST, else one that is ABOUT so much, else an unknown one."""
        if cost is not None:
            self.sure += cost * times
        elif about is not None:
            self.about += about * times
        else:
            self.unpriced += times

    def __add__(self, other: "PriceTotal") -> "PriceTotal":
        return PriceTotal(
            self.sure + other.sure, self.about + other.about, self.unpriced + other.unpriced
        )

    def __str__(self) -> str:
        parts = [
            f"at most {format_dollars(self.sure)}" if self.sure else "",
            f"about {format_dollars(self.about)}" if self.about else "",
            f"{self.unpriced} of unknown price" if self.unpriced else "",
        ]
        return " + ".join(filter(None, parts)) or format_dollars(0)

    def in_words(self) -> str:
        """Return the sum in a sentence: "$1.20 and about $0.30", "an unknown sum for 2"."""
        sure = format_dollars(self.sure) if self.sure else ""
        about = f"about {format_dollars(self.about)}" if self.about else ""
        priced = " and ".join(filter(None, (sure, about)))
        if not self.unpriced:
            return priced or format_dollars(0)
        unknown = f"{self.unpriced} of unknown price"
        return f"{priced} and {unknown}" if priced else f"an unknown sum for {self.unpriced}"

    def record(self) -> dict[str, object]:
        """Return the parts for --json, with amounts in dollars."""
        return {
            "cost": to_dollars(self.sure),
            "about": to_dollars(self.about),
            "unpriced": self.unpriced,
        }


def estimate_price(model: Model, body: Mapping[str, Any]) -> Price:
    """Return the price of a request: the price point that fits BODY.

    If a dimension cannot be compared with BODY, its highest price counts ("at most"). Prices per
    second are multiplied by the duration. Any other pricing is unknown.
    """
    points = usable_points(model)
    if not points:
        return UNKNOWN_PRICE
    price = _match_price(points, model, body)
    return _multiply_by_duration(price, model, body) if is_of_seconds(model) else price


def usable_points(model: Model) -> list[PricePoint]:
    """Return the price points of MODEL; none if they are no dollars of a request or a second."""
    pricing = model.pricing
    if pricing is None or pricing.get("currency", "USD") != "USD":
        return []
    unit = pricing.get("unit")
    is_known = unit in SECOND_UNITS or unit in REQUEST_UNITS
    return price_points(model) if is_known and pricing.get("type", "fixed") == "fixed" else []


def is_of_seconds(model: Model) -> bool:
    """Tell if the prices of MODEL are those of a second."""
    return (model.pricing or {}).get("unit") in SECOND_UNITS


def price_points(model: Model) -> list[PricePoint]:
    """Return the readable price points of MODEL."""
    pricing = model.pricing or {}
    entries = pricing.get("price_points")
    points = []
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        amount, dimensions = parse_number(entry.get("amount")), entry.get("dimensions", {})
        if amount is not None and isinstance(dimensions, dict):
            is_about = True in (pricing.get("about"), entry.get("about"))
            points.append(PricePoint(amount, dimensions, is_about))
    return points


def _match_price(points: list[PricePoint], model: Model, body: Mapping[str, Any]) -> Price:
    """Return the price of the most specific point, of those that do not contradict BODY."""
    pairs = [(point.amount, point.dimensions) for point in points]
    request = RequestDimensions(model, body, pairs)
    candidates = []
    for point in points:
        fits = {name: request.fits(name, value) for name, value in point.dimensions.items()}
        if False not in fits.values():
            candidates.append((point, fits))
    if not candidates:
        return UNKNOWN_PRICE
    certain = [point for point, fits in candidates if None not in fits.values()]
    dimension_count = max((len(point.dimensions) for point in certain), default=0)
    most_specific = [point for point in certain if len(point.dimensions) == dimension_count]
    open_names = [name for _, fits in candidates for name, fit in fits.items() if fit is None]
    counted = most_specific + [point for point, fits in candidates if None in fits.values()]
    amounts = {point.amount for point in counted}
    at_most = len(amounts) > 1 or bool(request.beyond)
    return Price(
        max(amounts),
        at_most=at_most,
        is_about=any(point.is_about for point in counted),
        unclear=tuple(dict.fromkeys(open_names)) if at_most else (),
    )


def _multiply_by_duration(price: Price, model: Model, body: Mapping[str, Any]) -> Price:
    field = model.field("duration")
    if price.amount is None or field is None:
        return UNKNOWN_PRICE
    seconds = parse_seconds(body.get("duration", field.default))
    if seconds is not None:
        return replace(price, amount=price.amount * seconds)
    longest = max((parse_seconds(choice) or Decimal(0) for choice in field.choices), default=None)
    bound = longest if longest is not None else parse_number(field.maximum)
    if not bound:
        return UNKNOWN_PRICE
    unclear = (*price.unclear, "duration")
    return replace(price, amount=price.amount * bound, at_most=True, unclear=unclear)
