"""A clock on which time passes many times faster, for real processes with short waits."""

import time
from typing import Any

from krea_cli.clock import Clock, Mailbox

SPEED = 20.0


class AcceleratedClock(Clock):
    """A clock that is SPEED times faster than time from ORIGIN on, in seconds since 1970.

    Clocks of one origin and speed show equal times, in whatever process.
    """

    def __init__(self, origin: float, speed: float = SPEED) -> None:
        super().__init__()
        self.speed = speed
        self._origin = origin

    def now(self) -> float:
        """Seconds since 1970."""
        return self._origin + (time.time() - self._origin) * self.speed

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic() * self.speed

    def boot(self) -> tuple[str, float]:
        """The seconds from the origin on."""
        return "boot", self.now() - self._origin

    def mailbox(self) -> Mailbox[Any]:
        """A mailbox whose waits are as short as all others."""
        return _AcceleratedMailbox(self)

    def _sleep(self, seconds: float) -> None:
        super()._sleep(seconds / self.speed)


class _AcceleratedMailbox(Mailbox[Any]):
    def __init__(self, clock: AcceleratedClock) -> None:
        super().__init__(clock)
        self._speed = clock.speed

    def get(self, seconds: float | None = None, *, ignore_signals: bool = False) -> Any:
        real_seconds = None if seconds is None else seconds / self._speed
        return super().get(real_seconds, ignore_signals=ignore_signals)
