"""Wait for jobs, and make the outcome of each: shared by `generate` and `download`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.catalog.prices import PriceTotal
from krea_cli.dollars import shown_micros
from krea_cli.errors import Interrupted, KreaError, StillRunning
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.events import JobEnded
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.flows.jobs.record import job_record
from krea_cli.flows.jobs.wait import (
    NOT_SAVED_PHRASES,
    RUN_ON_UNSAVED_PHRASES,
    JobEnd,
    JobWaiter,
    interrupted_with_jobs,
)
from krea_cli.flows.jobs.watch import Watch

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True, kw_only=True)
class PendingJob:
    """A job whose results are wanted, and their place.

    A job whose end is not known yet must be in the watch.

    until: the end of the waiting, monotonic; None waits for ever
    job: the ended job, where nobody need ask any more
    saved: the files, where they are on disk already
    error: the failure, where it is known already
    record: the line of stdin that named the job
    """

    job_id: str
    slot: OutputSlot
    until: float | None = None
    job: Job | None = None
    saved: tuple[SavedFile, ...] = ()
    error: KreaError | None = None
    record: Mapping[str, Any] | None = None

    @property
    def resume_command(self) -> str:
        """The command that saves the results later."""
        return self.slot.download_command(self.job_id)


@dataclass(frozen=True, kw_only=True)
class JobOutcome:
    """The end of a pending job here: its files, or the error; `job` is None if never read."""

    pending: PendingJob
    job: Job | None = None
    saved: tuple[SavedFile, ...] = ()
    error: KreaError | None = None

    @property
    def job_id(self) -> str:
        """The id of the job."""
        return self.pending.job_id

    def record(self) -> dict[str, Any]:
        """The job record (see `job_record`), filled up from the line of stdin."""
        slot = self.pending.slot
        record = job_record(
            self.job, slot.row, job_id=self.job_id or None, files=self.saved, error=self.error
        )
        if slot.copies and self.error is None:
            record["charged"] = "no"  # not this time
        given = self.pending.record or {}
        return {name: given.get(name) if value is None else value for name, value in record.items()}


@contextmanager
def collecting(watch: Watch, saver: ResultSaver) -> "Iterator[Collector]":
    """A collector; an error that ends the waiting names the jobs left, and all is released."""
    collector = Collector(watch, saver)
    try:
        yield collector
    except Interrupted as stop:
        raise collector.name_jobs(stop) from stop
    except KreaError as error:
        collector.name_pending(error)
        raise
    finally:
        collector.release()


class Collector:
    """Takes jobs, waits for their ends, and makes their outcomes; `save_many` saves them."""

    def __init__(self, watch: Watch, saver: ResultSaver) -> None:
        self.clock = saver.context.clock
        self._saver = saver
        self._waiter = JobWaiter[PendingJob](watch, self.clock)

    def await_end(self, pending: PendingJob) -> None:
        """Wait for a job: `poll` tells its end."""
        self._waiter.add(pending)

    def poll(self, until: float | None) -> Iterator[JobEnd[PendingJob]]:
        """Look at the jobs once, when that is due, or pause until UNTIL (monotonic)."""
        return self._waiter.poll(until)

    def release(self) -> None:
        """Release the part files of the jobs without an outcome."""
        for pending in self._waiter.pending.values():
            pending.slot.release()

    def name_jobs(self, stop: Interrupted) -> Interrupted:
        """Return STOP with the ids of pending jobs and the command that goes on with them."""
        left = self._waiter.pending
        if not left:
            return stop
        slots = [pending.slot for pending in left.values()]
        ids = " ".join(left)
        is_alike = len({slot.download_command("") for slot in slots}) == 1
        latest = self._waiter.latest
        running = [each for each in left if not ((job := latest.get(each)) and job.ended)]
        one, several = RUN_ON_UNSAVED_PHRASES if len(running) == len(left) else NOT_SAVED_PHRASES
        if len(running) == len(left) and (price := price_of_running([slot.row for slot in slots])):
            one, several = (f"{each}; {price}" for each in (one, several))
        if 0 < len(running) < len(left):
            several += f", and {len(running)} of them {'runs' if len(running) == 1 else 'run'} on"
        return interrupted_with_jobs(
            stop,
            tuple(left),
            state=(one, several),
            running=running,
            command=slots[0].download_command(ids) if is_alike else f"krea download {ids}",
            charged="unknown" if running else "yes",
        )

    def name_pending(self, error: KreaError) -> None:
        """Add the ids of pending jobs to ERROR, which ends the waiting for all."""
        left = tuple(self._waiter.pending)
        if not left or error.job_id is not None:
            return
        error.job_id, error.charged = left[0], "unknown"
        ids = " ".join(left)
        error.message += f"; job {ids} is not saved" if len(left) == 1 else f"; not saved: {ids}"
        error.args = (error.message,)

    def leave(self, end: JobEnd[PendingJob]) -> JobOutcome:
        """Return the outcome of an unreadable job, or of one whose time is over."""
        error = end.error
        if error is not None and not isinstance(error, StillRunning):
            error = unreadable_job_error(end.awaited, error)
        return self._outcome(end.awaited, end.job, error=error)

    def close(self, pending: PendingJob) -> JobOutcome:
        """Return the outcome of a job with known files, or a known failure."""
        return self._outcome(pending, pending.job, saved=pending.saved, error=pending.error)

    def expect(self, pending: PendingJob, job: Job | None) -> None:
        """Take an ended job that others save; a signal names it until `finish`."""
        self._waiter.add(replace(pending, until=None))  # nobody waits for its end any more
        if job is not None:
            self._waiter.latest[pending.job_id] = job

    def finish(self, outcome: JobOutcome) -> JobOutcome:
        """Return OUTCOME of a saved job, and tell that the job has ended."""
        pending = outcome.pending
        self._waiter.finish(pending.job_id)
        files = tuple(saved.path for saved in outcome.saved)
        self._saver.context.tell(JobEnded(pending.job_id, outcome.error is None, files))
        return outcome

    def _outcome(
        self,
        pending: PendingJob,
        job: Job | None,
        *,
        saved: tuple[SavedFile, ...] = (),
        error: KreaError | None = None,
    ) -> JobOutcome:
        """The outcome of a job whose end needs no saving."""
        self._waiter.finish(pending.job_id)
        pending.slot.release()
        return JobOutcome(pending=pending, job=job, saved=saved, error=error)


def save_ended_job(pending: PendingJob, job: Job, saver: ResultSaver) -> JobOutcome:
    """Save the results of JOB, which has ended. Raises `Interrupted`."""
    slot = pending.slot
    saved: list[SavedFile] = []
    error = job_failure(job)
    if error is not None:
        slot.release()
        # Written once more: the ledger may have been busy when the end came, and a failed job
        # must not count as spent.
        saver.context.records.record_job(job.id, job)
        return JobOutcome(pending=pending, job=job, error=error)
    try:
        saved.extend(saver.save(job, slot, pending.record, until=pending.until))
    except Interrupted:
        raise
    except KreaError as failure:
        error = failure
    except Exception as bug:  # of this item: the paid jobs beside it go on
        error = slot.not_saved(job.id, f"this is a bug in krea: {type(bug).__name__}: {bug}")
        error.unexpected = bug
    return JobOutcome(pending=pending, job=job, saved=tuple(saved), error=error)


def unreadable_job_error(pending: PendingJob, error: KreaError) -> KreaError:
    """ERROR of reading a job; one that is in the ledger was made, and may be paid."""
    if pending.slot.row is None:
        return error
    return KreaError(
        f"job {pending.job_id} was made and cannot be read now: {error.message}",
        hint=pending.resume_command,
        job_id=pending.job_id,
        charged="unknown",
    )


def price_of_running(rows: "Sequence[RequestRow | None]") -> str | None:
    """The sentence about the price of ROWS, whose jobs run on; None if one has no row."""
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        return None
    total = PriceTotal()
    for row in known:
        total.add(row.cost, shown_micros(row.price or ""))
    if not (total.sure or total.about):
        return "its price is unknown" if len(known) == 1 else "their prices are unknown"
    return f"it costs {known[0].price}" if len(known) == 1 else f"they cost {total.in_words()}"
