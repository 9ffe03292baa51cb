"""Amounts of money: parsed, rounded up, formatted."""

from decimal import Decimal

import pytest

from krea_cli.dollars import format_dollars, parse_dollars, to_dollars, to_micros


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("7", 7_000_000),
        ("0.50", 500_000),
        (" $2 ", 2_000_000),
        ("$ 0.000001", 1),
        ("999999999.999999", 999_999_999_999_999),
    ],
)
def test_text_is_parsed_exactly(text: str, micros: int) -> None:
    """Up to six decimals are parsed without rounding."""
    assert parse_dollars(text) == micros


@pytest.mark.parametrize(
    "text", ["", "0", "0.000000", "-1", "1e3", "1.0000001", "1,50", "٣", "7 $"]
)
def test_other_text_is_refused(text: str) -> None:
    """The error names the expected form."""
    with pytest.raises(ValueError, match=r"an amount in US dollars above 0, such as 7 or 0\.50"):
        parse_dollars(text)


@pytest.mark.parametrize(
    ("dollars", "micros"),
    [
        (Decimal("0.07"), 70_000),
        (0.07, 70_000),
        (0.00001, 10),
        (Decimal("0.0000001"), 1),
        (Decimal("1.0000001"), 1_000_001),
    ],
)
def test_dollars_are_rounded_up(dollars: Decimal | float, micros: int) -> None:
    """A fraction of a millionth counts as a whole one; a float is taken as it is written."""
    assert to_micros(dollars) == micros


def test_micros_as_dollars() -> None:
    """JSON shows US dollars."""
    assert to_dollars(1_234_500) == 1.2345


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (None, "unknown"),
        (0, "$0.00"),
        (7_920_000, "$7.92"),
        (1_234_500, "$1.2345"),
        (70, "$0.00007"),
        (12_000_000_000, "$12000.00"),
    ],
)
def test_dollars_are_formatted(micros: int | None, text: str) -> None:
    """The text has at least two decimals, and as many as the amount needs."""
    assert format_dollars(micros) == text


def test_an_amount_without_its_sign() -> None:
    """A hint shows a cap as the user types it."""
    assert format_dollars(7_500_000, sign="") == "7.50"
