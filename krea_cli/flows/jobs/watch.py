"""Jobs in flight, looked at as seldom as their ends allow: one by one, or many in one request."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from krea_cli.api.types import TERMINAL
from krea_cli.flows.jobs.poll_schedule import Pace

if TYPE_CHECKING:
    from krea_cli.flows.jobs.ledger_view import Recall
    from krea_cli.flows.jobs.record import Reference
    from krea_cli.local.ledger.rows import Row

from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from krea_cli.api.types import WAITING, Job
from krea_cli.clock import Clock
from krea_cli.errors import KreaError, NotFound, RequestRefused, UsageError
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.events import Changed, Tell, WarningNote
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.list_lookup import Roll
from krea_cli.flows.jobs.poll_schedule import held_back

if TYPE_CHECKING:
    from krea_cli.api.client import Api
    from krea_cli.local.ledger.account_ledger import AccountLedger

# A job that was handed out a moment ago may not be readable everywhere yet.
FRESH_GRACE = 15.0
FRESH_AGAIN = 1.0
TICK = 0.5
# Ids that so many ticks in a row did not show are read singly; so many per step, as others wait.
UNLISTED = 2
SINGLES_PER_STEP = 10
FAULTS_BEFORE_WARNING = 3


@dataclass(frozen=True)
class Update:
    """What a step learned of a job: how it stands, or why it cannot be read (it then leaves)."""

    job_id: str
    job: Job | None
    error: KreaError | None = None


@dataclass
class Watched:
    """A job under watch. `since` and `origin` are seconds since 1970, the rest monotonic."""

    job_id: str
    pace: Pace
    since: float | None
    due: float
    added: float
    fresh: bool
    origin: float | None
    job: Job | None = None
    missing: int = 0  # ticks in a row in which the list did not show it


class Watch:
    """Follows jobs until each has ended; only completed, failed and cancelled are ends.

    Not safe for threads: the thread that calls `step` is the one that touches the ledger.
    """

    def __init__(
        self,
        api: "Api",
        ledger: "AccountLedger | None",
        clock: Clock,
        tell: Tell,
        *,
        random: Random,
    ) -> None:
        self._api = api
        self._recall = Recall(ledger, tell)
        self._clock = clock
        self._tell = tell
        self._random = random
        self._patience = Backoff(random)
        self._roll = Roll(api)
        self._items: dict[str, Watched] = {}
        self._not_before = 0.0
        self._aligned_for = (0.0, 0.0)  # a moment, and what it was put off to

    @property
    def running(self) -> int:
        """How many jobs have not ended."""
        return len(self._items)

    @property
    def job_ids(self) -> tuple[str, ...]:
        """The ids of the jobs that have not ended, in the order in which they were added."""
        return tuple(self._items)

    def add(
        self, job_id: str, *, pace: Pace, since: float | None = None, fresh: bool = False
    ) -> None:
        """Follow a job that started at SINCE (seconds since 1970, by this machine's clock).

        FRESH: its id was just handed out, so that a 404 may pass, and the first look can wait.
        Any other is looked at without delay; without SINCE it takes its start from the answer.
        """
        added = due = self._clock.monotonic()
        if fresh and since is not None:
            elapsed = max(0.0, self._clock.now() - since)
            sharing = len(self._items) + 1
            due += pace.next(elapsed, sharing=sharing, random=self._random)
        self._items[job_id] = Watched(job_id, pace, since, due, added, fresh, origin=since)

    def leave(self, job_id: str) -> None:
        """Follow the job no longer; one that is not followed is fine."""
        self._items.pop(job_id, None)

    def step(self, until: float | None = None) -> list[Update]:
        """Pause until a look is due (or UNTIL, monotonic), look once, give back what changed.

        A first look at a job is a change. Jobs that ended, or that are not to be found, leave.
        Passing faults are waited out; raises TokenRefused, BalanceEmpty, PlanRequired, Untrusted,
        and Interrupted.
        """
        if not self._items:
            return []
        due = max(self._not_before, min(item.due for item in self._items.values()))
        if len(self._items) > 1 and due - self._not_before < TICK / 2:
            due = self._aligned(due)
        start = self._clock.monotonic()
        if until is not None and due > until:
            self._clock.pause(until - start)
            return []
        self._clock.pause(due - start)
        updates: list[Update] = []
        try:
            self._look(updates)
        except KreaError as error:
            if is_transient(error):
                self._hold(error)
            elif not updates:
                raise
            # Else the jobs that ended must be told; the next step meets the error again.
        return updates

    def last_look(self, job_ids: Collection[str]) -> list[Update]:
        """As `step`, at once, for jobs that are about to be left: they may be done by now."""
        if not job_ids:
            return []
        now = self._clock.monotonic()
        for job_id in job_ids:
            if item := self._items.get(job_id):
                item.due = now
        return self.step(now)

    def _look(self, updates: list[Update]) -> None:
        if len(self._items) == 1:
            (item,) = self._items.values()
            self._read(item, updates)
            return
        now = self._clock.monotonic()
        if any(item.due <= now and item.missing < UNLISTED for item in self._items.values()):
            self._tick(updates)
        now = self._clock.monotonic()
        lost = [item for item in self._items.values() if item.missing >= UNLISTED]
        for item in [item for item in lost if item.due <= now][:SINGLES_PER_STEP]:
            self._read(item, updates)

    def _tick(self, updates: list[Update]) -> None:
        wanted = set(self._items)
        try:
            jobs = self._clock.attend(lambda: self._roll.call(wanted))
        except (NotFound, RequestRefused, UsageError):
            # The list cannot be had; each job by itself still can.
            for item in self._items.values():
                item.missing = UNLISTED
            return
        self._patience.answered()
        now = self._clock.monotonic()
        self._not_before = now + TICK
        for item in list(self._items.values()):
            job = jobs.get(item.job_id)
            if job is None:
                item.missing += self._roll.thorough
                if item.missing < UNLISTED:
                    item.due = max(item.due, self._not_before)
            elif _unproven(job):
                item.missing, item.due = UNLISTED, now
            else:
                item.missing = 0
                self._saw(item, job, updates)

    def _read(self, item: Watched, updates: list[Update]) -> None:
        try:
            job = self._clock.attend(lambda: self._api.job(item.job_id))
        except (NotFound, RequestRefused, UsageError) as error:
            if isinstance(error, NotFound) and self._may_appear(item):
                item.due = self._clock.monotonic() + FRESH_AGAIN
                return
            del self._items[item.job_id]
            updates.append(Update(item.job_id, None, error))
            return
        self._patience.answered()
        # The list gets another chance to show it, once.
        item.missing = min(item.missing, UNLISTED - 1)
        self._saw(item, job, updates)

    def _may_appear(self, item: Watched) -> bool:
        return item.fresh and self._clock.monotonic() - item.added < FRESH_GRACE

    def _saw(self, item: Watched, job: Job, updates: list[Update]) -> None:
        before, item.job = item.job, job
        if item.since is None:
            item.since = item.origin = job.created_at
        if job.status in WAITING:
            # It has not begun: what lies behind says nothing about what lies ahead.
            item.origin = self._clock.now()
        changed = before is None or before.status != job.status
        if changed:
            self._tell(Changed(item.job_id, job.status))
            self._recall.note(item.job_id, job)
        if job.status in TERMINAL:
            del self._items[item.job_id]
        else:
            self._schedule(item)
        if changed:
            updates.append(Update(item.job_id, job))

    def _schedule(self, item: Watched) -> None:
        now = self._clock.now()
        elapsed = max(0.0, now - (item.origin if item.origin is not None else now))
        status = item.job.status if item.job else None
        sharing = len(self._items) if item.missing < UNLISTED else 1
        wait = item.pace.next(elapsed, status=status, sharing=sharing, random=self._random)
        item.due = self._clock.monotonic() + wait

    def _aligned(self, due: float) -> float:
        """DUE, or a little later, when many jobs will have ended that are about to."""
        if self._aligned_for[0] != due:
            now, later = self._clock.now(), due - self._clock.monotonic()
            running = [
                (now - item.origin, item.pace.survival_as_seen)
                for item in self._items.values()
                if item.origin is not None and item.missing < UNLISTED
            ]
            self._aligned_for = due, due + held_back(running, later, TICK)
        return self._aligned_for[1]

    def _hold(self, error: KreaError) -> None:
        seconds = self._patience.hold(error)
        self._not_before = self._clock.monotonic() + seconds
        if self._patience.faults == FAULTS_BEFORE_WARNING:
            self._tell(WarningNote(f"{error.message}; the job runs on, asking again"))


def _unproven(job: Job) -> bool:
    """True for an end that lacks what it should come with: lists may leave out the results."""
    if job.status == "completed":
        return not job.outputs and not job.style_id
    return job.status == "failed" and job.error is None


# The seconds that a model usually takes, None where the catalogue does not say.
Typical = Callable[[str], float | None]


def follow(
    watch: Watch,
    reference: "Reference",
    row: "Row | None",
    recall: "Recall",
    *,
    typical: Typical,
    now: float,
) -> Pace:
    """Add the job of REFERENCE to WATCH, with what the ledger knows of it in ROW; its pace.

    A job handed out a moment ago, by this ledger or through a pipe, may not be readable yet.
    """
    since = row.answered_at if row else None
    fresh = reference.piped if since is None else abs(now - since) < FRESH_GRACE
    fresh = fresh and not (row and row.status in TERMINAL)
    pace = Pace(None, (), None)
    if row is not None:
        pace = Pace(typical(row.model), recall.durations(row.model), row.kind)
    watch.add(reference.job_id, pace=pace, since=since, fresh=fresh)
    return pace
