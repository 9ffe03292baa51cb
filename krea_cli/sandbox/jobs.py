"""The jobs of a sandbox. A job's status follows from the time; nothing runs behind it."""

import bisect
import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from krea_cli.sandbox.job_timing import Course
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
TERMINAL = frozenset({"completed", "failed", "cancelled"})


@dataclass
class Job:
    """A job and its whole future: all of it is known when the job is made, but for a DELETE."""

    id: str
    route: Route
    body: dict[str, Any]
    created_at: float
    course: Course
    end: str  # the status it will end with
    error: dict[str, str] | None = None
    stranger: bool = False
    found_from: float = 0.0  # GET /jobs/{id} finds it from this moment on
    listed_from: float = 0.0  # GET /jobs lists it from this moment on
    starts_at: float = 0.0
    cancelled_at: float | None = None
    paths: dict[str, str] = field(default_factory=dict)  # addresses handed out, by output

    @property
    def ended_at(self) -> float:
        """When the job ends, or has ended."""
        return self.cancelled_at or self.starts_at + self.course.total

    def status(self, now: float) -> str:
        """The status at the moment NOW."""
        if now >= self.ended_at:
            return "cancelled" if self.cancelled_at else self.end
        waited = now - self.starts_at
        if waited < 0:
            return "backlogged"
        if waited < self.course.queued:
            return "queued" if waited < 0.6 * self.course.queued else "scheduled"
        done = (waited - self.course.queued) / self.course.running
        return "processing" if done < 0.5 else "sampling" if done < 0.85 else STATUSES[5]


class Jobs:
    """All jobs, oldest first, and the slots they run in. Safe to use from any thread."""

    def __init__(self, concurrency: int, now: Callable[[], float]) -> None:
        self._now = now
        self._slots = [0.0] * concurrency  # when each slot is free again, as a heap
        self._jobs: dict[str, Job] = {}
        self._order: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def add(self, job: Job, *, backlog: int | None = None) -> bool:
        """Take JOB in and plan its slot; False when more than BACKLOG jobs wait already."""
        with self._lock:
            if not job.stranger:
                now = self._now()
                waiting = sum(other.starts_at > now for other in self._jobs.values())
                if backlog is not None and waiting >= backlog and self._slots[0] > now:
                    return False
            self._plan(job)
            self._jobs[job.id] = job
            bisect.insort(self._order, (job.created_at, next(self._numbers), job))
        return True

    def _plan(self, job: Job) -> None:
        if job.stranger:  # another program's jobs do not take our slots
            job.starts_at = job.created_at
            return
        job.starts_at = max(job.created_at, self._slots[0])
        heapq.heapreplace(self._slots, job.starts_at + job.course.total)

    def get(self, job_id: str) -> Job | None:
        """The job as a single read finds it."""
        job = self._jobs.get(job_id)
        return job if job and max(job.created_at, job.found_from) <= self._now() else None

    def all(self) -> list[Job]:
        """Every job, oldest first, whether it shows already or not."""
        with self._lock:
            return [job for _, _, job in self._order]

    def newest_first(self, before: float | None) -> Iterator[Job]:
        """The jobs that the list shows, created before the moment BEFORE."""
        now = self._now()
        with self._lock:
            last = len(self._order)
            if before is not None:
                last = bisect.bisect_left(self._order, before, key=lambda entry: entry[0])
            shown = self._order[:last]
        for created_at, _, job in reversed(shown):
            if max(created_at, job.listed_from) <= now:
                yield job

    def delete(self, job: Job) -> None:
        """Cancel a job that runs; remove one that has ended, as the endpoint is feared to do."""
        now = self._now()
        with self._lock:
            if job.status(now) in TERMINAL:
                self._jobs.pop(job.id, None)
                self._order = [entry for entry in self._order if entry[2] is not job]
                return
            job.cancelled_at = now
            self._plan_again(now)

    def _plan_again(self, now: float) -> None:
        """A slot became free: whoever waits moves up."""
        own = [job for _, _, job in self._order if not job.stranger and job.ended_at > now]
        slots = [job.ended_at for job in own if job.starts_at <= now]
        self._slots = (slots + [0.0] * len(self._slots))[: len(self._slots)]
        heapq.heapify(self._slots)
        for job in own:
            if job.starts_at > now:
                job.starts_at = max(now, job.created_at, self._slots[0])
                heapq.heapreplace(self._slots, job.ended_at)


def iso(moment: float) -> str:
    """MOMENT as the service writes it: ISO 8601 in UTC with milliseconds."""
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
