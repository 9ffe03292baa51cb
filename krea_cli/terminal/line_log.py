"""Progress for a log or a program: one line per change of state, and a heartbeat each minute."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from krea_cli.clock import Clock
from krea_cli.flows import events
from krea_cli.terminal import formats, sentences
from krea_cli.terminal.progress_state import Tracker

HEARTBEAT_SECONDS = 60.0


@dataclass(frozen=True)
class Waiting:
    """Nothing changed for a while; the work goes on."""

    summary: str
    seconds: int
    standing: events.BatchProgress | None = None  # of a batch


class Teller(Protocol):
    """Something that events are told to. All methods may be called from any thread."""

    def tell(self, event: events.Event) -> None:
        """Show EVENT."""

    def running(self) -> AbstractContextManager[None]:
        """The time in which work is under way, and may be shown as moving."""

    def aside(self) -> AbstractContextManager[None]:
        """A moment in which the terminal belongs to the caller."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class Lines:
    """Writes an event as a line when it is news. `write` takes an event or a `Waiting`."""

    def __init__(self, clock: Clock, write: Callable[[events.Event | Waiting], None]) -> None:
        self._clock = clock
        self._write = write
        self._tracker = Tracker(clock)
        self._lock = threading.Lock()
        # A batch has news all the time: its heart beats whatever is told.
        self._began = self._told = self._beaten = clock.monotonic()

    def tell(self, event: events.Event) -> None:
        """Write EVENT unless the same was the last word already."""
        with self._lock:
            if self._tracker.apply(event):
                self._told = self._clock.monotonic()
                self._write(event)

    def beat(self, now: float) -> float:
        """Say that the work goes on, if nothing was said for a minute before NOW (monotonic).

        Of a batch the totals are said each minute. Returns the seconds until it is worth asking
        again.
        """
        with self._lock:
            standing = self._tracker.standing
            due = (self._beaten if standing else self._told) + HEARTBEAT_SECONDS - now
            if due > 0:
                return due
            self._told = self._beaten = now
            summary = self._tracker.summary() or self._tracker.step or "at work"
            self._write(Waiting(summary, round(now - self._began), standing))
            return HEARTBEAT_SECONDS

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep a heart beating as long as the block runs."""
        over = threading.Event()
        self._began = self._told = self._beaten = self._clock.monotonic()

        def keep_beating() -> None:
            wait = HEARTBEAT_SECONDS
            while not over.wait(wait):
                wait = self.beat(self._clock.monotonic())

        threading.Thread(target=keep_beating, daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def aside(self) -> AbstractContextManager[None]:
        """Nothing moves here, so there is nothing to clear."""
        return nullcontext()

    def close(self) -> None:
        """Nothing to put back."""


class Silence:
    """What `--quiet` tells of the work under way: nothing."""

    def tell(self, event: events.Event) -> None:
        """Nothing."""

    def running(self) -> AbstractContextManager[None]:
        """Nothing to keep running."""
        return nullcontext()

    def aside(self) -> AbstractContextManager[None]:
        """Nothing to clear."""
        return nullcontext()

    def close(self) -> None:
        """Nothing to put back."""


def sentence(event: events.Event | Waiting) -> str:
    """EVENT as a line of a log."""
    if isinstance(event, Waiting):
        if event.standing is not None:
            return f"after {formats.duration(event.seconds)}: {event.summary}"
        return f"still at it after {formats.duration(event.seconds)}: {event.summary}"
    return sentences.phrase(event)


def as_record(event: events.Event | Waiting) -> dict[str, object] | None:
    """EVENT as the object of `--json`: its kind under "event", then its fields.

    None for the end of an item, whose record stdout has.
    """
    if isinstance(event, events.ItemEnded):
        return None
    told = {"event": type(event).__name__.lower()} | vars(event)
    standing = told.pop("standing", None) if isinstance(event, Waiting) else event
    if isinstance(standing, events.BatchProgress):
        told |= vars(standing) | {"spent": standing.spent / 1e6}  # outside, money is in dollars
    return told
