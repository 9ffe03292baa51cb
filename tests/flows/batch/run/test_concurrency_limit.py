"""The limit: what the account takes is found out, kept to, and tried again in time."""

from krea_cli.flows.batch.run.concurrency_limit import AdaptiveLimit


def test_a_refusal_shows_how_many_it_takes() -> None:
    """With three jobs in flight and no room for a fourth, three it is; never none."""
    limit = AdaptiveLimit(8)
    limit.refuse(3)
    assert limit.limit == 3
    limit.refuse(0)
    assert limit.limit == 1


def test_a_queued_job_lowers_it_once() -> None:
    """A job seen waiting again says nothing new."""
    limit = AdaptiveLimit(8)
    limit.backlog("a", 8)
    limit.backlog("a", 8)
    assert limit.limit == 7
    limit.backlog("b", 5)
    assert limit.limit == 4


def test_a_passing_trouble_is_soon_forgotten() -> None:
    """Once more are taken than there seemed to be room for, every success counts."""
    limit = AdaptiveLimit(8)
    limit.refuse(2)
    limit.succeed("a")
    limit.succeed("b")
    assert limit.limit == 3
    limit.accept(3)
    limits = []
    for number in range(6):
        limit.succeed(str(number))
        limits.append(limit.limit)
    assert limits == [4, 5, 6, 7, 8, 8]


def test_success_raises_it_again_up_to_the_most() -> None:
    """By one for as many successes as it allows."""
    limit = AdaptiveLimit(4)
    limit.refuse(2)
    limits = []
    for number in range(9):
        limit.succeed(str(number))
        limits.append(limit.limit)
    assert limits == [2, 3, 3, 3, 4, 4, 4, 4, 4]
