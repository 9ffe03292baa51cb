"""Holding a look back until those jobs have ended that are about to."""

import pytest

from krea_cli.flows.jobs.poll_schedule import Pace, held_back

STEADY = Pace(7.0, [7.0] * 50, "image").survival_as_seen


def evenly(elapsed: float) -> float:
    """A job that ends at any moment of a minute alike."""
    return max(0.0, 1 - elapsed / 60)


def test_a_look_that_would_come_just_too_early_is_put_off() -> None:
    """Jobs that end at 7 s are not looked at just before, to be seen only half a second later."""
    for looked_at in (6.2, 6.3, 6.4, 6.45):
        seen = looked_at + 0.5 + held_back([(looked_at, STEADY)] * 40, 0.5, 0.5)
        assert seen == pytest.approx(7.1, abs=0.1)


def test_jobs_that_end_at_any_moment_are_looked_at_at_once() -> None:
    """Waiting would only make each of them wait."""
    assert held_back([(offset / 2, evenly) for offset in range(40)], 0.5, 0.5) == 0.0


def test_what_has_ended_already_is_not_kept_waiting() -> None:
    """Well past the usual time there is nothing to wait for."""
    assert held_back([(7.4, STEADY)] * 40, 0.5, 0.5) == 0.0


def test_nothing_runs() -> None:
    """Then the moment does not matter."""
    assert held_back([], 0.5, 0.5) == 0.0
