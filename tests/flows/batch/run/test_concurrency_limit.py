"""The limit: what the account takes is found out, kept to, and tried again in time."""

import pytest

from krea_cli.api.types import Job
from krea_cli.flows.batch.run.concurrency_limit import AUTO_MAX, ConcurrencyLimit
from tests.clocks.fake_clock import FakeClock


class Account:
    """An account that runs so many jobs at once, and the limit of a batch on it.

    waiting: the status in which jobs wait
    """

    def __init__(
        self,
        places: int,
        *,
        maximum: int | None = None,
        waiting: str = "backlogged",
        cautious: bool = False,
    ) -> None:
        self.places = places
        self.clock = FakeClock()
        self.limit = ConcurrencyLimit(maximum, self.clock, cautious=cautious)
        self.jobs: list[str] = []
        self._waiting = waiting
        self._count = 0

    def send(self) -> int:
        """Send jobs up to the limit; return how many are with the service."""
        while len(self.jobs) < self.limit.limit:
            self.jobs.append(f"job-{self._count}")
            self._count += 1
            self.limit.submit(self.jobs[-1], None, fresh=True)
        return len(self.jobs)

    def look(self, seconds: float = 1.0) -> None:
        """Look after SECONDS: the first jobs are at work, the others wait."""
        self.clock.advance(seconds)
        statuses = ["processing"] * self.places + [self._waiting] * len(self.jobs)
        self.limit.look(
            [Job(job, status) for job, status in zip(self.jobs, statuses, strict=False)]
        )

    def end(self, *, completed: bool = True) -> None:
        """End the oldest job."""
        self.limit.finish(self.jobs.pop(0), completed=completed)


def settle(account: Account, *, jobs: int = 200) -> list[int]:
    """Run JOBS to their ends, one after the other; how many were with the service each time."""
    counts = []
    for _ in range(jobs):
        counts.append(account.send())
        account.look(4.0)
        account.end()
    return counts


def test_it_stays_at_four_until_a_job_has_completed() -> None:
    """A wrong list shows itself at the price of four."""
    account = Account(40)
    assert account.send() == 4
    account.look()
    account.end(completed=False)
    account.look()
    assert account.limit.limit == 4
    account.send()
    account.end()
    # The one that completed, and three that were seen at work.
    assert account.limit.limit == 8


@pytest.mark.parametrize("waiting", ["backlogged", "queued", "scheduled"])
@pytest.mark.parametrize(("places", "kept"), [(2, 4), (12, 15), (40, 50)])
def test_as_many_as_the_account_runs_and_a_few_that_wait(
    places: int, kept: int, waiting: str
) -> None:
    """However the service calls the waiting. No place stays empty, and no crowd waits."""
    account = Account(places, waiting=waiting)
    counts = settle(account)
    assert set(counts[-20:]) <= {kept - 1, kept, kept + 1}
    assert account.limit.most_running == places


def test_without_a_bound_it_stops_at_64() -> None:
    """Each job makes way for one more, as nothing waits."""
    counts = settle(Account(1000))
    assert (max(counts), counts[-1]) == (AUTO_MAX, 64)


def test_a_number_is_a_bound() -> None:
    """Reached at once, and never exceeded; a few wait if the account runs less."""
    assert set(settle(Account(40, maximum=6))) == {6}
    counts = settle(Account(12, maximum=24))
    assert (counts[0], max(counts), set(counts[-20:])) == (24, 24, {15})


def test_an_account_that_takes_more_later_gets_more() -> None:
    """Jobs of others ended, say."""
    account = Account(3)
    settle(account, jobs=30)
    account.places = 20
    assert settle(account, jobs=60)[-1] >= 20


def test_a_job_in_the_usual_queue_does_not_wait() -> None:
    """Two seconds in the queue of a service that queues each job say nothing."""
    account = Account(40)
    account.send()
    for _ in range(3):
        account.clock.advance(0.9)
        account.limit.look([Job(job, "queued") for job in account.jobs])
    account.look(0.3)
    account.end()
    assert account.limit.limit == 8


@pytest.mark.parametrize("status", ["queued", "scheduled", "backlogged"])
def test_a_job_waits_until_it_is_worked_on(status: str) -> None:
    """However often it is seen in the queue meanwhile."""
    account = Account(3, maximum=5, waiting=status)
    account.send()
    running = []
    for _ in range(3):
        account.look(4.0 if not running else 1.0)
        running.append(account.limit.running)
    assert running == [3, 3, 3]


def test_with_others_on_the_account_only_completed_jobs_raise_it() -> None:
    """A job at work proves nothing: a stranger's may have made way for it."""
    account = Account(40, cautious=True)
    account.send()
    account.look()
    account.end()
    assert account.limit.limit == 5
    account.send()
    account.look()
    assert account.limit.limit == 5
    account.end()
    assert account.limit.limit == 6
    assert account.limit.seconds_to_look is None


def test_jobs_of_before_take_no_place_of_new_ones() -> None:
    """All of them are with the service in any case; the first new ones are still four."""
    limit = ConcurrencyLimit(None, FakeClock())
    for number in range(10):
        limit.submit(f"old-{number}", "processing", fresh=False)
    assert limit.limit == 14
    limit.finish("old-0", completed=True)
    assert limit.limit == 13
    bound = ConcurrencyLimit(6, FakeClock())
    bound.submit("old", "processing", fresh=False)
    assert bound.limit == 6


def refuse_after(running: int) -> ConcurrencyLimit:
    """The limit after a refusal while so many were at work."""
    limit = ConcurrencyLimit(8, FakeClock())
    for number in range(running):
        limit.submit(f"job-{number}", "processing", fresh=True)
    limit.refuse()
    return limit


@pytest.mark.parametrize(("running", "left"), [(3, 3), (0, 1)])
def test_a_refusal_takes_it_to_what_runs(running: int, left: int) -> None:
    """With three jobs at work and no room for a fourth, three it is; never none."""
    assert refuse_after(running).limit == left


def complete(limit: ConcurrencyLimit, count: int) -> list[int]:
    """The limit after each of COUNT jobs that are sent and complete."""
    limits = []
    for number in range(count):
        limit.submit(f"next-{number}", None, fresh=True)
        limit.finish(f"next-{number}", completed=True)
        limits.append(limit.limit)
    return limits


def test_after_a_refusal_it_rises_slowly() -> None:
    """By one for as many jobs as it allows: each refusal costs a request."""
    limit = refuse_after(2)
    for number in range(2):
        limit.finish(f"job-{number}", completed=False)
    assert complete(limit, 9) == [2, 3, 3, 3, 4, 4, 4, 4, 5]


def test_a_passing_refusal_is_soon_forgotten() -> None:
    """Once more are taken than there seemed to be room for, every job counts."""
    limit = refuse_after(2)
    limit.submit("one more", "processing", fresh=True)
    assert complete(limit, 6) == [3, 4, 5, 6, 7, 8]


def look_times(limit: ConcurrencyLimit, clock: FakeClock, seconds: float) -> list[float]:
    """The moments at which it asks for a look, in SECONDS from now."""
    start, moments = clock.monotonic(), []
    while (wait := limit.seconds_to_look) is not None and clock.monotonic() - start < seconds:
        if wait == 0:
            limit.note_look()
            moments.append(round(clock.monotonic() - start, 1))
        else:
            clock.advance(wait)
    return moments


def test_looks_are_asked_for_while_they_may_raise_it() -> None:
    """Soon after jobs were sent, then less often; none before the first has completed."""
    account = Account(40)
    account.send()
    assert account.limit.seconds_to_look is None
    account.end()
    account.send()
    assert look_times(account.limit, account.clock, 20) == [1.0, 2.5, 4.8, 8.1, 13.2]
    account.look()
    assert account.limit.seconds_to_look is None
