"""When the next poll is due."""

from itertools import pairwise
from random import Random

import pytest

from krea_cli.flows.jobs.poll_schedule import PollSchedule


def polls(schedule: PollSchedule, end: float) -> list[float]:
    """The moments of all polls up to END seconds."""
    moments = [0.0]
    while moments[-1] < end:
        moments.append(moments[-1] + schedule.next(moments[-1]))
    return moments[1:]


def gap(schedule: PollSchedule, moment: float) -> float:
    """The seconds between the polls around MOMENT."""
    return next(b - a for a, b in pairwise([0.0, *polls(schedule, moment + 60)]) if b >= moment)


def test_polls_are_close_around_the_expected_end_and_far_from_it_rare() -> None:
    """Few before, many around, fewer again beyond."""
    schedule = PollSchedule(30.0, [], "image")
    assert gap(schedule, 1.0) > 5
    assert gap(schedule, 30.0) < 2
    assert gap(schedule, 150.0) > gap(schedule, 90.0) > gap(schedule, 30.0)


@pytest.mark.parametrize("typical", [150.0, 210.0, 330.0])
def test_a_job_of_minutes_takes_nearly_the_requests_of_asking_every_two_seconds(
    typical: float,
) -> None:
    """Around its end, they are half a second to a second apart."""
    chance = Random(1)
    seen = [typical * chance.lognormvariate(0, 0.2) for _ in range(20)]
    schedule = PollSchedule(typical, seen, "video")
    ends = [typical * chance.lognormvariate(0, 0.2) for _ in range(100)]
    requests = sum(len(polls(schedule, end)) for end in ends)
    assert 0.5 < requests / (sum(ends) / 2) <= 1.0
    assert gap(schedule, typical) < 1.1


@pytest.mark.parametrize("seen", [[], [7.0] * 50], ids=["guessed", "known for sure"])
@pytest.mark.parametrize(("kind", "farthest"), [("image", 10.0), ("video", 15.0), (None, 15.0)])
def test_the_gap_stays_within_bounds(kind: str | None, farthest: float, seen: list[float]) -> None:
    """Half a second at the least; 10 at the most for an image, else 15."""
    schedule = PollSchedule(7.0, seen, kind)
    chance = Random(1)
    gaps = [schedule.next(elapsed, random=chance) for elapsed in (0, 5, 7, 9, 60, 900, 1e5, 1e9)]
    assert min(gaps) >= 0.5
    assert max(gaps) <= farthest
    assert gaps[-1] == pytest.approx(farthest, rel=0.11)


def test_what_was_seen_corrects_what_is_called_typical() -> None:
    """The document says 7 seconds; the last jobs took 20."""
    assert PollSchedule(7.0, [], "image").expected == pytest.approx(7)
    assert 8 < PollSchedule(7.0, [20.0], "image").expected < 15
    assert PollSchedule(7.0, [20.0] * 50, "image").expected == pytest.approx(20, rel=0.05)


def test_certainty_draws_the_polls_together() -> None:
    """The first look comes later, and the ones around the end come closer."""
    guessed, known = (
        PollSchedule(9.0, [], "image"),
        PollSchedule(9.0, [8.8, 9.0, 9.2] * 10, "image"),
    )
    assert polls(known, 12)[0] > polls(guessed, 12)[0]
    assert gap(known, 9) < gap(guessed, 9)


def test_nothing_known_is_no_error() -> None:
    """Nor is nonsense: no time, or negative ones."""
    for schedule in (
        PollSchedule(None, [], None),
        PollSchedule(0.0, [0.0, -3.0], "3d"),
        PollSchedule(-1.0, [], "odd"),
    ):
        assert 0.5 <= schedule.next(0.0) <= 15


def test_chance_blurs_the_gap_by_a_tenth() -> None:
    """Many clients do not beat in step; the same chance gives the same gap."""
    schedule = PollSchedule(9.0, [], "image")
    plain = schedule.next(0.0)
    blurred = [schedule.next(0.0, random=Random(seed)) for seed in range(50)]
    assert all(0.9 * plain <= gap <= 1.1 * plain for gap in blurred)
    assert len(set(blurred)) == 50
    assert schedule.next(0.0, random=Random(3)) == blurred[3]


def test_a_later_status_draws_the_next_poll_nearer() -> None:
    """An intermediate result is nearer to the end than mere work; unknown words say nothing."""
    schedule = PollSchedule(20.0, [], "image")
    order = ("processing", None, "sampling", "intermediate-complete")
    gaps = [schedule.next(14.0, status=status) for status in order]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > gaps[-1]
    assert schedule.next(14.0, status="polishing") == schedule.next(14.0)


def test_a_request_for_many_jobs_is_cheaper_for_each() -> None:
    """Then polls lie closer, down to the least gap."""
    schedule = PollSchedule(20.0, [], "image")
    gaps = [schedule.next(19.0, sharing=sharing) for sharing in (1, 2, 10, 100)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > gaps[-1]
    assert gaps[-1] == 0.5


def test_a_job_meant_to_take_a_moment_is_not_left_alone() -> None:
    """Beyond every likely end, the wait stays in proportion to the time passed."""
    schedule = PollSchedule(0.05, [], "image")
    assert [schedule.next(elapsed) for elapsed in (0.5, 1.0, 4.0, 400.0)] == [0.5, 0.5, 1.0, 10.0]
