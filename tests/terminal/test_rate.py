"""Growth of a count."""

import pytest

from krea_cli.terminal.rate import WINDOW_SECONDS, Rate


def test_without_growth_there_is_no_rate() -> None:
    """No sample, a single one, and two of one count give None."""
    rate = Rate()
    assert rate.per_second(10) is None
    rate.add_sample(5, 10)
    assert rate.per_second(20) is None
    rate.add_sample(5, 30)
    assert rate.per_second(40) is None


def test_the_first_count_is_the_base() -> None:
    """Only growth after the first sample counts."""
    rate = Rate()
    rate.add_sample(100, 0)
    rate.add_sample(104, 8)
    assert rate.per_second(8) == pytest.approx(0.5)


def test_a_standstill_lowers_the_rate() -> None:
    """Time without growth counts, and after the whole window there is no rate."""
    rate = Rate()
    rate.add_sample(0, 0)
    rate.add_sample(8, 8)
    assert rate.per_second(16) == pytest.approx(0.5)
    assert rate.per_second(9 + WINDOW_SECONDS) is None


def test_old_samples_are_dropped() -> None:
    """A batch that was quick an hour ago and is slow now is slow."""
    rate = Rate()
    for second in range(1000):
        rate.add_sample(second * 10, second)
    for second in range(1000, 2000, 10):
        rate.add_sample(10_000 + second - 1000, second)
    assert rate.per_second(1990) == pytest.approx(1.0, rel=0.05)


def test_many_items_leave_few_samples() -> None:
    """100,000 items in ten seconds keep no more samples than seconds."""
    rate = Rate()
    for number in range(100_000):
        rate.add_sample(number, number / 10_000)
    assert len(rate._samples) <= 11
    assert rate.per_second(10) == pytest.approx(10_000, rel=0.01)
