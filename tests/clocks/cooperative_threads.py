"""Threads that take turns on a clock without real waits: the first wait to end goes on."""

import threading
from collections import deque
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from krea_cli.clock import Clock, Mailbox

if TYPE_CHECKING:
    from tests.clocks.fake_clock import FakeClock

T = TypeVar("T")


class CooperativeThreads:
    """Let one thread run at a time, from one of its waits to the next.

    Each run of a test is the same. Time passes when all threads wait.
    """

    def __init__(self, clock: "FakeClock") -> None:
        self.clock = clock
        self._wakes: dict[int, float] = {}  # when the wait of a thread ends, monotonic
        self._numbers: dict[int, int] = {}  # of threads by the system's name for them
        self._running: int | None = None
        self._turn = threading.Condition()
        self._members = 0

    def enter(self) -> None:
        """The calling thread takes part from now on, and has the turn."""
        with self._turn:
            if threading.get_ident() not in self._numbers:
                self._running = self._member()
                self._numbers[threading.get_ident()] = self._running

    def spawn(self, *works: Callable[[], None]) -> list[threading.Thread]:
        """Do each of WORKS in a thread that waits for its first turn."""
        now = self.clock.monotonic()
        with self._turn:  # all of them take part before the first begins
            numbers = [self._member() for _ in works]
            self._wakes |= dict.fromkeys(numbers, now)
        return [self._start(number, work) for number, work in zip(numbers, works, strict=True)]

    def _start(self, number: int, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            self._numbers[threading.get_ident()] = number
            self._await_turn(number)
            try:
                work()
            finally:
                del self._numbers[threading.get_ident()]
                self._leave()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def sleep(self, seconds: float) -> None:
        """Let the others run until the wait of the calling thread is the next to end."""
        number = self._numbers[threading.get_ident()]
        with self._turn:
            self._wakes[number] = self.clock.monotonic() + seconds
        self._leave()
        self._await_turn(number)

    def wake(self, number: int | None = None) -> None:
        """End the wait of the thread NUMBER, or every wait, now."""
        now = self.clock.monotonic()
        for each in self._wakes if number is None else {number} & self._wakes.keys():
            self._wakes[each] = min(self._wakes[each], now)

    @property
    def number(self) -> int:
        """The number of the calling thread."""
        return self._numbers[threading.get_ident()]

    def _member(self) -> int:
        self._members += 1
        return self._members

    def _leave(self) -> None:
        with self._turn:
            self._running = None
            self._turn.notify_all()

    def _await_turn(self, number: int) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._running is None and self._next() == number)
            self._running = number
            wake = self._wakes.pop(number)
            assert wake < inf, "every thread waits for another one"
            self.clock.advance(max(0.0, wake - self.clock.monotonic()))

    def _next(self) -> int:
        return min(self._wakes, key=lambda number: (self._wakes[number], number))


class CooperativeMailbox(Mailbox[T], Generic[T]):
    """A mailbox between such threads; CLOCK is that of the command."""

    def __init__(self, clock: Clock, turns: CooperativeThreads) -> None:
        super().__init__(clock)
        self._turns = turns
        self._things: deque[T] = deque()
        self._readers: list[int] = []  # that wait, the first come first

    def put(self, thing: T) -> None:
        """Leave THING here."""
        self._things.append(thing)
        if self._readers:
            self._turns.wake(self._readers.pop(0))

    def get(self, seconds: float | None = None, *, ignore_signals: bool = False) -> Any:
        """The next thing; None after SECONDS or a signal."""
        if not ignore_signals:
            self._clock.raise_if_interrupted()
        if not self._things:
            number = self._turns.number
            self._readers.append(number)
            self._turns.sleep(inf if seconds is None else max(0.0, seconds))
            if number in self._readers:
                self._readers.remove(number)
        if not ignore_signals:
            self._clock.raise_if_interrupted()
        return self._things.popleft() if self._things else None
