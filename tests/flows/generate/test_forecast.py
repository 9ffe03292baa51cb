"""Jobs are counted by what a run would do with them."""

from krea_cli.flows.generate.forecast import Forecast, count_jobs


def test_nothing_is_there() -> None:
    """All are to be sent."""
    made = count_jobs(3, earlier=(), elsewhere=(), copied=0, refusal=None)
    assert made == Forecast(to_send=3)


def test_copies_are_done() -> None:
    """Only what is left is sent."""
    made = count_jobs(3, earlier=(), elsewhere=(), copied=2, refusal=None)
    assert made == Forecast(to_send=1, done=2)
