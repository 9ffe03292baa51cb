"""Moments as people name them."""

from datetime import datetime

import pytest

from krea_cli.commands.moments import parse_moment

NOW = datetime(2026, 11, 25, 15, 30)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", datetime(2026, 11, 25, 3, 30)),
        ("30d", datetime(2026, 10, 26, 15, 30)),
        ("today", datetime(2026, 11, 25)),
        ("yesterday", datetime(2026, 11, 24)),
        ("Wednesday", datetime(2026, 11, 25)),
        ("monday", datetime(2026, 11, 23)),
        ("thu", datetime(2026, 11, 19)),
        ("2026-11-01", datetime(2026, 11, 1)),
        ("2026-11-01 10:00", datetime(2026, 11, 1, 10)),
    ],
)
def test_a_moment(text: str, moment: datetime) -> None:
    """By this machine's clock."""
    assert parse_moment(text, NOW.timestamp()) == moment.timestamp()
