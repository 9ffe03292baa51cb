"""Amounts of money: read from text, counted in whole millionths of a dollar, told again."""

import re
from decimal import ROUND_DOWN, Decimal

MILLION = 1_000_000


def amount(text: str) -> Decimal:
    """Read 7, 0.50 or $2 as US dollars, above 0. Raises ValueError with what is wanted."""
    found = re.fullmatch(r"\$?\s*(\d{1,9}(?:\.\d{1,6})?)", text.strip(), re.ASCII)
    if not found or not (dollars := Decimal(found[1])):
        raise ValueError("an amount in US dollars above 0, such as 7 or 0.50")
    return dollars


def micros(dollars: Decimal) -> int:
    """DOLLARS in millionths, rounded down: a cap is never a bit higher than it was said."""
    return int((dollars * MILLION).to_integral_value(ROUND_DOWN))


def told(micros: int | None) -> str:
    """Millionths of a dollar as "$2.00", with at least two decimals; "unknown" for None."""
    if micros is None:
        return "unknown"
    whole, rest = divmod(micros, MILLION)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"${whole}.{decimals}"
