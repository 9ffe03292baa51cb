"""Waiting for jobs that run already, each with a time-out of its own, until they have ended."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import TERMINAL, Job
from krea_cli.clock import Clock
from krea_cli.errors import Interrupted, KreaError, StillRunning, UsageError
from krea_cli.flows.events import Unwatched, Running, Tell
from krea_cli.flows.jobs.job_ids import LULL, Mention
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.poll_schedule import Pace
from krea_cli.flows.jobs.record import Reference, record, recorded_failure
from krea_cli.flows.jobs.watch import Typical, Update, Watch, follow

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import Row


@dataclass(frozen=True)
class Outcome:
    """How waiting for a job ended: its record, and the error unless it completed."""

    job_id: str
    record: dict[str, Any]
    error: KreaError | None = None


@dataclass
class _Awaited:
    row: "Row | None"
    pace: Pace
    until: float
    job: Job | None = None


class Wait:
    """Waits for the jobs of a stream of mentions.

    `typical` gives a model's usual seconds, `limit` the seconds to wait for a job of
    a kind (None: kind unknown; the answer None: for ever).
    """

    def __init__(
        self,
        watch: Watch,
        recall: Recall,
        clock: Clock,
        tell: Tell,
        *,
        typical: Typical,
        limit: Callable[[str | None], float | None],
    ) -> None:
        self._watch = watch
        self._recall = recall
        self._clock = clock
        self._tell = tell
        self._typical = typical
        self._limit = limit
        self._awaited: dict[str, _Awaited] = {}

    def outcomes(self, mentions: Iterator[Mention]) -> Iterator[Outcome | UsageError]:
        """Yield an outcome per job in the order in which they end; a bad line as its error.

        A job whose time is over ends with `StillRunning`. Raises what no other job survives
        either (TokenRefused, …), and `Interrupted`, which names the jobs left.
        """
        try:
            yield from self._outcomes(mentions)
        except Interrupted as stop:
            raise runs_on(stop, tuple(self._awaited)) from stop

    def _outcomes(self, mentions: Iterator[Mention]) -> Iterator[Outcome | UsageError]:
        open_ended = True
        while open_ended or self._awaited:
            listened = self._clock.monotonic()
            for mention in mentions:
                if isinstance(mention, UsageError):
                    yield mention
                elif mention is None:
                    break
                elif mention.ended:
                    yield _known(mention)
                else:
                    self._add(mention)
                # What comes at once is taken whole, but no stream keeps the jobs from being seen.
                if self._clock.monotonic() - listened > LULL:
                    break
            else:
                open_ended = False
            yield from self._step(open_ended)

    def _add(self, reference: Reference) -> None:
        job_id = reference.job_id
        row = self._recall.row(job_id)
        limit = self._limit(row.kind if row else None)
        until = inf if limit is None else self._clock.monotonic() + limit
        now = self._clock.now()
        pace = follow(self._watch, reference, row, self._recall, typical=self._typical, now=now)
        self._awaited[job_id] = _Awaited(row, pace, until)
        if row is not None and row.status not in TERMINAL:
            begun = row.answered_at or now
            status = row.status or "submitted"
            self._tell(Running(job_id, row.model, status, pace.expected, begun))

    def _step(self, open_ended: bool) -> Iterator[Outcome]:
        if not self._awaited:
            return
        now = self._clock.monotonic()
        until = min(awaited.until for awaited in self._awaited.values())
        # While more may come, the stream is listened to instead of pausing here.
        until = now if open_ended else until
        for update in self._watch.step(None if until == inf else until):
            yield from self._learn(update)
        now = self._clock.monotonic()
        late = [name for name, awaited in self._awaited.items() if awaited.until <= now]
        for update in self._watch.last_look(late):
            yield from self._learn(update)
        for job_id in late:
            if awaited := self._awaited.get(job_id):
                self._watch.leave(job_id)
                yield self._end(job_id, awaited.job, _still_running(job_id))

    def _learn(self, update: Update) -> Iterator[Outcome]:
        awaited = self._awaited[update.job_id]
        job = update.job
        if job is None:
            if update.error is not None:
                update.error.job_id = update.error.job_id or update.job_id
            yield self._end(update.job_id, None, update.error)
            return
        if job.ended:
            yield self._end(update.job_id, job, job_failure(job))
        elif awaited.job is None and awaited.row is None:
            self._tell(Running(job.id, None, job.status, None, job.created_at or self._clock.now()))
        awaited.job = job

    def _end(self, job_id: str, job: Job | None, error: KreaError | None) -> Outcome:
        awaited = self._awaited.pop(job_id)
        self._tell(Unwatched(job_id, error is None))
        files = self._recall.files(job_id) if awaited.row else ()
        told = record(job, awaited.row, job_id=job_id, files=files, error=error)
        return Outcome(job_id, told, error)


def _known(reference: Reference) -> Outcome:
    """The outcome that a record from stdin tells of by itself."""
    recorded = reference.record or {}
    return Outcome(reference.job_id, recorded, recorded_failure(recorded))


def _still_running(job_id: str) -> StillRunning:
    return StillRunning(
        f"stopped waiting; job {job_id} still runs", hint=f"krea wait {job_id}", job_id=job_id
    )


def runs_on(stop: Interrupted, job_ids: Sequence[str]) -> Interrupted:
    """STOP with the jobs that it leaves running; STOP itself when it leaves none."""
    if not job_ids:
        return stop
    what = f"job {job_ids[0]} runs on" if len(job_ids) == 1 else f"{len(job_ids)} jobs run on"
    named = Interrupted(
        stop.signal, message=f"{stop.message}; {what}", hint=f"krea wait {' '.join(job_ids)}"
    )
    named.job_id, named.charged = job_ids[0], "unknown"
    return named
