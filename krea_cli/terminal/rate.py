"""Growth of a count over the last minutes."""

from collections import deque

WINDOW_SECONDS = 300.0  # a few of the slowest jobs fit, and a service that slows down shows soon
MIN_SAMPLE_GAP_SECONDS = 1.0  # a batch of 100,000 items keeps no more samples than seconds


class Rate:
    """Growth of a count. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add_sample(self, count: int, now: float) -> None:
        """Record that the count is COUNT at the moment NOW."""
        samples = self._samples
        if len(samples) > 1 and now - samples[-1][0] < MIN_SAMPLE_GAP_SECONDS:
            samples[-1] = (samples[-1][0], count)
        else:
            samples.append((now, count))
        self._drop_old_samples(now)

    def per_second(self, now: float) -> float | None:
        """Growth per second as of NOW; None without enough samples, or without growth."""
        self._drop_old_samples(now)
        if not self._samples:
            return None
        (first_time, first_count), (_, last_count) = self._samples[0], self._samples[-1]
        if last_count <= first_count or now - first_time < MIN_SAMPLE_GAP_SECONDS:
            return None
        return (last_count - first_count) / (now - first_time)

    def _drop_old_samples(self, now: float) -> None:
        """Drop samples from before the window, except the last of them: growth starts there."""
        while len(self._samples) > 1 and self._samples[1][0] <= now - WINDOW_SECONDS:
            self._samples.popleft()
