"""How many jobs may be with the service at once: fewer when it has no room, more again in time."""


class Throttle:
    """Up to MOST jobs at once. A refusal or a queue shows what the account takes just now.

    The limit falls at once. What was found to be the most is tried again, but not with every job:
    only after as many successes as the limit allows jobs. Where more than that is taken then, it
    was a passing trouble, and each success raises the limit by one.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.limit = most
        self._ceiling = most  # what seems to be the most
        self._successes = 0
        self._queued: set[str] = set()

    def refused(self, flying: int) -> None:
        """There was no room for one more than FLYING jobs."""
        self._lower(flying)

    def taken(self, flying: int) -> None:
        """There was room for one more, which makes FLYING."""
        if flying > self._ceiling:
            self._ceiling = self.most

    def queued(self, job_id: str, flying: int) -> None:
        """Of FLYING jobs this one is kept waiting by the service; it counts once."""
        if job_id not in self._queued:
            self._queued.add(job_id)
            self._lower(min(self.limit, flying) - 1)

    def succeeded(self, job_id: str) -> None:
        """A job was done."""
        self._queued.discard(job_id)
        self._successes += 1
        needed = 1 if self.limit < self._ceiling else self.limit
        if self._successes >= needed and self.limit < self.most:
            self.limit += 1
            self._successes = 0

    def _lower(self, limit: int) -> None:
        self.limit = self._ceiling = max(1, min(self.limit, limit))
        self._successes = 0
