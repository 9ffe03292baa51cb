"""Turns: which of the submit threads may send now."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from krea_cli.clock import Clock, Mailbox


class Turns:
    """Lets COUNT requests leave at once; the next ones are claimed, and wait here.

    A request that got its job hands its turn on at once. Any other end may end all sending, or
    call for a pause. So the scheduler has to know of it first.
    """

    def __init__(self, count: int, clock: Clock) -> None:
        self._free: Mailbox[Literal[True]] = clock.mailbox()
        self._thread = threading.local()
        for _ in range(count):
            self.hand_on()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a turn, and hold it for the block. Raises `Interrupted`."""
        while self._free.get() is None:
            pass  # a first Ctrl-C woke it
        self._thread.holds = True
        yield
        self._thread.holds = False
        self.hand_on()

    def keep(self) -> bool:
        """Tell if this thread still holds a turn, for the message that ends it."""
        holds, self._thread.holds = getattr(self._thread, "holds", False), False
        return holds

    def hand_on(self) -> None:
        """Let the next request leave."""
        self._free.put(True)
