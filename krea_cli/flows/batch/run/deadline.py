"""The deadline of a batch: nothing is sent that would usually end later."""

import threading
import time
from collections.abc import Callable
from statistics import median

from krea_cli.flows.context import FlowContext

FRESH_SECONDS = 10.0  # for which the usual time of a model is not asked for again
HALF_A_DAY = 43_200


class Deadline:
    """Tells which models may still be sent, as of this moment. Safe for any thread.

    at: seconds since 1970; None without a deadline
    passed: True once a model was refused
    """

    def __init__(
        self, at: float | None, context: FlowContext, typical: Callable[[str], float | None]
    ) -> None:
        self.at = at
        self.passed = False
        self._context = context
        self._typical = typical
        self._usual: dict[str, tuple[float, float]] = {}  # by model; with the time of the look
        self._lock = threading.Lock()

    def allows(self, model: str) -> bool:
        """Tell if a job of MODEL that is sent now usually ends in time."""
        if self.at is None:
            return True
        is_in_time = self._context.clock.now() + self._usual_seconds(model) <= self.at
        self.passed = self.passed or not is_in_time
        return is_in_time

    @property
    def clock_time(self) -> str:
        """The deadline as a local time of day: 06:00; with the date if it is not today's."""
        at, now = self.at or 0.0, self._context.clock.now()
        is_today = time.localtime(at)[:3] == time.localtime(now)[:3]
        is_near = is_today or 0 <= at - now < HALF_A_DAY
        return time.strftime("%H:%M" if is_near else "%Y-%m-%d %H:%M", time.localtime(at))

    def _usual_seconds(self, model: str) -> float:
        """Return the usual time of MODEL: of jobs here, else of the catalog; 0 if unknown."""
        now = self._context.clock.monotonic()
        with self._lock:
            asked_at, seconds = self._usual.get(model, (None, 0.0))
        if asked_at is not None and now - asked_at < FRESH_SECONDS:
            return seconds
        durations = self._context.records.durations(model)
        seconds = median(durations) if durations else self._typical(model) or 0.0
        with self._lock:
            self._usual[model] = now, seconds
        return seconds


def next_time_of_day(minutes: int, now: float) -> float:
    """Return the next local time of day, MINUTES after midnight, that is later than NOW.

    Both times are in seconds since 1970. On a day that skips it, the hour after stands for it.
    """
    day = time.localtime(now)

    def at(days: int) -> float:
        date = day.tm_year, day.tm_mon, day.tm_mday + days
        return time.mktime((*date, minutes // 60, minutes % 60, 0, 0, 0, -1))

    return at(0) if at(0) > now else at(1)
