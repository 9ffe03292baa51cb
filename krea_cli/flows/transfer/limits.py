"""The speed below which a download is given up, and its greatest size."""

import os
from collections.abc import Callable
from math import inf

from krea_cli.clock import Clock
from krea_cli.errors import KreaError, Unanswered

PIECE_SECONDS = 10.0  # without a byte
MIN_BYTES_PER_SECOND = 1000
MIN_SPEED_WINDOW_SECONDS = 60.0
# When the time of a job is over, its result may still come in, while it comes quickly.
LATE_BYTES_PER_SECOND = 10_000
LATE_WINDOW_SECONDS = 5.0
MAX_LATE_SECONDS = 600.0
LATE_PIECE_SECONDS = 3.0
# No result has this size, not even a long video.
MAX_RESULT_BYTES = 20_000_000_000
# Of the disk, left free by a result of unknown length.
RESERVE_BYTES = 500_000_000
SPACE_CHECK_BYTES = 64_000_000


class TooSlow(Unanswered):
    """The host sends so little that another connection may be better."""


class TransferLimits:
    """The limits of one download, over all of its connections.

    until: the end of the waiting for its job, monotonic; None if there is none
    is_wanted: tells if somebody still waits for it
    """

    def __init__(
        self, clock: Clock, until: float | None, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self._clock = clock
        self._is_wanted = is_wanted
        start = clock.monotonic()
        self._until = None if until is None else max(until, start + LATE_WINDOW_SECONDS)
        self.connect(0)

    def connect(self, received: int) -> None:
        """Measure anew, from a new connection on."""
        self._minute = self._mark = self._clock.monotonic(), received
        self._speed = inf
        self._space_checked = received

    def patience(self) -> float:
        """The seconds in which the next piece has to come."""
        if self._until is None:
            return PIECE_SECONDS
        left = self._until - self._clock.monotonic()
        return min(max(left, LATE_PIECE_SECONDS), PIECE_SECONDS)

    def allow_retry(self, pause: float) -> bool:
        """Return True if there is time for another try after a PAUSE in seconds."""
        return self._until is None or self._clock.monotonic() + pause < self._until

    def check(self, received: int, total: int | None, fd: int) -> None:
        """Raise an error if the download is not to go on. FD is its file.

        Raises `TooSlow` where another connection may be better.
        """
        if not self._is_wanted():
            raise KreaError("it is not wanted any more")
        if max(received, total or 0) > MAX_RESULT_BYTES:
            raise KreaError("it has more than 20 GB, which no result has")
        if total is None and received - self._space_checked >= SPACE_CHECK_BYTES:
            self._space_checked = received
            disk = os.fstatvfs(fd)
            if disk.f_bavail * disk.f_frsize < RESERVE_BYTES:
                raise KreaError(
                    "the disk is nearly full, and the host does not say how much there is to come"
                )
        self._check_speed(received)

    def _check_speed(self, received: int) -> None:
        now = self._clock.monotonic()
        since, before = self._minute
        if now - since >= MIN_SPEED_WINDOW_SECONDS:
            if received - before < MIN_BYTES_PER_SECOND * (now - since):
                raise TooSlow("the result's host sends less than 1 kB per second")
            self._minute = now, received
        since, before = self._mark
        if now - since >= LATE_WINDOW_SECONDS:
            self._speed = (received - before) / (now - since)
            self._mark = now, received
        if self._until is None or now < self._until:
            return
        if self._speed < LATE_BYTES_PER_SECOND or now > self._until + MAX_LATE_SECONDS:
            raise KreaError(f"the time to wait for it was over after {received} bytes")
