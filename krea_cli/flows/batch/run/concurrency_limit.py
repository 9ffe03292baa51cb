"""Find out how many jobs the account runs at once, and keep as many with the service."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from krea_cli.api.types import QUEUED_STATUSES, Job
from krea_cli.clock import Clock
from krea_cli.flows.context import FlowContext

# Without -j. A list that is wrong shows itself at the price of the first jobs.
AUTO_START, AUTO_MAX = 4, 64
BACKLOGGED = "backlogged"  # the account has as many jobs at work as it may
# A job may be queued for so long, or twice as long as usual, before it counts as waiting.
MIN_QUEUE_SECONDS = 3.0
REMEMBERED_QUEUES = 16
# Between two looks at jobs that were just sent: how many are at work decides about the next.
LOOK_SECONDS, MAX_LOOK_SECONDS = 1.0, 10.0


@dataclass
class _Sent:
    """A job with the service.

    queued_since: monotonic; None once it is worked on
    queued_seconds: for which it was seen to be queued
    backlogged: the service said so when it was last seen
    waiting: there is no place for it
    waited: there was none for a while
    """

    fresh: bool
    queued_since: float | None
    queued_seconds: float = 0.0
    backlogged: bool = False
    waiting: bool = False
    waited: bool = False
    counted: bool = False


class ConcurrencyLimit:
    """Allows as many jobs as the account runs at once, and a few that wait for a place.

    With a MAXIMUM it starts there. Without one it starts with 4 until a job of this run has
    completed. Then each job raises it by one if it is worked on, or completes, without waiting.
    A job without a place ends this, and the limit falls to what runs and a few more. These take
    the places that get free before the next job is sent. A refusal takes it to what runs.

    cautious: only completed jobs raise it, as after a refusal, and while others use the account
    most_running: the most jobs that were seen at work at once
    """

    def __init__(self, maximum: int | None, clock: Clock, *, cautious: bool = False) -> None:
        self.maximum = AUTO_MAX if maximum is None else maximum
        self.most_running = 0
        self.cautious = cautious
        self._is_auto = maximum is None
        self._is_proven = not self._is_auto
        self._base = AUTO_START if maximum is None else maximum
        self._ceiling = self.maximum  # the most that the account seems to take
        self._credit = 0
        self._has_waited = False  # any job
        self._sent: dict[str, _Sent] = {}
        self._queue_seconds: list[float] = []
        self._clock = clock
        self._look_at, self._look_pause = 0.0, LOOK_SECONDS

    @property
    def limit(self) -> int:
        """The most jobs that may be with the service now."""
        # Those from before are with the service in any case.
        found = sum(not job.fresh for job in self._sent.values()) if self._is_auto else 0
        return min(self.maximum, self._base + found)

    @property
    def running(self) -> int:
        """The number of jobs that do not wait for a place, as far as is known."""
        return sum(not job.waiting for job in self._sent.values())

    @property
    def seconds_to_look(self) -> float | None:
        """The seconds until a look at the jobs may raise the limit; None where none is needed."""
        is_unknown = any(not (job.counted or job.waited) for job in self._sent.values())
        if not self._is_proven or not self._can_grow or self.cautious or not is_unknown:
            return None
        return max(0.0, self._look_at - self._clock.monotonic())

    def note_look(self) -> None:
        """Take note that a look was asked for: the next one comes later."""
        self._look_pause = min(self._look_pause * 1.5, MAX_LOOK_SECONDS)
        self._look_at = self._clock.monotonic() + self._look_pause

    def submit(self, job_id: str, status: str | None, *, fresh: bool) -> None:
        """Take note of a job with the service; FRESH: this run has just sent it."""
        now = self._clock.monotonic()
        self._sent[job_id] = _Sent(fresh, queued_since=now)
        if status in QUEUED_STATUSES:
            self._observe(job_id, status)
        self._look_at = now + self._look_pause
        if fresh and len(self._sent) > self._ceiling:
            self._ceiling = self.maximum  # it takes more than it had room for: that was passing

    def look(self, jobs: Iterable[Job]) -> None:
        """Take note of JOBS as one look at all of them shows them now, before any is finished."""
        ended = set[str]()
        for job in jobs:
            if job.ended:
                ended.add(job.id)
            else:
                self._observe(job.id, job.status)
        # A job that ended since the last look and the one in its place did not run at once.
        at_work = sum(
            job.queued_since is None and id not in ended for id, job in self._sent.items()
        )
        self.most_running = max(self.most_running, at_work if self._has_waited else len(self._sent))

    def finish(self, job_id: str, *, completed: bool) -> None:
        """Take note of the end of a job, or that nobody can read it."""
        job = self._sent.pop(job_id, None)
        if job is None or not completed:
            return
        if job.fresh and not self._is_proven:
            self._is_proven = True
            self._raise()
        self._count(job)

    def refuse(self) -> None:
        """Lower the limit to what runs: the account took no more."""
        self._lower(self.running)
        self._ceiling, self.cautious = self._base, True

    @property
    def _can_grow(self) -> bool:
        return self._base < self.maximum and not any(job.waiting for job in self._sent.values())

    @property
    def _usual_queue_seconds(self) -> float:
        usual = median(self._queue_seconds) if self._queue_seconds else 0.0
        return max(MIN_QUEUE_SECONDS, 2 * usual)

    def _observe(self, job_id: str, status: str) -> None:
        job, now = self._sent.get(job_id), self._clock.monotonic()
        if job is None:
            return
        if status not in QUEUED_STATUSES:
            self._begin(job)
            return
        was_backlogged, job.backlogged = job.backlogged, status == BACKLOGGED
        if job.queued_since is None or (was_backlogged and not job.backlogged):
            job.queued_since, job.waiting = now, False  # a place is found: its queue begins
        is_over = job.backlogged or now - job.queued_since > self._usual_queue_seconds
        if is_over and not job.waiting:
            job.waiting = True
            if not job.waited:  # it counts once
                job.waited = self._has_waited = True
                self._lower(self.running + _few(self.running))
        job.queued_seconds = now - job.queued_since

    def _begin(self, job: _Sent) -> None:
        if job.queued_since is not None and not job.waited:
            self._queue_seconds.append(job.queued_seconds)
            del self._queue_seconds[:-REMEMBERED_QUEUES]
        job.queued_since, job.waiting = None, False
        if not self.cautious:
            self._count(job)

    def _count(self, job: _Sent) -> None:
        """Let JOB raise the limit, once, if it did not wait."""
        if job.fresh and not (job.counted or job.waited):
            job.counted = True
            self._look_pause = LOOK_SECONDS
            if self._can_grow:
                self._credit += 1
                self._raise()

    def _raise(self) -> None:
        while self._is_proven and self._can_grow:
            needed = 1 if self._base < self._ceiling else self._base
            if self._credit < needed:
                return
            self._credit -= needed
            self._base += 1

    def _lower(self, limit: int) -> None:
        self._base = max(1, min(self._base, limit))
        self._credit = 0


def _few(running: int) -> int:
    """The number of jobs that wait for a place while RUNNING are at work."""
    return max(2, running // 4)


def has_others(context: FlowContext) -> bool:
    """Tell if others submit jobs on the account, whose jobs take places as well."""
    if context.shared or context.alone:
        return context.shared
    return context.ledger.ownership.has_strangers(context.clock.now())
