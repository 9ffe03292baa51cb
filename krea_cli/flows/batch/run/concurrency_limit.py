"""Adapt how many jobs may be with the service at once."""


class AdaptiveLimit:
    """Allows up to MAXIMUM jobs at once, fewer while the account has no room for them.

    The limit falls at once, and is raised after as many successes as it allows jobs. Where the
    account takes more than it had room for, the trouble was passing: then each success raises it.
    """

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum
        self.limit = maximum
        self._ceiling = maximum  # the most that the account seems to take
        self._successes = 0
        self._backlogged: set[str] = set()

    def refuse(self, in_flight: int) -> None:
        """Lower the limit to IN_FLIGHT: the account took no more."""
        self._lower(in_flight)

    def accept(self, in_flight: int) -> None:
        """Lift the ceiling if the account took more jobs than that: IN_FLIGHT."""
        if in_flight > self._ceiling:
            self._ceiling = self.maximum

    def backlog(self, job_id: str, in_flight: int) -> None:
        """Lower the limit below IN_FLIGHT: the service keeps this job waiting. It counts once."""
        if job_id not in self._backlogged:
            self._backlogged.add(job_id)
            self._lower(min(self.limit, in_flight) - 1)

    def succeed(self, job_id: str) -> None:
        """Count a finished job; raise the limit after enough of them."""
        self._backlogged.discard(job_id)
        self._successes += 1
        needed = 1 if self.limit < self._ceiling else self.limit
        if self._successes >= needed and self.limit < self.maximum:
            self.limit += 1
            self._successes = 0

    def _lower(self, limit: int) -> None:
        self.limit = self._ceiling = max(1, min(self.limit, limit))
        self._successes = 0
