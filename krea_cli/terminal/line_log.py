"""Progress for a log or a program: one line per change of state, and a heartbeat each minute."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from krea_cli.api.types import TERMINAL_STATUSES
from krea_cli.clock import Clock
from krea_cli.dollars import is_shown_unsure, to_dollars
from krea_cli.flows import events
from krea_cli.terminal import formats, sentences
from krea_cli.terminal.json_lines import json_line
from krea_cli.terminal.progress_state import ProgressState
from krea_cli.text import indent_later_lines

HEARTBEAT_SECONDS = 60.0
# Between two counts of a batch for a program. Those that come once a second come a bit early.
COUNTS_SECONDS = 0.95


@dataclass(frozen=True)
class Heartbeat:
    """A sign that the work goes on.

    summary: the state of the work in words
    seconds: since the work began
    batch: progress of a batch, None for other work
    """

    summary: str
    seconds: int
    batch: events.BatchProgress | None = None


# Values of "event" in the output of --json. Scripts read them: they never change.
EVENT_KINDS: dict[type, str] = {
    events.Note: "said",
    events.SeedDrawn: "said",
    events.WarningNote: "warned",
    events.Uploading: "uploading",
    events.Submitting: "submitting",
    events.Paused: "held",
    events.Reconciling: "settling",
    events.Running: "running",
    events.Changed: "changed",
    events.Downloading: "downloading",
    events.JobEnded: "ended",
    events.Unwatched: "left",
    events.BatchProgress: "standing",
    Heartbeat: "waiting",
}
# Fields for the sentences of a log alone: a program has them from the records on stdout.
LOG_FIELDS = frozenset({"unfollowed", "seed", "fresh", "files"})


class LineLog:
    """A reporter that passes news to WRITE as lines, and heartbeats between them.

    A job has three lines: submitted, completed, saved. With JSON, each piece of news is an object.
    READ_MARK gives the end of the line that tells a saved job. Without WITH_PATHS, that line names
    no file: stdout goes to the same place, and does.
    """

    def __init__(
        self,
        clock: Clock,
        write: Callable[[str], None],
        *,
        json: bool,
        read_mark: Callable[[], str] = str,
        with_paths: bool = True,
    ) -> None:
        self._clock = clock
        self._write_line = write
        self._json = json
        self._read_mark = read_mark
        self._with_paths = with_paths
        self._is_unfollowed = False  # no line of a job follows that of its submit
        self._progress = ProgressState(clock)
        self._lock = threading.Lock()
        self._last_counts: events.BatchProgress | None = None
        self._counts_at = -math.inf
        # A batch has news all the time: its heart beats whatever else is written.
        self._started_at = self._last_line_at = self._last_heartbeat_at = clock.monotonic()

    def tell(self, event: events.Event) -> None:
        """Write EVENT unless it repeats the last line about its subject."""
        with self._lock:
            has_line = self._json or self._has_line(event)
            is_news = self._progress.apply(event) and has_line
            if self._json and isinstance(event, events.BatchProgress):
                is_news = self._is_due(event, is_news=is_news)
            if is_news:
                self._last_line_at = self._clock.monotonic()
                self._write(event)

    def _has_line(self, event: events.Event) -> bool:
        """Tell if EVENT may have a line in a log for people; call it before it is applied."""
        match event:
            case events.Submitting(unfollowed=unfollowed):
                self._is_unfollowed = unfollowed
                return unfollowed
            case events.SeedDrawn():
                return self._is_unfollowed
            case events.Downloading():
                return False
            case events.Changed(job_id=job_id, status=status):
                if job_id in self._progress.jobs:
                    return status in TERMINAL_STATUSES
                # Of a job that had completed before, only its saving is news.
                return status != "completed"
            case events.Running(job_id=job_id):
                return job_id not in self._progress.jobs
            case _:
                return True

    def _is_due(self, batch: events.BatchProgress, *, is_news: bool) -> bool:
        """Tell if a program gets the counts of BATCH now: where a stop is news, or a second on."""
        now = self._clock.monotonic()
        is_early = now - self._counts_at < COUNTS_SECONDS and not is_news
        if is_early or batch == self._last_counts:
            return False
        self._last_counts, self._counts_at = batch, now
        return True

    def beat(self, now: float) -> float:
        """Write a heartbeat if nothing was written in the minute before NOW (monotonic seconds).

        A batch has one each minute in any case. Returns the seconds until the next may be due.
        """
        with self._lock:
            batch = self._progress.batch
            last = self._last_heartbeat_at if batch else self._last_line_at
            due_in = last + HEARTBEAT_SECONDS - now
            if due_in > 0:
                return due_in
            self._last_line_at = self._last_heartbeat_at = now
            summary = self._progress.summary() or self._progress.step or "at work"
            self._write(Heartbeat(summary, round(now - self._started_at), batch))
            return HEARTBEAT_SECONDS

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write heartbeats while the block runs."""
        ended = threading.Event()
        now = self._clock.monotonic()
        self._started_at = self._last_line_at = self._last_heartbeat_at = now

        def keep_beating() -> None:
            wait_seconds = HEARTBEAT_SECONDS
            while not ended.wait(wait_seconds):
                wait_seconds = self.beat(self._clock.monotonic())

        threading.Thread(target=keep_beating, daemon=True).start()
        try:
            yield
        finally:
            ended.set()

    def suspended(self) -> AbstractContextManager[None]:
        """An empty block: lines do not disturb each other."""
        return nullcontext()

    def hidden(self) -> AbstractContextManager[None]:
        """An empty block."""
        return nullcontext()

    def close(self) -> None:
        """Do nothing: there is no display to remove."""

    def _write(self, event: events.Event | Heartbeat) -> None:
        if not self._json:
            is_saved = isinstance(event, events.JobEnded) and event.ok
            mark = self._read_mark() if is_saved else ""
            line = log_line(event, with_paths=self._with_paths)
            self._write_line(f"{indent_later_lines(line)}{mark}\n")
        elif (record := event_record(event)) is not None:
            self._write_line(json_line(record))


def log_line(event: events.Event | Heartbeat, *, with_paths: bool = True) -> str:
    """EVENT as a line of a log; WITH_PATHS as in `event_sentence`."""
    if isinstance(event, Heartbeat):
        elapsed = formats.duration(event.seconds)
        start = "after" if event.batch is not None else "still at it after"
        return f"{start} {elapsed}: {event.summary}"
    return sentences.event_sentence(event, with_paths=with_paths)


def event_record(event: events.Event | Heartbeat) -> dict[str, object] | None:
    """EVENT as the object of `--json`: its kind under "event", then its fields.

    A heartbeat of a batch has the fields of the batch too. Costs are in dollars. None for the end
    of an item, since stdout has its record.
    """
    if isinstance(event, events.ItemEnded):
        return None
    record: dict[str, object] = {"event": EVENT_KINDS[type(event)]}
    if isinstance(event, Heartbeat):
        record |= {"summary": event.summary, "seconds": event.seconds}
        batch = event.batch
    else:
        record |= {name: value for name, value in vars(event).items() if name not in LOG_FIELDS}
        if isinstance(event, events.Running):
            # As in a job record, where an uncertain price stands as a text alone.
            is_sure = event.cost is not None and not is_shown_unsure(event.price)
            record["cost"] = to_dollars(event.cost or 0) if is_sure else None
        batch = event if isinstance(event, events.BatchProgress) else None
    if batch is not None:
        record |= vars(batch) | {"spent": to_dollars(batch.spent), "about": to_dollars(batch.about)}
    return record
