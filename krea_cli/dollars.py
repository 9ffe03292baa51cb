"""Amounts of money as micros: whole millionths of a US dollar, always rounded up."""

import re
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

MICROS_PER_DOLLAR = 1_000_000


def parse_dollars(text: str) -> int:
    """Parse 7, 0.50 or $2, above 0, as micros. Raises ValueError with the expected form."""
    match = re.fullmatch(r"\$?\s*(\d{1,9})(?:\.(\d{1,6}))?", text.strip(), re.ASCII)
    micros = int(match[1] + (match[2] or "").ljust(6, "0")) if match else 0
    if not micros:
        raise ValueError("an amount in US dollars above 0, such as 7 or 0.50")
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
