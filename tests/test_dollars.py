"""Amounts of money in words."""

import pytest

from krea_cli.dollars import told


@pytest.mark.parametrize(
    ("millionths", "expected"),
    [
        (0, "$0.00"),
        (7_920_000, "$7.92"),
        (1_234_500, "$1.2345"),
        (70, "$0.00007"),
        (12_000_000_000, "$12000.00"),
    ],
)
def test_dollars(millionths: int, expected: str) -> None:
    """Two decimals at least, and not a fraction of a cent is lost."""
    assert told(millionths) == expected
