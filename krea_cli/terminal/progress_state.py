"""Progress of the work, gathered from events: the state behind every display."""

from collections import deque
from dataclasses import dataclass
from functools import cached_property

from krea_cli.api.types import QUEUED_STATUSES, TERMINAL_STATUSES, UNBILLED_STATUSES
from krea_cli.clock import Clock
from krea_cli.dollars import format_dollars, is_shown_unsure
from krea_cli.flows import events
from krea_cli.terminal import sentences
from krea_cli.terminal.rate import Rate

MAX_RECENT_ITEMS = 5


@dataclass
class ActiveJob:
    """A job that has not ended yet.

    model: name of its model, None if unknown
    status: the service's word
    typical_seconds: how long such a job usually takes, None if unknown
    started_at: seconds since 1970
    from_ledger: `typical_seconds` is known from earlier jobs here alone
    price: in words, None if unknown
    cost: the most that it may cost, in millionths of a dollar; None if unknown
    """

    model: str | None
    status: str
    typical_seconds: float | None
    started_at: float
    from_ledger: bool = False
    price: str | None = None
    cost: int | None = None

    @property
    def is_about(self) -> bool:
        """True if the price is not sure."""
        return is_shown_unsure(self.price)


@dataclass
class Transfer:
    """A file on its way.

    name: name or path of the file
    done_bytes: bytes transferred so far
    total_bytes: length of the file, None if the server does not say
    is_upload: True towards the service
    """

    name: str
    done_bytes: int
    total_bytes: int | None
    is_upload: bool


class ProgressState:
    """Jobs, transfers and counts. Not thread-safe: its owner holds a lock.

    jobs: the jobs that run, by id
    transfers: files by (job id, name); uploads have the job id ""
    saved_jobs: number of jobs that ended with their files on disk
    failed_jobs: number of jobs that ended without
    expected_jobs: number of jobs that the command is to submit; 0 if it submits none
    batch: the last progress of a batch, which tells nothing about single jobs
    recent_items: the last items of a batch that ended
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.jobs: dict[str, ActiveJob] = {}
        self.transfers: dict[tuple[str, str], Transfer] = {}
        self.saved_jobs = 0
        self.failed_jobs = 0
        self.expected_jobs = 0
        # Of jobs that ended, in millionths of a dollar; the key tells if a price is unsure.
        self.ended_cost = {False: 0, True: 0}
        self.batch: events.BatchProgress | None = None
        self.recent_items: deque[events.ItemEnded] = deque(maxlen=MAX_RECENT_ITEMS)
        self._step: events.Event | None = None  # what happens before a job has an id
        self._step_started_at = 0.0  # monotonic seconds
        self._last_step: events.Event | None = None  # the last such event that is not a pause
        self._pause_reasons: set[str] = set()  # reasons given since `_last_step`

    @cached_property
    def _rate(self) -> Rate:
        return Rate()

    def apply(self, event: events.Event) -> bool:
        """Apply EVENT; return True if a log should have a line for it."""
        match event:
            case events.Running():
                return self._apply_running(event)
            case events.Changed(job_id=job_id, status=status):
                return self._apply_change(job_id, status)
            case events.JobEnded(job_id=job_id, ok=ok):
                return self._apply_end(job_id, ok=ok)
            case events.Unwatched(job_id=job_id, ok=ok):
                self._apply_end(job_id, ok=ok)
                return False  # the log has its last status, and nothing was saved
            case events.Uploading(path=path, sent=sent, total=total):
                return self._apply_transfer(("", path), Transfer(path, sent, total, is_upload=True))
            case events.Downloading(job_id=job_id, name=name, received=received, total=total):
                transfer = Transfer(name, received, total, is_upload=False)
                return self._apply_transfer((job_id, name), transfer)
            case events.Submitting() | events.Paused() | events.Reconciling():
                return self._apply_step(event)
            case events.BatchProgress():
                return self._apply_batch(event)
            case events.ItemEnded():
                self.recent_items.append(event)
                return True
            case _:
                return True

    @property
    def step(self) -> str | None:
        """Sentence about what happens before a job has an id; None for nothing."""
        return None if self._step is None else sentences.event_sentence(self._step)

    @property
    def step_parts(self) -> tuple[str, str, float] | None:
        """The act before a job has an id, its reason, and its seconds so far; None for nothing."""
        if self._step is None:
            return None
        act, _, reason = sentences.event_sentence(self._step).partition(": ")
        return act, reason, self._clock.monotonic() - self._step_started_at

    @property
    def waiting_jobs(self) -> int:
        """Number of jobs that the service has not started."""
        return sum(job.status in QUEUED_STATUSES for job in self.jobs.values())

    @property
    def active_transfers(self) -> list[Transfer]:
        """The incomplete transfers, with those of unknown length."""
        return [
            transfer
            for transfer in self.transfers.values()
            if transfer.total_bytes is None or transfer.done_bytes < transfer.total_bytes
        ]

    @property
    def is_idle(self) -> bool:
        """True if there is nothing to show."""
        return not (self.batch or self.jobs or self._step or self.active_transfers)

    @property
    def job_count(self) -> int:
        """Number of jobs so far, with those that ended."""
        return len(self.jobs) + self.saved_jobs + self.failed_jobs

    @property
    def cost(self) -> str:
        """The most that the jobs so far may cost: "$0.12 + about $0.014"; empty if unknown."""
        sums = dict(self.ended_cost)
        for job in self.jobs.values():
            sums[job.is_about] += job.cost or 0
        sure, about = sums[False], sums[True]
        words = [format_dollars(sure)] if sure else []
        return " + ".join(words + ([f"about {format_dollars(about)}"] if about else []))

    @property
    def items_per_second(self) -> float | None:
        """Items of a batch that this run makes in a second, of late; None if unknown."""
        return self._rate.per_second(self._clock.monotonic())

    @property
    def seconds_left(self) -> float | None:
        """Estimate for the rest of a batch; None if the rate is unknown or the batch stops."""
        batch, rate = self.batch, self.items_per_second
        if batch is None or rate is None or batch.stopping is not None:
            return None
        return (batch.running + batch.waiting) / rate

    @property
    def percent(self) -> int | None:
        """The part of the jobs that have ended, in percent; None for one job."""
        if self.batch is not None:
            ended = self.batch.done + self.batch.failed + self.batch.unsaved + self.batch.doubtful
            return 100 * ended // max(1, self.batch.total)
        total = max(self.expected_jobs, self.job_count)
        return 100 * (self.saved_jobs + self.failed_jobs) // total if total > 1 else None

    @property
    def end_text(self) -> str:
        """The end of the work in a few words, for a notification."""
        if self.batch is not None:
            return sentences.item_counts(self.batch)
        counts = {"done": self.saved_jobs, "failed": self.failed_jobs}
        return ", ".join(f"{count} {end}" for end, count in counts.items() if count) or "ended"

    def summary(self) -> str:
        """All jobs in a few words: "3 running, 2 waiting, 5 done, 1 failed"."""
        if self.batch is not None:
            return sentences.batch_summary(
                self.batch, per_second=self.items_per_second, seconds_left=self.seconds_left
            )
        counts = {
            "running": len(self.jobs) - self.waiting_jobs,
            "waiting": self.waiting_jobs,
            "done": self.saved_jobs,
            "failed": self.failed_jobs,
        }
        return ", ".join(f"{count} {state}" for state, count in counts.items() if count)

    def _apply_step(self, event: events.Submitting | events.Paused | events.Reconciling) -> bool:
        """A busy service makes krea pause again and again: a log has each reason once."""
        if type(event) is not type(self._step):  # pause after pause is one wait
            self._step_started_at = self._clock.monotonic()
        self._step = event
        if isinstance(event, events.Paused):
            is_new = event.reason not in self._pause_reasons
            self._pause_reasons.add(event.reason)
            return is_new
        if isinstance(event, events.Submitting):
            self.expected_jobs = max(self.expected_jobs, event.count)
        is_new = event != self._last_step
        if is_new:
            self._pause_reasons.clear()
        self._last_step = event
        return is_new

    def _apply_batch(self, batch: events.BatchProgress) -> bool:
        previous, self.batch = self.batch, batch
        self._rate.add_sample(batch.made, self._clock.monotonic())
        # A pause is over once a request has left; a search, once anything else moves.
        if isinstance(self._step, events.Reconciling) or (
            previous is not None and batch.waiting < previous.waiting
        ):
            self._step = None
        return batch.stopping is not None and (
            previous is None or batch.stopping != previous.stopping
        )

    def _apply_running(self, event: events.Running) -> bool:
        self._step = None
        previous = self.jobs.get(event.job_id)
        self.jobs[event.job_id] = ActiveJob(
            event.model,
            event.status,
            event.typical,
            event.since,
            event.from_ledger,
            event.price,
            event.cost,
        )
        return previous is None or previous.status != event.status

    def _apply_change(self, job_id: str, status: str) -> bool:
        job = self.jobs.setdefault(job_id, ActiveJob(None, "", None, self._clock.now()))
        is_new = job.status != status
        job.status = status
        return is_new

    def _apply_end(self, job_id: str, *, ok: bool) -> bool:
        job = self.jobs.pop(job_id, None)
        if job and job.status not in UNBILLED_STATUSES:
            self.ended_cost[job.is_about] += job.cost or 0
        self.transfers = {
            key: transfer for key, transfer in self.transfers.items() if key[0] != job_id
        }
        if ok:
            self.saved_jobs += 1
        else:
            self.failed_jobs += 1
        # The log has a failed job's last status; "saved" is news, and so is a silent end.
        return ok or job is None or job.status not in TERMINAL_STATUSES

    def _apply_transfer(self, key: tuple[str, str], transfer: Transfer) -> bool:
        is_new = key not in self.transfers
        self.transfers[key] = transfer
        return is_new
