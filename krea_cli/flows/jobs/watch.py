"""Jobs in flight, polled as seldom as their ends allow: one by one, or many in one request."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from krea_cli.api.types import QUEUED_STATUSES, TERMINAL_STATUSES, Job
from krea_cli.errors import KreaError, NotFound, RequestRefused, UsageError
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Changed, WarningNote
from krea_cli.flows.jobs.list_lookup import JobList
from krea_cli.flows.jobs.poll_schedule import PollSchedule

if TYPE_CHECKING:
    from krea_cli.flows.jobs.record import Reference
    from krea_cli.local.ledger.rows import RequestRow

# A job that was handed out a moment ago may not be readable everywhere yet.
FRESH_GRACE_SECONDS = 15.0
FRESH_RETRY_SECONDS = 1.0
TICK_SECONDS = 0.5
# Ids that so many ticks in a row did not show are read singly; so many per step, as others wait.
MAX_MISSED_TICKS = 2
SINGLE_READS_PER_STEP = 10
FAULTS_BEFORE_WARNING = 3
READ_SECONDS = 45.0  # for an answer, when there is more time
LAST_LOOK_SECONDS = 3.0  # for the answer, when the time of a job is over
# The seconds that a model usually takes, None where the catalog does not say.
TypicalSeconds = Callable[[str], float | None]


@dataclass(frozen=True)
class JobUpdate:
    """News of a job: its state, or the error that kept it from being read."""

    job_id: str
    job: Job | None
    error: KreaError | None = None


@dataclass
class Watched:
    """A job under watch.

    since: start, in seconds since 1970; None until the service says it
    started: start of the work, later than `since` after a queue; seconds since 1970
    due: time of the next look, monotonic
    added: start of the watching, monotonic
    fresh: its id was handed out a moment ago
    missed: ticks in a row without it in the list
    """

    job_id: str
    schedule: PollSchedule
    since: float | None
    due: float
    added: float
    fresh: bool
    started: float | None
    job: Job | None = None
    missed: int = 0


class Watch:
    """Follows jobs until each has ended; only completed, failed and cancelled are ends.

    Not safe for threads: `step` writes the ledger.
    """

    def __init__(self, context: FlowContext) -> None:
        self._context = context
        self._clock = context.clock
        self._backoff = Backoff(context.random)
        self._watched: dict[str, Watched] = {}
        self._not_before = 0.0
        self._deadline: float | None = None

    @cached_property
    def _list(self) -> JobList:
        return JobList(self._context.api)

    @property
    def running(self) -> int:
        """The number of jobs that have not ended."""
        return len(self._watched)

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids of the jobs that have not ended, oldest first."""
        return tuple(self._watched)

    def add(
        self,
        job_id: str,
        *,
        schedule: PollSchedule,
        since: float | None = None,
        fresh: bool = False,
    ) -> None:
        """Watch a job that started at SINCE (seconds since 1970, by this machine's clock).

        FRESH: its id was just handed out, so a 404 may pass and the first look can wait.
        Any other job is read at once; without SINCE its start comes from the answer.
        """
        added = due = self._clock.monotonic()
        if fresh and since is not None:
            elapsed = max(0.0, self._clock.now() - since)
            sharing = len(self._watched) + 1
            due += schedule.next(elapsed, sharing=sharing, random=self._context.random)
        self._watched[job_id] = Watched(job_id, schedule, since, due, added, fresh, started=since)

    def look_now(self) -> None:
        """Let the next step look at once."""
        if self._watched:
            next(reversed(self._watched.values())).due = self._clock.monotonic()

    def leave(self, job_id: str) -> None:
        """Stop watching a job, if it is watched."""
        self._watched.pop(job_id, None)

    def step(self, until: float | None = None, *, deadline: float | None = None) -> list[JobUpdate]:
        """Pause until a look is due (or UNTIL, monotonic), look once, and return the changes.

        A look that nearly reaches DEADLINE (monotonic) ends there, or three seconds later.

        The first look at a job is a change. Jobs that ended or cannot be read are not watched
        any more. Transient faults are waited out.

        Raises TokenRefused, BalanceEmpty, PlanRequired, Untrusted and Interrupted.
        """
        if not self._watched:
            return []
        due = max(self._not_before, min(watched.due for watched in self._watched.values()))
        start = self._clock.monotonic()
        if until is not None and due > until:
            self._clock.sleep(until - start)
            return []
        self._clock.sleep(due - start)
        updates: list[JobUpdate] = []
        self._deadline = deadline
        try:
            self._look(updates)
        except KreaError as error:
            if is_transient(error):
                self._hold(error)
            elif not updates:
                raise
            # Else the jobs that ended must be told; the next step meets the error again.
        return updates

    def last_look(self, job_ids: Collection[str]) -> list[JobUpdate]:
        """Look at once at jobs that are about to be left: they may be done by now."""
        if not job_ids:
            return []
        now = self._clock.monotonic()
        for job_id in job_ids:
            if watched := self._watched.get(job_id):
                watched.due = now
        return self.step(now, deadline=now)

    def _look(self, updates: list[JobUpdate]) -> None:
        if len(self._watched) == 1:
            (watched,) = self._watched.values()
            self._read(watched, updates)
            return
        now = self._clock.monotonic()
        if any(
            watched.due <= now and watched.missed < MAX_MISSED_TICKS
            for watched in self._watched.values()
        ):
            self._tick(updates)
        now = self._clock.monotonic()
        unlisted = [
            watched
            for watched in self._watched.values()
            if watched.missed >= MAX_MISSED_TICKS and watched.due <= now
        ]
        for watched in unlisted[:SINGLE_READS_PER_STEP]:
            self._read(watched, updates)

    def _tick(self, updates: list[JobUpdate]) -> None:
        wanted, seconds = set(self._watched), self._read_seconds()
        try:
            jobs = self._clock.wait_for(lambda: self._list.find(wanted, seconds=seconds))
        except (NotFound, RequestRefused, UsageError):
            # The list cannot be read; each job by itself still can.
            for watched in self._watched.values():
                watched.missed = MAX_MISSED_TICKS
            return
        self._backoff.reset()
        now = self._clock.monotonic()
        self._not_before = now + TICK_SECONDS
        for watched in list(self._watched.values()):
            job = jobs.get(watched.job_id)
            if job is None:
                watched.missed += self._list.thorough
                if watched.missed < MAX_MISSED_TICKS:
                    watched.due = max(watched.due, self._not_before)
            elif is_incomplete_end(job):
                watched.missed, watched.due = MAX_MISSED_TICKS, now
            else:
                watched.missed = 0
                self._apply_status(watched, job, updates)

    def _read(self, watched: Watched, updates: list[JobUpdate]) -> None:
        api, job_id, seconds = self._context.api, watched.job_id, self._read_seconds()
        try:
            job = self._clock.wait_for(lambda: api.get_job(job_id, seconds=seconds))
        except (NotFound, RequestRefused, UsageError) as error:
            if isinstance(error, NotFound) and self._may_appear(watched):
                watched.due = self._clock.monotonic() + FRESH_RETRY_SECONDS
                return
            del self._watched[watched.job_id]
            updates.append(JobUpdate(watched.job_id, None, error))
            return
        self._backoff.reset()
        # The list gets another chance to show it, once.
        watched.missed = min(watched.missed, MAX_MISSED_TICKS - 1)
        self._apply_status(watched, job, updates)

    def _read_seconds(self) -> float | None:
        """The seconds for an answer that the deadline leaves; None for the usual time."""
        if self._deadline is None:
            return None
        left = self._deadline - self._clock.monotonic()
        return min(max(left, LAST_LOOK_SECONDS), READ_SECONDS)

    def _may_appear(self, watched: Watched) -> bool:
        return watched.fresh and self._clock.monotonic() - watched.added < FRESH_GRACE_SECONDS

    def _apply_status(self, watched: Watched, job: Job, updates: list[JobUpdate]) -> None:
        before, watched.job = watched.job, job
        if watched.since is None:
            watched.since = watched.started = job.created_at
        if job.status in QUEUED_STATUSES:
            # It has not begun: what lies behind says nothing about what lies ahead.
            watched.started = self._clock.now()
        changed = before is None or before.status != job.status
        if changed:
            self._context.tell(Changed(watched.job_id, job.status))
            self._context.records.record_job(watched.job_id, job)
        if job.status in TERMINAL_STATUSES:
            del self._watched[watched.job_id]
        else:
            self._schedule(watched)
        if changed or job.status in QUEUED_STATUSES:  # that it still waits is news as well
            updates.append(JobUpdate(watched.job_id, job))

    def _schedule(self, watched: Watched) -> None:
        now = self._clock.now()
        elapsed = max(0.0, now - (watched.started if watched.started is not None else now))
        status = watched.job.status if watched.job else None
        sharing = len(self._watched) if watched.missed < MAX_MISSED_TICKS else 1
        wait = watched.schedule.next(
            elapsed, status=status, sharing=sharing, random=self._context.random
        )
        watched.due = self._clock.monotonic() + wait

    def _hold(self, error: KreaError) -> None:
        seconds = self._backoff.next_pause(error)
        self._not_before = self._clock.monotonic() + seconds
        if self._backoff.faults == FAULTS_BEFORE_WARNING:
            self._context.tell(WarningNote(f"{error.message}; the job runs on, asking again"))


def is_incomplete_end(job: Job) -> bool:
    """Return True for an ended job without its results or error: lists may leave them out."""
    if job.status == "completed":
        return not job.outputs and not job.style_id
    return job.status == "failed" and job.error is None


def watch_reference(
    watch: Watch,
    reference: "Reference",
    row: "RequestRow | None",
    context: FlowContext,
    *,
    typical: TypicalSeconds,
) -> None:
    """Add the job of REFERENCE to WATCH; ROW is its request, if known.

    A job handed out a moment ago, by this ledger or through a pipe, may not be readable yet.
    """
    since = row.answered_at if row else None
    now = context.clock.now()
    fresh = reference.piped if since is None else abs(now - since) < FRESH_GRACE_SECONDS
    fresh = fresh and not (row and row.status in TERMINAL_STATUSES)
    schedule = PollSchedule(None, (), None)
    if row is not None:
        durations = context.records.durations(row.model)
        schedule = PollSchedule(typical(row.model), durations, row.kind)
    watch.add(reference.job_id, schedule=schedule, since=since, fresh=fresh)
