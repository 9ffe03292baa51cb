"""Tell the time and wait, so that a signal ends a wait at once and no test has to sleep."""

import _thread
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from krea_cli.errors import Interrupted

T = TypeVar("T")
SIGNAL_CHECK_SECONDS = 0.2
# What a signal puts into the queue of a waiting thread: end the wait, or look at
# `drain_requested`. `_DONE`: the call is over.
_STOP, _DRAIN, _DONE = object(), object(), object()


class Clock:
    """The system's clock, and a stop that interrupts every wait on it.

    Everything slow happens in `sleep`, `wait_for` or `Mailbox.get`. A signal handler calls `stop`;
    the current wait then raises `Interrupted`. Between two waits nothing is raised, so no ledger
    row or file is left half written.

    signal: the number of the first signal, or None
    drain_requested: True once SIGINT asked to start nothing new, inside `drain_on_interrupt`
    now: seconds since 1970, as the ledger stores them
    monotonic: seconds that never jump back, for timeouts and rates
    """

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)

    def __init__(self) -> None:
        self.signal: int | None = None
        self.drain_requested = False
        self._drains_on_interrupt = False
        self._signal_count = 0
        # SimpleQueue.put is safe inside a signal handler; Event.set can deadlock there.
        self._wake_queues: list[SimpleQueue[Any]] = []
        self._raises_in_handler = False

    @property
    def stopping(self) -> bool:
        """True once `stop` was called; busy threads look at it between two chunks."""
        return self.signal is not None

    def stop(self, number: int) -> None:
        """Interrupt every wait, because signal NUMBER arrived. Safe in a signal handler."""
        is_first = not (self.drain_requested or self.signal)
        only_drain = self._drains_on_interrupt and number == signal.SIGINT and is_first
        if only_drain:
            self.drain_requested = True
        else:
            self.signal = self.signal or number
            self._signal_count += 1
        for queue in tuple(self._wake_queues):
            queue.put(_DRAIN if only_drain else _STOP)
        if self._raises_in_handler and not only_drain:
            raise Interrupted(number)

    @contextmanager
    def drain_on_interrupt(self) -> Iterator[None]:
        """Let the first SIGINT of the block only set `drain_requested` and wake `Mailbox.get`."""
        self._drains_on_interrupt = True
        try:
            yield
        finally:
            self._drains_on_interrupt = False

    def boot(self) -> tuple[str, float]:
        """The id of this boot of the machine, and the seconds since. No leap of the clock counts.

        Where the system tells neither, the wall clock stands in for it.
        """
        if (boot_id := _boot_id()) and hasattr(time, "CLOCK_BOOTTIME"):
            return boot_id, time.clock_gettime(time.CLOCK_BOOTTIME)
        return "", self.now()

    def start_thread(self, work: Callable[[], None]) -> None:
        """Do WORK in a thread of its own, which dies with the process."""
        threading.Thread(target=work, daemon=True).start()

    def mailbox(self) -> "Mailbox[Any]":
        """Make a mailbox on this clock."""
        return Mailbox(self)

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal raise `Interrupted` inside a blocking read of the block (prompt, stdin).

        For the main thread only.
        """
        self.raise_if_interrupted()
        before, self._raises_in_handler = self._raises_in_handler, True
        try:
            yield
        finally:
            self._raises_in_handler = before

    def raise_if_interrupted(self) -> None:
        """Raise `Interrupted` if a signal arrived."""
        if self.signal is not None:
            raise Interrupted(self.signal)

    def seconds_until(self, deadline: float | None) -> float | None:
        """Seconds until DEADLINE (monotonic), at least one; None without a deadline."""
        return None if deadline is None else max(1.0, deadline - self.monotonic())

    def sleep(self, seconds: float) -> None:
        """Wait for SECONDS. Raises `Interrupted` as soon as a signal arrives."""
        self._sleep(seconds)
        self.raise_if_interrupted()

    def wait_for(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL in a daemon thread and return its result, or raise its exception.

        After a signal, wait GRACE seconds more for the result, or until a second signal. Then
        raise `Interrupted` and abandon the thread, which dies with the process. A result within
        the grace is returned, and the next wait raises `Interrupted`.
        """
        queue: SimpleQueue[object] = SimpleQueue()
        results: list[T] = []
        failures: list[BaseException] = []

        def work() -> None:
            try:
                results.append(call())
            except BaseException as failure:  # carried over to the waiting thread
                failures.append(failure)
            queue.put(_DONE)

        self._wake_queues.append(queue)
        try:
            # After the queue is listed: a signal in between would not wake us.
            self.raise_if_interrupted()
            _thread.start_new_thread(work, ())  # without the wait of `Thread.start`
            while (event := get_interruptibly(queue)) is _DRAIN:
                pass
            if event is _STOP and self._signal_count == 1 and grace > 0:
                with suppress(Empty):
                    event = queue.get(timeout=grace)
            if event is _STOP and not (grace > 0 and results):
                self.raise_if_interrupted()
        finally:
            self._wake_queues.remove(queue)
        if failures:
            raise failures[0]
        return results[0]

    def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        queue: SimpleQueue[object] = SimpleQueue()
        self._wake_queues.append(queue)
        try:
            if not self.stopping:
                queue.get(timeout=seconds)
        except Empty:
            pass
        finally:
            self._wake_queues.remove(queue)


@cache
def _boot_id() -> str | None:
    with suppress(OSError), open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()
    return None


class Mailbox(Generic[T]):
    """A queue from any thread to one thread, which waits on a clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: SimpleQueue[T] = SimpleQueue()

    def put(self, item: T) -> None:
        """Leave ITEM for the other thread."""
        self._queue.put(item)

    def get(self, seconds: float | None = None, *, ignore_signals: bool = False) -> T | None:
        """Take the next item; None after SECONDS, or when `drain_requested` was set.

        Raises `Interrupted`. Use IGNORE_SIGNALS to wait for threads after a signal was handled.
        """
        clock, queue = self._clock, self._queue
        end = None if seconds is None else time.monotonic() + seconds
        clock._wake_queues.append(queue)
        try:
            while True:
                if not ignore_signals:
                    clock.raise_if_interrupted()
                timeout = SIGNAL_CHECK_SECONDS
                if end is not None:
                    timeout = min(timeout, end - time.monotonic())
                with suppress(Empty):
                    item = queue.get(timeout=timeout) if timeout > 0 else queue.get_nowait()
                    if item is not _STOP:
                        return None if item is _DRAIN else item
                    continue
                if timeout <= 0:
                    return None
        finally:
            clock._wake_queues.remove(queue)


def get_interruptibly(queue: "SimpleQueue[T]") -> T:
    """Wait for the next item of QUEUE, which a signal handler may fill.

    Python runs a handler between two steps of this thread. Just before an endless wait, it would
    take effect only when the next item comes. Hence many short waits.
    """
    while True:
        with suppress(Empty):
            return queue.get(timeout=SIGNAL_CHECK_SECONDS)
