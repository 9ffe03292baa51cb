"""A clock on which time passes many times faster, for real processes with short waits."""

import time
from typing import Any

from krea_cli.clock import Clock, Mailbox

TIMES_FASTER = 20.0


class AcceleratedClock(Clock):
    """A clock that shows equal time in every process with an equal ORIGIN, seconds since 1970."""

    def __init__(self, origin: float) -> None:
        super().__init__()
        self._origin = origin

    def now(self) -> float:
        """Seconds since 1970."""
        return self._origin + (time.time() - self._origin) * TIMES_FASTER

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic() * TIMES_FASTER

    def mailbox(self) -> Mailbox[Any]:
        """A mailbox whose waits are as short as all others."""
        return _AcceleratedMailbox(self)

    def _sleep(self, seconds: float) -> None:
        super()._sleep(seconds / TIMES_FASTER)


class _AcceleratedMailbox(Mailbox[Any]):
    def get(self, seconds: float | None = None, *, ignore_signals: bool = False) -> Any:
        return super().get(None if seconds is None else seconds / TIMES_FASTER, ignore_signals=ignore_signals)
