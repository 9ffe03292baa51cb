"""A clock that a test moves: pauses pass at once, and signals arrive at a set time."""

from collections.abc import Callable
from typing import Any, TypeVar

from krea_cli.clock import Clock
from tests.clocks.cooperative_threads import CooperativeMailbox, CooperativeThreads

T = TypeVar("T")


class FakeClock(Clock):
    """A clock that starts at START, in seconds since 1970."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        super().__init__()
        self._start = start
        self._passed = 0.0
        self._stops: list[tuple[float, int]] = []
        self.pauses: list[float] = []
        self._turns: CooperativeThreads | None = None  # from the first thread on

    def now(self) -> float:
        """Seconds since 1970."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._passed

    def boot(self) -> tuple[str, float]:
        """The seconds since this clock was made, whatever its wall clock shows."""
        return "boot", self._passed

    def leap(self, seconds: float) -> None:
        """Set the wall clock forward by SECONDS, or back."""
        self._start += seconds

    def stop_at(self, moment: float, signal: int) -> None:
        """Let SIGNAL arrive at MOMENT, seconds since 1970, in the pause that reaches it."""
        self._stops = sorted([*self._stops, (moment, signal)])

    def advance(self, seconds: float) -> None:
        """Let SECONDS pass."""
        end = self._passed + seconds
        if self._stops and self._start + end >= self._stops[0][0]:
            moment, signal = self._stops.pop(0)
            self._passed = max(self._passed, moment - self._start)
            self.stop(signal)
            return
        self._passed = end

    def stop(self, number: int) -> None:
        """Signal NUMBER arrives."""
        super().stop(number)
        if self._turns:
            self._turns.wake()

    def start_thread(self, work: Callable[[], None]) -> None:
        """From now on threads take turns, the calling one among them."""
        self._threads().spawn(work)

    def mailbox(self) -> CooperativeMailbox[Any]:
        """Between the threads of the command."""
        return CooperativeMailbox(self, self._threads())

    def _threads(self) -> CooperativeThreads:
        self._turns = self._turns or CooperativeThreads(self)
        self._turns.enter()
        return self._turns

    def wait_for(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL here and now."""
        self.raise_if_interrupted()
        return call()

    def _sleep(self, seconds: float) -> None:
        if self.signal is None and seconds > 0:
            self.pauses.append(seconds)
            if self._turns:
                self._turns.sleep(seconds)
            else:
                self.advance(seconds)
