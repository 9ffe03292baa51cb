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
        ("1e-2", 10_000),
        ("1E3", 1_000_000_000),
        (".5", 500_000),
        ("0.0600000", 60_000),
        ("1.0000001", 1_000_001),
        ("1e-7", 1),
    ],
)
def test_text_is_parsed_exactly(text: str, micros: int) -> None:
    """Up to six decimals are parsed without rounding; of more, a fraction is a whole one."""
    assert parse_dollars(text) == micros


@pytest.mark.parametrize(
    "text", ["", "0", "0.000000", "-1", "0e3", "1e", "1,50", "٣", "7 $", ".", "1" * 101]
)
def test_other_text_is_refused(text: str) -> None:
    """The error names the expected form."""
    with pytest.raises(ValueError, match=r"an amount in US dollars above 0, such as 7 or 0\.50"):
        parse_dollars(text)


def test_a_limit_is_rounded_down() -> None:
    """More decimals never make it grow."""
    assert parse_dollars("1.0000009", round_down=True) == 1_000_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000000000", "an amount in US dollars above 0 and below 1000000000"),
        ("1e999", "an amount in US dollars above 0 and below 1000000000"),
        ("1e-999", r"an amount in US dollars above 0, at least 0\.000001"),
    ],
)
def test_the_true_reason_is_told(text: str, expected: str) -> None:
    """An amount that is too large or too small is an amount."""
    with pytest.raises(ValueError, match=f"^{expected}$"):
        parse_dollars(text, round_down=True)


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
