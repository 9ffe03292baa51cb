"""How fast a count grows, over the last minutes."""

from collections import deque

WINDOW_SECONDS = 300.0  # a few of the slowest jobs fit, and a service that slows down shows soon
APART_SECONDS = 1.0  # of 100,000 items, no more samples than seconds


class Rate:
    """The growth of a count. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, count: int, now: float) -> None:
        """The count is COUNT at the moment NOW."""
        samples = self._samples
        if len(samples) > 1 and now - samples[-1][0] < APART_SECONDS:
            samples[-1] = (samples[-1][0], count)
        else:
            samples.append((now, count))
        self._forget(now)

    def per_second(self, now: float) -> float | None:
        """How much the count grows in a second, as of NOW; None while nothing can be said."""
        self._forget(now)
        if not self._samples:
            return None
        (since, before), (_, count) = self._samples[0], self._samples[-1]
        if count <= before or now - since < APART_SECONDS:
            return None
        return (count - before) / (now - since)

    def _forget(self, now: float) -> None:
        """Let go of what is older than the window, but for the last before it: it is the base."""
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW_SECONDS:
            self._samples.popleft()
