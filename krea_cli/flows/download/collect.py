"""Wait for jobs and save each as it ends: what `generate` and `download` share."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import Interrupted, KreaError, StillRunning
from krea_cli.flows.download.save import Saver
from krea_cli.flows.events import JobEnded
from krea_cli.flows.files.destination import Destination, Saved
from krea_cli.flows.jobs.record import record

if TYPE_CHECKING:
    from krea_cli.flows.jobs.watch import Update, Watch

LULL = 0.2  # seconds until a silent stream of wanted jobs is asked again
# A list of ids is taken whole, so that one request asks for all; a submit takes longer than this.
BURST = 0.1


@dataclass(frozen=True, kw_only=True)
class Wanted(Destination):
    """A job whose results are wanted, and where they go.

    Unless `job`, `saved` or `error` is given, the job must be in the watch. `job`: it has ended,
    nobody need ask. `saved`: its files are there. `error`: it is known to have failed.
    `until` is on the monotonic clock, None waits for ever.
    """

    job_id: str
    until: float | None = None
    job: Job | None = None
    saved: tuple[Saved, ...] = ()
    error: KreaError | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a wanted job ended here: its files, or the error; `job` is None if never read."""

    job_id: str
    wanted: Wanted
    job: Job | None = None
    saved: tuple[Saved, ...] = ()
    error: KreaError | None = None

    def record(self) -> dict[str, Any]:
        """The job record; what only stdin knew of the job is handed on."""
        told = record(
            self.job, self.wanted.row, job_id=self.job_id, files=self.saved, error=self.error
        )
        if self.wanted.copies and self.error is None:
            told["charged"] = "no"  # not this time
        known = self.wanted.record or {}
        return {name: known.get(name) if told[name] is None else told[name] for name in told}


def collect(
    watch: "Watch", wanted: Iterator[Wanted | None], saver: Saver, *, until: float | None = None
) -> Iterator[Outcome]:
    """Yield an outcome per wanted job, in the order in which they end.

    WANTED may be slow (it submits, or reads a stream): it is advanced between polls, and yields
    None to say "nothing new just now". Jobs that still run at UNTIL (monotonic), or at their own
    `until`, end with `StillRunning`. Raises what no other job survives either (TokenRefused, …),
    and `Interrupted`, which names the jobs left.
    """
    collector = _Collector(watch, saver, until)
    try:
        yield from collector.outcomes(wanted)
    except Interrupted as stop:
        raise collector.named(stop) from stop
    except KreaError as error:
        collector.name_pending(error)
        raise
    finally:
        collector.release()


class _Collector:
    """The jobs that were asked for and have no outcome yet."""

    def __init__(self, watch: "Watch", saver: Saver, until: float | None) -> None:
        self.watch = watch
        self.saver = saver
        self.until = until
        self.pending: dict[str, Wanted] = {}
        self._latest: dict[str, Job] = {}

    def outcomes(self, wanted: Iterator[Wanted | None]) -> Iterator[Outcome]:
        more = True
        while more or self.pending:
            wait = 0.0
            end = self.saver.clock.monotonic() + BURST
            while more and self.saver.clock.monotonic() < end:
                item = next(wanted, self)
                if item is None:
                    wait = LULL
                    break
                if isinstance(item, Wanted):
                    yield from self._add(item)
                else:
                    more = False
            yield from self._step(wait if more else inf)

    def release(self) -> None:
        """Give back what is still held for jobs without an outcome."""
        for item in self.pending.values():
            item.release()

    def named(self, stop: Interrupted) -> Interrupted:
        """STOP with the jobs that are left and the command that goes on with them."""
        left = tuple(self.pending)
        if not left:
            return stop
        items = list(self.pending.values())
        alike = len({item.command("") for item in items}) == 1
        ids = " ".join(left)
        what = f"job {left[0]} is" if len(left) == 1 else f"{len(left)} jobs are"
        told = Interrupted(
            stop.signal,
            message=f"{stop.message}; {what} not saved yet",
            hint=items[0].command(ids) if alike else f"krea download {ids}",
        )
        done = all((job := self._latest.get(each)) and job.ended for each in left)
        told.job_id, told.charged = left[0], "yes" if done else "unknown"
        return told

    def name_pending(self, error: KreaError) -> None:
        """Let ERROR, which ends the waiting for all, say which jobs it leaves."""
        left = tuple(self.pending)
        if not left or error.job_id is not None:
            return
        error.job_id, error.charged = left[0], "unknown"
        ids = " ".join(left)
        error.message += f"; job {ids} is not saved" if len(left) == 1 else f"; not saved: {ids}"
        error.args = (error.message,)

    def _add(self, item: Wanted) -> Iterator[Outcome]:
        self.pending[item.job_id] = item
        if item.saved or item.error:
            yield self._end(item, item.job, saved=item.saved, error=item.error)
        elif item.job is not None:
            yield self._ended(item, item.job)

    def _step(self, wait: float) -> Iterator[Outcome]:
        clock = self.saver.clock
        now = clock.monotonic()
        ends = [end for item in self.pending.values() if (end := self._end_of(item)) is not None]
        until = min([now + wait, *ends])
        if self.watch.running:
            for update in self.watch.step(None if until == inf else until):
                yield from self._learn(update)
        elif wait == LULL:
            clock.pause(LULL)
        yield from self._give_up(clock.monotonic())

    def _give_up(self, now: float) -> Iterator[Outcome]:
        """Leave the jobs whose time is over, after one more look at them."""
        late = [
            job_id
            for job_id, item in self.pending.items()
            if (end := self._end_of(item)) is not None and end <= now
        ]
        for update in self.watch.last_look(late):
            yield from self._learn(update)
        for job_id in late:
            if item := self.pending.get(job_id):
                self.watch.leave(job_id)
                job = self._latest.get(job_id)
                yield self._end(item, job, error=_still_running(item))

    def _end_of(self, item: Wanted) -> float | None:
        return self.until if item.until is None else item.until

    def _learn(self, update: "Update") -> Iterator[Outcome]:
        item = self.pending.get(update.job_id)
        if item is None:
            return
        if update.job is None:
            yield self._end(item, None, error=unreadable(item, update.error))
        elif update.job.ended:
            yield self._ended(item, update.job)
        else:
            self._latest[item.job_id] = update.job

    def _ended(self, item: Wanted, job: Job) -> Outcome:
        """Book how JOB ended, and save what it made."""
        self._latest[item.job_id] = job
        outcome = ended(item, job, self.saver)
        self.pending.pop(item.job_id, None)
        self.saver.tell(JobEnded(item.job_id, outcome.error is None))
        return outcome

    def _end(
        self,
        item: Wanted,
        job: Job | None,
        *,
        saved: tuple[Saved, ...] = (),
        error: KreaError | None = None,
    ) -> Outcome:
        """The outcome of ITEM, whose job did not come to an end just now."""
        self.pending.pop(item.job_id, None)
        item.release()
        return Outcome(job_id=item.job_id, wanted=item, job=job, saved=saved, error=error)


def ended(item: Wanted, job: Job, saver: Saver) -> Outcome:
    """Book how JOB ended, and save what it made. Raises `Interrupted`."""
    saver.recall.note(job.id, job)
    saved: list[Saved] = []
    error = job_failure(job)
    try:
        if error is None:
            saved.extend(saver.download(job, item))
    except Interrupted:
        raise
    except KreaError as failure:
        error = failure
    except Exception as bug:  # of this item: the paid jobs beside it go on
        error = item.lost(job.id, f"this is a bug in krea: {type(bug).__name__}: {bug}")
        error.bug = bug
    finally:
        item.release()
    return Outcome(job_id=item.job_id, wanted=item, job=job, saved=tuple(saved), error=error)


def unreadable(item: Wanted, error: KreaError | None) -> KreaError | None:
    """ERROR of reading a job; one that the ledger knows was made and may be paid all the same."""
    if item.row is None or error is None:
        return error
    return KreaError(
        f"job {item.job_id} was made and cannot be read now: {error.message}",
        hint=item.command(item.job_id),
        job_id=item.job_id,
        charged="unknown",
    )


def _still_running(item: Wanted) -> StillRunning:
    return StillRunning(
        f"stopped waiting; job {item.job_id} still runs",
        hint=item.command(item.job_id),
        job_id=item.job_id,
    )
