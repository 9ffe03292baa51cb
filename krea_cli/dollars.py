"""Amounts of money as micros: whole millionths of a US dollar, always rounded up."""

import re
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

MICROS_PER_DOLLAR = 1_000_000


MAX_AMOUNT_CHARACTERS = 100
DOLLARS_LIMIT = 1_000_000_000  # a thousand of them still fit into SQLite's integers


def parse_dollars(text: str, *, round_down: bool = False) -> int:
    """Parse 7, 0.50, 1e-2 or $2, above 0, as micros. Raises ValueError with the expected form.

    More than six decimals are rounded up; with ROUND_DOWN, for a limit, down.
    """
    number = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
    match = re.fullmatch(rf"\$?\s*({number})", text.strip()[: MAX_AMOUNT_CHARACTERS + 1])
    is_amount = match is not None and len(text.strip()) <= MAX_AMOUNT_CHARACTERS
    if match is None or not is_amount or not re.search("[1-9]", re.split("[eE]", match[1])[0]):
        raise ValueError("an amount in US dollars above 0, such as 7 or 0.50")
    from decimal import Decimal

    dollars = Decimal(match[1])
    if dollars >= DOLLARS_LIMIT:
        raise ValueError(f"an amount in US dollars above 0 and below {DOLLARS_LIMIT}")
    micros = floor(dollars * MICROS_PER_DOLLAR) if round_down else to_micros(dollars)
    if not micros:
        raise ValueError("an amount in US dollars above 0, at least 0.000001")
    return micros


def to_micros(dollars: "Decimal | float") -> int:
    """Convert US dollars to micros, rounded up; a float counts as it is written."""
    from decimal import Decimal  # 1 ms, which most commands do without

    return ceil(Decimal(str(dollars)) * MICROS_PER_DOLLAR)


def to_dollars(micros: int) -> float:
    """Convert MICROS to US dollars, as JSON and settings show them."""
    return micros / MICROS_PER_DOLLAR


def format_dollars(micros: int | None, *, sign: str = "$") -> str:
    """Format MICROS as "$2.00", with at least two decimals; "unknown" for None."""
    if micros is None:
        return "unknown"
    whole, rest = divmod(micros, MICROS_PER_DOLLAR)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole}.{decimals}"


def is_shown_unsure(price: str | None) -> bool:
    """Tell if a shown PRICE is one that no cap takes for known, such as "about $0.007"."""
    return (price or "").startswith("about ")


def shown_micros(price: str) -> int | None:
    """Return the amount at the end of a shown PRICE, such as "about $0.007"; None if none is."""
    amount = re.search(r"\$([0-9]{1,9}(?:\.[0-9]{1,6})?)$", price)
    return to_micros(float(amount[1])) if amount else None
