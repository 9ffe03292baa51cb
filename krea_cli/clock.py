"""Time, and how to wait in it so that a signal is answered at once and a test never sleeps."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from krea_cli.errors import Interrupted

T = TypeVar("T")
LOOK_UP = 0.2  # seconds
# What wakes who waits: a signal that ends the wait, one that only asks, an answer.
_STOP, _LOOK, _DONE = object(), object(), object()


class Clock:
    """The system's clock, and a stop that interrupts whatever waits on it.

    Everything that takes long happens in `pause` or `attend`. A signal handler calls `stop`; the
    wait under way then ends with `Interrupted`. Nothing is raised between two waits, so a
    ledger row or a file is never left half done.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.asked = False  # an INT inside `gently` asked to begin nothing new
        self._gentle = False
        self._signals = 0
        # SimpleQueue.put is safe inside a signal handler; Event.set can deadlock there.
        self._waiting: list[SimpleQueue[Any]] = []
        self._exposed = False

    def now(self) -> float:
        """Seconds since 1970, as the ledger stores them."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that only ever grow, for time-outs and rates."""
        return time.monotonic()

    @property
    def stopping(self) -> bool:
        """True once `stop` was called; threads at work look at it between two chunks."""
        return self.signal is not None

    def stop(self, number: int) -> None:
        """Ask everything that waits to end, because signal NUMBER arrived. Safe in a handler."""
        gentle = self._gentle and number == signal.SIGINT and not (self.asked or self.signal)
        if gentle:
            self.asked = True
        else:
            self.signal = self.signal or number
            self._signals += 1
        for box in tuple(self._waiting):
            box.put(_LOOK if gentle else _STOP)
        if self._exposed and not gentle:
            raise Interrupted(number)

    @contextmanager
    def gently(self) -> Iterator[None]:
        """Around work in which a first INT only asks (`asked`) and wakes who waits for mail."""
        self._gentle = True
        try:
            yield
        finally:
            self._gentle = False

    def spawn(self, work: Callable[[], None]) -> None:
        """Do WORK in a thread of its own, which dies with the process."""
        threading.Thread(target=work, daemon=True).start()

    def mailbox(self) -> "Mailbox[Any]":
        """A place where threads leave things for one of them."""
        return Mailbox(self)

    @contextmanager
    def exposed(self) -> Iterator[None]:
        """Around a blocking read in the main thread (a prompt, stdin): a signal raises there."""
        self.check()
        before, self._exposed = self._exposed, True
        try:
            yield
        finally:
            self._exposed = before

    def check(self) -> None:
        """Raise `Interrupted` if a signal arrived."""
        if self.signal is not None:
            raise Interrupted(self.signal)

    def pause(self, seconds: float) -> None:
        """Let SECONDS pass. Raises `Interrupted` as soon as a signal arrives."""
        self._sleep(seconds)
        self.check()

    def attend(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL in a daemon thread and give back what it returns or raises.

        After a signal, wait up to GRACE seconds more for its answer (a second signal ends that
        too), then raise `Interrupted` and leave the thread behind: it dies with the process.
        An answer that came within the grace is returned; the next wait raises `Interrupted`.
        """
        box: SimpleQueue[object] = SimpleQueue()
        answers: list[T] = []
        failures: list[BaseException] = []

        def work() -> None:
            try:
                answers.append(call())
            except BaseException as failure:  # carried over to the thread that waits
                failures.append(failure)
            box.put(_DONE)

        self._waiting.append(box)
        try:
            self.check()  # after the box is known: a signal in between would not wake us
            threading.Thread(target=work, daemon=True).start()
            while (word := taken(box)) is _LOOK:
                pass
            if word is _STOP and self._signals == 1 and grace > 0:
                with suppress(Empty):
                    word = box.get(timeout=grace)
            if word is _STOP and not (grace > 0 and answers):
                self.check()
        finally:
            self._waiting.remove(box)
        if failures:
            raise failures[0]
        return answers[0]

    def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        box: SimpleQueue[object] = SimpleQueue()
        self._waiting.append(box)
        try:
            if not self.stopping:
                box.get(timeout=seconds)
        except Empty:
            pass
        finally:
            self._waiting.remove(box)


class Mailbox(Generic[T]):
    """Hands things from any thread to the one that takes them out, in their order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._box: SimpleQueue[T] = SimpleQueue()

    def put(self, thing: T) -> None:
        """Leave THING here."""
        self._box.put(thing)

    def get(self, seconds: float | None = None, *, ignore_signals: bool = False) -> T | None:
        """The next thing. None after SECONDS, or when a signal only asked.

        Raises `Interrupted`, unless DEAF: for who has heard the signal and waits for the others.
        """
        clock, box = self._clock, self._box
        end = None if seconds is None else time.monotonic() + seconds
        clock._waiting.append(box)
        try:
            while True:
                if not ignore_signals:
                    clock.check()
                left = LOOK_UP if end is None else min(LOOK_UP, end - time.monotonic())
                with suppress(Empty):
                    thing = box.get(timeout=left) if left > 0 else box.get_nowait()
                    if thing is not _STOP:
                        return None if thing is _LOOK else thing
                    continue
                if left <= 0:
                    return None
        finally:
            clock._waiting.remove(box)


def taken(box: "SimpleQueue[T]") -> T:
    """The next thing out of BOX, which a signal handler may fill: waits as long as it takes.

    Python runs a handler between two steps of this thread: a signal that came just before a wait
    without an end would be noticed only when the next one comes.
    """
    while True:
        with suppress(Empty):
            return box.get(timeout=LOOK_UP)
