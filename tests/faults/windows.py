"""Several commands at once on one clock that never waits: whoever's pause ends first goes on."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from krea_cli.clock import Clock
from tests.fake_clock import FakeClock

T = TypeVar("T")


class Windows:
    """Lets one window run at a time, from one of its pauses to the next, so that each run of a
    test is the same."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self._wakes: dict[int, float] = {}  # when the pause of a window ends, monotonic
        self._running: int | None = None
        self._turn = threading.Condition()

    def run(self, calls: Sequence[Callable[[Clock], T]]) -> list[T]:
        """Call each of CALLS in a thread of its own; what they return, in the same order."""
        answers: dict[int, T] = {}
        self._wakes = dict.fromkeys(range(len(calls)), self.clock.monotonic())

        def work(number: int, call: Callable[[Clock], T]) -> None:
            self._await_turn(number)
            try:
                answers[number] = call(Window(self, number))
            finally:
                self._leave()

        threads = [
            threading.Thread(target=work, args=each, daemon=True) for each in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answers[number] for number in range(len(calls))]

    def sleep(self, number: int, seconds: float) -> None:
        """Let the others run until the pause of window NUMBER is the next to end."""
        with self._turn:
            self._wakes[number] = self.clock.monotonic() + seconds
        self._leave()
        self._await_turn(number)

    def _leave(self) -> None:
        with self._turn:
            self._running = None
            self._turn.notify_all()

    def _await_turn(self, number: int) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._running is None and self._next() == number)
            self._running = number
            wake = self._wakes.pop(number)
            self.clock.advance(max(0.0, wake - self.clock.monotonic()))

    def _next(self) -> int:
        return min(self._wakes, key=lambda number: (self._wakes[number], number))


class Window(Clock):
    """The clock of one of the windows."""

    def __init__(self, windows: Windows, number: int) -> None:
        super().__init__()
        self._windows = windows
        self._number = number

    def now(self) -> float:
        """Seconds since 1970, the same in all windows."""
        return self._windows.clock.now()

    def monotonic(self) -> float:
        """Seconds, the same in all windows."""
        return self._windows.clock.monotonic()

    def attend(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL here and now."""
        self.check()
        return call()

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._windows.sleep(self._number, seconds)
