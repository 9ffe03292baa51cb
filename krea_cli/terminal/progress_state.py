"""What is known of the work under way, gathered from events: the one state behind all displays."""

from collections import deque
from dataclasses import dataclass

from krea_cli.api.types import TERMINAL, WAITING
from krea_cli.clock import Clock
from krea_cli.flows import events
from krea_cli.terminal import sentences
from krea_cli.terminal.rate import Rate

RECENT = 5  # items of a batch that are remembered by name


@dataclass
class JobSeen:
    """A job that has not ended yet. `since` is in seconds since 1970."""

    model: str | None
    status: str
    typical: float | None
    since: float


@dataclass
class Transfer:
    """A file on its way: `moved` of `total` bytes; up to the service, or down from it."""

    name: str
    moved: int
    total: int | None
    up: bool


class Tracker:
    """Jobs, transfers and counts. Not thread-safe: its owner holds a lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.jobs: dict[str, JobSeen] = {}
        self.transfers: dict[tuple[str, str], Transfer] = {}
        self.step: str | None = None  # what happens before a job has an id
        self.done = 0
        self.lost = 0
        self.standing: events.BatchProgress | None = (
            None  # of a batch; its jobs are not told one by one
        )
        self.recent: deque[events.ItemEnded] = deque(maxlen=RECENT)
        self._rate = Rate()
        self._before: events.Event | None = None  # the last step before a job, but for `Held`
        self._held_by: events.Event | None = None  # what `step` says
        self._held: set[str] = set()  # reasons given since

    def apply(self, event: events.Event) -> bool:
        """Take EVENT in; False when it changes nothing that deserves a line of its own."""
        match event:
            case events.Running():
                return self._running(event)
            case events.Changed(job_id=job_id, status=status):
                return self._changed(job_id, status)
            case events.JobEnded():
                return self._ended(event)
            case events.Unwatched(job_id=job_id, ok=ok):
                self._ended(events.JobEnded(job_id, ok))
                return False  # its last status was told, and nothing else became of it
            case events.Uploading(path=path, sent=sent, total=total):
                return self._moved(("", path), Transfer(path, sent, total, up=True))
            case events.Downloading(job_id=job_id, name=name, received=received, total=total):
                return self._moved((job_id, name), Transfer(name, received, total, up=False))
            case events.Submitting() | events.Paused() | events.Reconciling():
                self.step, self._held_by = sentences.phrase(event), event
                return self._is_news(event)
            case events.BatchProgress():
                return self._stands(event)
            case events.ItemEnded():
                self.recent.append(event)
                return True
            case _:
                return True

    @property
    def waiting(self) -> int:
        """How many of the jobs have not started to work."""
        return sum(job.status in WAITING for job in self.jobs.values())

    @property
    def moving(self) -> list[Transfer]:
        """The transfers that are not complete, as far as their length is known."""
        return [
            one for one in self.transfers.values() if one.total is None or one.moved < one.total
        ]

    @property
    def idle(self) -> bool:
        """True when there is nothing to look at."""
        return not (self.standing or self.jobs or self.step or self.moving)

    @property
    def seen(self) -> int:
        """How many jobs there were so far."""
        return len(self.jobs) + self.done + self.lost

    @property
    def per_second(self) -> float | None:
        """How many items of a batch this run makes in a second, of late; None if unknown."""
        return self._rate.per_second(self._clock.monotonic())

    @property
    def seconds_left(self) -> float | None:
        """How long the rest of a batch takes at that rate; None where it says nothing."""
        standing, rate = self.standing, self.per_second
        if standing is None or rate is None or standing.stopping is not None:
            return None
        return (standing.running + standing.waiting) / rate

    def summary(self) -> str:
        """All jobs in a few words: "3 running, 2 waiting, 5 done, 1 failed"."""
        if self.standing is not None:
            return sentences.totals(
                self.standing, per_second=self.per_second, seconds_left=self.seconds_left
            )
        counts = {
            "running": len(self.jobs) - self.waiting,
            "waiting": self.waiting,
            "done": self.done,
            "failed": self.lost,
        }
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count)

    def _is_news(self, event: events.Submitting | events.Paused | events.Reconciling) -> bool:
        """Whether EVENT is news: a busy service is asked again and again for the same reason."""
        if isinstance(event, events.Paused):
            new = event.reason not in self._held
            self._held.add(event.reason)
            return new
        new = event != self._before
        if new:
            self._held.clear()
        self._before = event
        return new

    def _stands(self, standing: events.BatchProgress) -> bool:
        before, self.standing = self.standing, standing
        self._rate.note(standing.made, self._clock.monotonic())
        # What held back a request is over once one has left; a search, once anything else moves.
        if isinstance(self._held_by, events.Reconciling) or (
            before is not None and standing.waiting < before.waiting
        ):
            self.step = None
        return standing.stopping is not None and (
            before is None or standing.stopping != before.stopping
        )

    def _running(self, event: events.Running) -> bool:
        self.step = None
        seen = self.jobs.get(event.job_id)
        self.jobs[event.job_id] = JobSeen(event.model, event.status, event.typical, event.since)
        return seen is None or seen.status != event.status

    def _changed(self, job_id: str, status: str) -> bool:
        seen = self.jobs.setdefault(job_id, JobSeen(None, "", None, self._clock.now()))
        new = seen.status != status
        seen.status = status
        return new

    def _ended(self, event: events.JobEnded) -> bool:
        seen = self.jobs.pop(event.job_id, None)
        self.transfers = {
            key: transfer for key, transfer in self.transfers.items() if key[0] != event.job_id
        }
        if event.ok:
            self.done += 1
        else:
            self.lost += 1
        # A failed job's last status was told already; "saved" is news, and so is a silent end.
        return event.ok or seen is None or seen.status not in TERMINAL

    def _moved(self, key: tuple[str, str], transfer: Transfer) -> bool:
        first = key not in self.transfers
        self.transfers[key] = transfer
        return first
