"""The throttle: what the account takes is found out, kept to, and tried again in time."""

from krea_cli.flows.batch.run.concurrency_limit import Throttle


def test_a_refusal_shows_how_many_it_takes() -> None:
    """With three jobs in flight and no room for a fourth, three it is; never none."""
    throttle = Throttle(8)
    throttle.refused(3)
    assert throttle.limit == 3
    throttle.refused(0)
    assert throttle.limit == 1


def test_a_queued_job_lowers_it_once() -> None:
    """The same job seen waiting again says nothing new."""
    throttle = Throttle(8)
    throttle.queued("a", 8)
    throttle.queued("a", 8)
    assert throttle.limit == 7
    throttle.queued("b", 5)
    assert throttle.limit == 4


def test_a_passing_trouble_is_soon_forgotten() -> None:
    """Once more are taken than there seemed to be room for, every success counts."""
    throttle = Throttle(8)
    throttle.refused(2)
    throttle.succeeded("a")
    throttle.succeeded("b")
    assert throttle.limit == 3
    throttle.taken(3)
    limits = []
    for number in range(6):
        throttle.succeeded(str(number))
        limits.append(throttle.limit)
    assert limits == [4, 5, 6, 7, 8, 8]


def test_success_raises_it_again_up_to_the_most() -> None:
    """By one for as many successes as it allows."""
    throttle = Throttle(4)
    throttle.refused(2)
    limits = []
    for number in range(9):
        throttle.succeeded(str(number))
        limits.append(throttle.limit)
    assert limits == [2, 3, 3, 3, 4, 4, 4, 4, 4]
