"""Durations and sizes as people write them."""

import pytest

from krea_cli.terminal import formats


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (7, "7 s"),
        (59.6, "1 min"),
        (80, "1 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_duration(seconds: float, expected: str) -> None:
    """Durations have one or two units."""
    assert formats.duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (75_000_000, "75.0 MB"),
        (2_000_000_000, "2.0 GB"),
    ],
)
def test_size(count: int, expected: str) -> None:
    """Sizes are in decimal units."""
    assert formats.size(count) == expected
