"""A clock on which time passes many times faster: real processes, real waits, little of either."""

import time
from typing import Any

from krea_cli.clock import Clock, Mailbox

SPEED = 20.0


class HurriedClock(Clock):
    """Shows the same time in every process that has the same ORIGIN, seconds since 1970."""

    def __init__(self, origin: float) -> None:
        super().__init__()
        self._origin = origin

    def now(self) -> float:
        """Seconds since 1970."""
        return self._origin + (time.time() - self._origin) * SPEED

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic() * SPEED

    def mailbox(self) -> Mailbox[Any]:
        """Its waits are as short as all others."""
        return _HurriedMailbox(self)

    def _sleep(self, seconds: float) -> None:
        super()._sleep(seconds / SPEED)


class _HurriedMailbox(Mailbox[Any]):
    def get(self, seconds: float | None = None, *, deaf: bool = False) -> Any:
        return super().get(None if seconds is None else seconds / SPEED, deaf=deaf)
