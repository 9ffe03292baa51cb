"""Wait for jobs until they have ended: the one loop, with or without saving what they made."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import TERMINAL_STATUSES, Job
from krea_cli.clock import Clock
from krea_cli.errors import Interrupted, KreaError, StillRunning, UsageError
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Running, Unwatched
from krea_cli.flows.jobs.job_ids import LISTEN_SECONDS, JobMention
from krea_cli.flows.jobs.record import (
    JobReport,
    Reference,
    failure_in_record,
    job_record,
    list_current_files,
)
from krea_cli.flows.jobs.running import running_event
from krea_cli.flows.jobs.watch import JobUpdate, TypicalSeconds, Watch, watch_reference

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow


class Awaited(Protocol):
    """A job under watch that somebody waits for."""

    @property
    def job_id(self) -> str: ...
    @property
    def until(self) -> float | None:
        """The end of the waiting, monotonic; None waits for ever."""

    @property
    def resume_command(self) -> str:
        """The command that goes on with it later."""


A = TypeVar("A", bound=Awaited)
M = TypeVar("M")
R = TypeVar("R")
# The end of a sentence about jobs left running: one, and several.
RUN_ON_PHRASES = ("runs on", "run on")
NOT_SAVED_PHRASES = ("is not saved yet", "are not saved yet")
CANCEL_HINT = "; krea cancel "
RUN_ON_UNSAVED_PHRASES = ("runs on, and is not saved yet", "run on, and are not saved yet")


@dataclass(frozen=True)
class JobEnd(Generic[A]):
    """The end of the waiting for a job: it ended, cannot be read, or its time is over.

    job: the job as it was read last; None if it never was
    error: None for a job that ended; `StillRunning` when its time is over
    """

    awaited: A
    job: Job | None
    error: KreaError | None = None


class JobWaiter(Generic[A]):
    """Waits for jobs, in the order in which they end.

    pending: the jobs under way, by id; whoever takes an end removes it with `finish`
    latest: each job as it was read last
    """

    def __init__(
        self,
        watch: Watch,
        clock: Clock,
        *,
        on_first_look: Callable[[A, Job], None] | None = None,
    ) -> None:
        self.pending: dict[str, A] = {}
        self.latest: dict[str, Job] = {}
        self._watch = watch
        self._clock = clock
        self._on_first_look = on_first_look

    def add(self, awaited: A) -> None:
        """Wait for a job; it must be in the watch."""
        self.pending[awaited.job_id] = awaited

    def finish(self, job_id: str) -> None:
        """Forget a job: its end was dealt with."""
        self.pending.pop(job_id, None)

    def outcomes(
        self,
        stream: Iterator[M],
        *,
        add: Callable[[M], Iterator[R]],
        end: Callable[[JobEnd[A]], R],
    ) -> Iterator[R]:
        """Yield the outcomes: ADD makes them of the entries of STREAM, END of each ended job.

        None in STREAM means that nothing came for a moment; the stream itself does the listening.
        Raises what no other job survives (TokenRefused …), and Interrupted.
        """
        more = True
        while more or self.pending:
            listen_until = self._clock.monotonic() + LISTEN_SECONDS
            # What comes at once is taken whole, so that one request asks for all of it.
            while more and self._clock.monotonic() <= listen_until:
                entry = next(stream, self)
                if entry is None:
                    break
                if entry is self:
                    more = False
                else:
                    yield from add(cast("M", entry))
            for each in self.poll(self._clock.monotonic() if more else None):
                yield end(each)

    def poll(self, until: float | None) -> Iterator[JobEnd[A]]:
        """Look at the jobs once, when that is due, or pause until UNTIL (monotonic)."""
        ends = [each.until for each in self.pending.values() if each.until is not None]
        deadline = min(ends, default=None)
        until = min(ends if until is None else [until, *ends], default=None)
        if self._watch.running:
            for update in self._watch.step(until, deadline=deadline):
                yield from self._apply(update)
        elif until is not None:
            self._clock.sleep(until - self._clock.monotonic())
        yield from self._expire(self._clock.monotonic())

    def _expire(self, now: float) -> Iterator[JobEnd[A]]:
        """Leave the jobs whose time is over, after one last look."""
        late = [
            job_id
            for job_id, each in self.pending.items()
            if each.until is not None and each.until <= now
        ]
        if not late:
            return
        for update in self._watch.last_look(late):
            yield from self._apply(update)
        for job_id in late:
            if awaited := self.pending.get(job_id):
                self._watch.leave(job_id)
                error = still_running(job_id, awaited.resume_command)
                yield JobEnd(awaited, self.latest.get(job_id), error)

    def _apply(self, update: JobUpdate) -> Iterator[JobEnd[A]]:
        awaited, job = self.pending.get(update.job_id), update.job
        if awaited is None:
            return
        if job is not None:
            if update.job_id not in self.latest and self._on_first_look:
                self._on_first_look(awaited, job)
            self.latest[update.job_id] = job
        if job is None or job.ended:
            yield JobEnd(awaited, job, update.error)


@dataclass(frozen=True)
class _AwaitedReference:
    """A job that was named to `krea wait`."""

    job_id: str
    row: "RequestRow | None"
    until: float | None

    @property
    def resume_command(self) -> str:
        return f"krea wait {self.job_id}"


class Wait:
    """One `krea wait`: waits for the jobs of a stream, each with a time-out of its own.

    typical: gives the usual seconds of a model, None where unknown
    timeout_for: gives the seconds to wait for a job of a kind, None where unknown; None is for ever
    """

    def __init__(
        self,
        context: FlowContext,
        *,
        typical: TypicalSeconds,
        timeout_for: Callable[[str | None], float | None],
    ) -> None:
        self._context = context
        self._typical = typical
        self._timeout_for = timeout_for
        self._watch = Watch(context)
        self._waiter = JobWaiter[_AwaitedReference](
            self._watch, context.clock, on_first_look=self._announce
        )

    def outcomes(self, mentions: Iterator[JobMention]) -> Iterator[JobReport | UsageError]:
        """Yield an outcome per job in the order in which they end; a bad line as its error.

        A job whose time is over ends with `StillRunning`.
        Raises what no other job survives (TokenRefused …), and Interrupted with the jobs left.
        """
        try:
            yield from self._waiter.outcomes(mentions, add=self._add, end=self._end)
        except Interrupted as stop:
            raise interrupted_with_jobs(stop, tuple(self._waiter.pending)) from stop

    def _add(self, mention: JobMention) -> Iterator[JobReport | UsageError]:
        if isinstance(mention, UsageError):
            yield mention
        elif mention is not None and mention.ended:
            recorded = mention.record or {}
            yield JobReport(mention.job_id, recorded, failure_in_record(recorded))
        elif mention is not None:
            self._watch_job(mention)

    def _watch_job(self, reference: Reference) -> None:
        context, job_id = self._context, reference.job_id
        row = context.records.row(job_id)
        seconds = self._timeout_for(row.kind if row else None)
        until = None if seconds is None else context.clock.monotonic() + seconds
        watch_reference(self._watch, reference, row, context, typical=self._typical)
        self._waiter.add(_AwaitedReference(job_id, row, until))
        if row is not None and row.status not in TERMINAL_STATUSES:
            typical = self._typical(row.model)
            context.tell(running_event(row, job_id, context, typical=typical))

    def _announce(self, awaited: _AwaitedReference, job: Job) -> None:
        """Tell of a job that the ledger does not know, once it was read."""
        if awaited.row is None and not job.ended:
            since = job.created_at or self._context.clock.now()
            self._context.tell(Running(job.id, None, job.status, None, since))

    def _end(self, end: JobEnd[_AwaitedReference]) -> JobReport:
        context, job_id, row = self._context, end.awaited.job_id, end.awaited.row
        self._waiter.finish(job_id)
        error = end.error
        if end.job is None and error is not None:
            error.job_id = error.job_id or job_id
        elif end.job is not None and end.job.ended:
            error = job_failure(end.job)
        context.tell(Unwatched(job_id, error is None))
        files = list_current_files(job_id, context) if row else ()
        record = job_record(end.job, row, job_id=job_id, files=files, error=error)
        return JobReport(job_id, record, error)


def still_running(job_id: str, command: str) -> StillRunning:
    """The error for a job that outlived the waiting; COMMAND goes on with it."""
    return StillRunning(f"stopped waiting; job {job_id} still runs", hint=command, job_id=job_id)


def interrupted_with_jobs(
    stop: Interrupted,
    job_ids: Sequence[str],
    *,
    state: tuple[str, str] = RUN_ON_PHRASES,
    command: str | None = None,
    running: Sequence[str] | None = None,
    charged: str = "unknown",
) -> Interrupted:
    """STOP with the jobs that it leaves and their STATE; STOP itself when it leaves none.

    COMMAND goes on with them. RUNNING are those that go on and will cost, all of them if None.
    """
    if not job_ids:
        return stop
    one, several = state
    what = f"job {job_ids[0]} {one}" if len(job_ids) == 1 else f"{len(job_ids)} jobs {several}"
    running = job_ids if running is None else running
    hint = command or f"krea wait {' '.join(job_ids)}"
    if running:
        hint += f"{CANCEL_HINT}{' '.join(running)} stops {'it' if len(running) == 1 else 'them'}"
    named = Interrupted(stop.signal, message=f"{stop.message}; {what}", hint=hint)
    named.job_id, named.charged = job_ids[0], charged
    return named
