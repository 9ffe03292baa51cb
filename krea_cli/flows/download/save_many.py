"""Save many jobs as they end, several at a time: most of each save is waiting for its host."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from krea_cli.api.types import Job
from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.download.collect import (
    Collector,
    JobOutcome,
    PendingJob,
    collecting,
)
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.download.save_lanes import SaveLanes
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import list_results
from krea_cli.flows.jobs.job_ids import LISTEN_SECONDS
from krea_cli.flows.jobs.wait import JobEnd
from krea_cli.flows.jobs.watch import Watch

MAX_TAKEN_JOBS = 1000  # of a stream, that have ended and are not saved yet
TELL_SECONDS = 0.1  # until a saved job is told while others are watched
NO_FILE = ""  # the name of all that leaves no file: a stream takes one after the other


def save_many(
    pending: Iterator[PendingJob | None],
    watch: Watch,
    saver: ResultSaver,
    *,
    look_again: Callable[[PendingJob], PendingJob] = lambda pending: pending,
    max_taken: int | None = None,
) -> Iterator[JobOutcome]:
    """Yield an outcome per pending job, in the order in which they end or are known.

    None in PENDING means that nothing came for a moment.

    look_again: judges the name of a job after another one of that name was saved
    max_taken: ended jobs without an outcome, before more are taken; None for no limit

    Raises TokenRefused, BalanceEmpty, PlanRequired, Untrusted, and `Interrupted` with the jobs
    left.
    """
    with collecting(watch, saver) as collector:
        lanes = SaveLanes(saver)
        try:
            many = _SaveMany(collector, watch, lanes, look_again=look_again, max_taken=max_taken)
            yield from many.outcomes(pending)
        finally:
            lanes.close()  # before anybody releases the part files that they fill


@dataclass(eq=False)
class _Entry:
    """A job whose end is known.

    job: the job, if its results are to be saved
    outcome: makes its outcome without saving
    names: the paths that its results want, without their extension
    has_waited: another job of one of its names had to be saved first
    """

    pending: PendingJob
    job: Job | None = None
    outcome: Callable[[], JobOutcome] | None = None
    names: frozenset[str] = frozenset()
    has_waited: bool = False


class _SaveMany:
    def __init__(
        self,
        collector: Collector,
        watch: Watch,
        lanes: SaveLanes,
        *,
        look_again: Callable[[PendingJob], PendingJob],
        max_taken: int | None,
    ) -> None:
        self._collector = collector
        self._clock = collector.clock
        self._watch = watch
        self._lanes = lanes
        self._look_again = look_again
        self._max_taken = max_taken
        self._has_more = True
        self._entries: deque[_Entry] = deque()  # without an outcome so far, in their order
        self._saving: dict[str, _Entry] = {}  # by job id
        self._ready: dict[str, JobOutcome] = {}  # by job id
        self._queues: dict[str, deque[_Entry]] = {}  # of those that want one name, by that name

    def outcomes(self, stream: Iterator[PendingJob | None]) -> Iterator[JobOutcome]:
        try:
            while self._has_more or self._watch.running or self._entries:
                self._take(stream)
                yield from self._next_outcomes()
                self._wait()
        except Interrupted:
            for outcome in self._lanes.stop():
                self._ready[outcome.job_id] = outcome
            for entry in self._entries:  # else its file is there, and nobody knows
                if (ready := self._ready.get(entry.pending.job_id)) is not None:
                    yield self._collector.finish(ready)
                elif entry.outcome is not None:
                    yield entry.outcome()
            raise
        except KreaError:
            while self._entries:  # what has ended is saved all the same
                self._wait_for_lanes(None)
                yield from self._next_outcomes()
            raise

    def _take(self, stream: Iterator[PendingJob | None]) -> None:
        """Take what comes at once, so that one request asks for all of it."""
        listen_until = self._clock.monotonic() + LISTEN_SECONDS
        while self._may_take and self._clock.monotonic() <= listen_until:
            try:
                pending = next(stream)
            except StopIteration:
                self._has_more = False
                return
            if pending is None:
                return
            self._add(pending)

    @property
    def _may_take(self) -> bool:
        is_full = self._max_taken is not None and len(self._entries) >= self._max_taken
        return self._has_more and not is_full

    def _add(self, pending: PendingJob) -> None:
        if pending.saved or pending.error:
            self._expect(_Entry(pending, outcome=lambda: self._collector.close(pending)))
        elif pending.job is not None:
            self._expect(_Entry(pending, pending.job, names=_names(pending, pending.job)))
        else:
            self._collector.await_end(pending)

    def _end(self, end: JobEnd[PendingJob]) -> None:
        pending, job = end.awaited, end.job
        if job is not None and job.ended:
            self._expect(_Entry(pending, job, names=_names(pending, job)))
        else:
            self._expect(_Entry(pending, outcome=lambda: self._collector.leave(end)))

    def _expect(self, entry: _Entry) -> None:
        self._entries.append(entry)
        self._collector.expect(entry.pending, entry.job)
        for name in entry.names:
            self._queues.setdefault(name, deque()).append(entry)
        self._begin_save(entry)

    def _begin_save(self, entry: _Entry) -> bool:
        """Save a job that has ended, unless one before it wants a name of its results.

        Returns False if its own name turns out to be taken: it is over.
        """
        if entry.job is None:
            return True
        if any(self._queues[name][0] is not entry for name in entry.names):
            entry.has_waited = True
            return True
        pending = self._look_again(entry.pending) if entry.has_waited else entry.pending
        if pending.error is not None:
            entry.outcome = lambda: self._collector.close(pending)
            return False
        self._saving[pending.job_id] = entry
        self._lanes.put(pending, entry.job)
        return True

    def _let_others_save(self, entry: _Entry) -> None:
        """Begin to save those that waited for the names of ENTRY."""
        over = [entry]
        while over:
            each = over.pop()
            for name in each.names:
                queue = self._queues[name]
                queue.popleft()
                if not queue:
                    del self._queues[name]
                elif not self._begin_save(queue[0]):
                    over.append(queue[0])

    def _next_outcomes(self) -> Iterator[JobOutcome]:
        """Yield the outcomes in their order, up to the first job without one."""
        while self._entries:
            entry = self._entries[0]
            ready = self._ready.pop(entry.pending.job_id, None)
            if entry.outcome is None and ready is None:
                return
            self._entries.popleft()
            if ready is not None:
                yield self._collector.finish(ready)
            elif entry.outcome is not None:
                yield entry.outcome()

    def _wait(self) -> None:
        """Wait until a job ends or is saved, or something may come."""
        if self._lanes.busy and not self._watch.running and not self._may_take:
            self._wait_for_lanes(None)
            return
        now = self._clock.monotonic()
        until = now if self._may_take else now + TELL_SECONDS if self._entries else None
        for end in self._collector.poll(until):
            self._end(end)
        self._wait_for_lanes(0.0)

    def _wait_for_lanes(self, seconds: float | None) -> None:
        """Take what is saved; wait for the first of it for SECONDS."""
        while self._lanes.busy and (outcome := self._lanes.take(seconds)) is not None:
            self._ready[outcome.job_id] = outcome
            self._let_others_save(self._saving.pop(outcome.job_id))
            seconds = 0.0


def _names(pending: PendingJob, job: Job) -> frozenset[str]:
    """The paths that the results of JOB want, without their extension."""
    slot = pending.slot
    if not slot.target.makes_files:
        return frozenset((NO_FILE,))
    facts = NameFacts.of_job(job, slot.row, pending.record)
    with suppress(KreaError, OSError):  # told when the results are saved
        paths = (slot.path(facts, result, "") for result in list_results(job.outputs))
        return frozenset(str(slot.target.real_path(path)) for path in paths)
    return frozenset()
