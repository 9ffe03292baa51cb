"""Jobs of a sandbox. A job's status follows from the time alone; no thread works on it."""

import bisect
import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from krea_cli.sandbox.job_timing import JobTiming
from krea_cli.sandbox.openapi import Route

STATUSES = (
    "backlogged",
    "queued",
    "scheduled",
    "processing",
    "sampling",
    "intermediate-complete",
    "completed",
    "failed",
    "cancelled",
)
END_STATUSES = frozenset({"completed", "failed", "cancelled"})


@dataclass
class SandboxJob:
    """A job and its future: everything is known in advance, except for a DELETE.

    Times are seconds since 1970.

    route: its model
    body: the request
    timing: its phases after the backlog
    final_status: the status at its end
    error: `code` and `message` of a job that fails, None without
    is_stranger: True for a job of an imaginary other program
    readable_from: time from which GET /jobs/{id} finds it
    listed_from: time from which GET /jobs has it
    starts_at: end of its time in the backlog
    cancelled_at: time of a DELETE, None without
    result_paths: current path of each result on the files port, by label
    """

    id: str
    route: Route
    body: dict[str, Any]
    created_at: float
    timing: JobTiming
    final_status: str
    error: dict[str, str] | None = None
    is_stranger: bool = False
    readable_from: float = 0.0
    listed_from: float = 0.0
    starts_at: float = 0.0
    cancelled_at: float | None = None
    result_paths: dict[str, str] = field(default_factory=dict)

    @property
    def ended_at(self) -> float:
        """Time of its end, in the past or in the future."""
        return self.cancelled_at or self.starts_at + self.timing.total_seconds

    def status(self, now: float) -> str:
        """The status at the moment NOW."""
        if now >= self.ended_at:
            return "cancelled" if self.cancelled_at else self.final_status
        elapsed = now - self.starts_at
        if elapsed < 0:
            return "backlogged"
        if elapsed < self.timing.queued_seconds:
            return "queued" if elapsed < 0.6 * self.timing.queued_seconds else "scheduled"
        share = (elapsed - self.timing.queued_seconds) / self.timing.running_seconds
        if share < 0.5:
            return "processing"
        return "sampling" if share < 0.85 else "intermediate-complete"


class Jobs:
    """All jobs, and the slots that they run in. Safe to use from any thread.

    CONCURRENCY is the number of slots, NOW gives the time in seconds since 1970.
    """

    def __init__(self, concurrency: int, now: Callable[[], float]) -> None:
        self._now = now
        self._slots_free_at = [0.0] * concurrency  # a heap of times
        self._jobs: dict[str, SandboxJob] = {}
        self._by_creation: list[tuple[float, int, SandboxJob]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def add(self, job: SandboxJob, *, backlog: int | None = None) -> bool:
        """Add JOB and give it a slot; return False if BACKLOG jobs wait already."""
        with self._lock:
            if not job.is_stranger:
                now = self._now()
                waiting = sum(other.starts_at > now for other in self._jobs.values())
                if backlog is not None and waiting >= backlog and self._slots_free_at[0] > now:
                    return False
            self._schedule(job)
            self._jobs[job.id] = job
            bisect.insort(self._by_creation, (job.created_at, next(self._numbers), job))
        return True

    def get(self, job_id: str) -> SandboxJob | None:
        """The job for a single read; None if there is none, or none yet."""
        job = self._jobs.get(job_id)
        return job if job and max(job.created_at, job.readable_from) <= self._now() else None

    def all(self) -> list[SandboxJob]:
        """Every job, oldest first, also those that no read finds yet."""
        with self._lock:
            return [job for _, _, job in self._by_creation]

    def newest_first(self, before: float | None) -> Iterator[SandboxJob]:
        """The jobs of the list, created before the moment BEFORE if that is given."""
        now = self._now()
        with self._lock:
            end = len(self._by_creation)
            if before is not None:
                end = bisect.bisect_left(self._by_creation, before, key=lambda entry: entry[0])
            entries = self._by_creation[:end]
        for created_at, _, job in reversed(entries):
            if max(created_at, job.listed_from) <= now:
                yield job

    def delete(self, job: SandboxJob) -> None:
        """Cancel JOB if it runs; otherwise remove it, as the real endpoint may do."""
        now = self._now()
        with self._lock:
            if job.status(now) in END_STATUSES:
                self._jobs.pop(job.id, None)
                self._by_creation = [entry for entry in self._by_creation if entry[2] is not job]
                return
            job.cancelled_at = now
            self._reschedule(now)

    def _schedule(self, job: SandboxJob) -> None:
        if job.is_stranger:  # its slots are those of another account
            job.starts_at = job.created_at
            return
        job.starts_at = max(job.created_at, self._slots_free_at[0])
        heapq.heapreplace(self._slots_free_at, job.starts_at + job.timing.total_seconds)

    def _reschedule(self, now: float) -> None:
        """Give the slot that became free to the next job in the backlog."""
        own = [job for _, _, job in self._by_creation if not job.is_stranger and job.ended_at > now]
        occupied = [job.ended_at for job in own if job.starts_at <= now]
        concurrency = len(self._slots_free_at)
        self._slots_free_at = (occupied + [0.0] * concurrency)[:concurrency]
        heapq.heapify(self._slots_free_at)
        for job in own:
            if job.starts_at > now:
                job.starts_at = max(now, job.created_at, self._slots_free_at[0])
                heapq.heapreplace(self._slots_free_at, job.ended_at)


def iso_time(moment: float) -> str:
    """MOMENT in the service's format: ISO 8601 in UTC with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
