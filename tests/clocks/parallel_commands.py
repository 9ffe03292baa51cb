"""Several commands at once on one clock that never waits: whoever's pause ends first goes on."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from krea_cli.clock import Clock
from tests.clocks.cooperative_threads import TurnMailbox, Turns
from tests.clocks.fake_clock import FakeClock

T = TypeVar("T")


class Windows:
    """Lets one window run at a time, so that each run of a test is the same."""

    def __init__(self, clock: FakeClock) -> None:
        self.turns = Turns(clock)

    def run(self, calls: Sequence[Callable[[Clock], T]]) -> list[T]:
        """Call each of CALLS in a thread of its own; what they return, in the same order."""
        answers: dict[int, T] = {}

        def work(number: int, call: Callable[[Clock], T]) -> Callable[[], None]:
            def window() -> None:
                answers[number] = call(Window(self.turns))

            return window

        windows = [work(number, call) for number, call in enumerate(calls)]
        for thread in [self.turns.spawn(window) for window in windows]:
            thread.join()
        return [answers[number] for number in range(len(calls))]


class Window(Clock):
    """The clock of one of the windows."""

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns

    def now(self) -> float:
        """Seconds since 1970, the same in all windows."""
        return self._turns.clock.now()

    def monotonic(self) -> float:
        """Seconds, the same in all windows."""
        return self._turns.clock.monotonic()

    def attend(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL here and now."""
        self.check()
        return call()

    def spawn(self, work: Callable[[], None]) -> None:
        """Another thread of this window, with turns of its own."""
        self._turns.spawn(work)

    def mailbox(self) -> TurnMailbox[Any]:
        """Between the threads of this window."""
        return TurnMailbox(self, self._turns)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._turns.sleep(seconds)
