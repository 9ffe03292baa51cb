"""Find many jobs in few requests to the list endpoint."""

from collections.abc import Collection
from math import ceil
from typing import TYPE_CHECKING

from krea_cli.api.types import Job

if TYPE_CHECKING:
    from krea_cli.api.client import ApiClient

MIN_PAGE_JOBS = 100
MAX_PAGE_JOBS = 1000  # jobs; the service's own limit


class JobList:
    """The newest part of the job list, back to the oldest job asked for.

    thorough: False if the oldest job may lie deeper; the next call then looks deeper
    """

    def __init__(self, api: "ApiClient") -> None:
        self._api = api
        self._limit = 0
        self.thorough = True

    def find(self, job_ids: Collection[str], *, seconds: float | None = None) -> dict[str, Job]:
        """The listed jobs among JOB_IDS, by id. One request is made per thousand ids.

        seconds: the time for each answer
        """
        jobs: dict[str, Job] = {}
        cursor: str | None = None
        deepest = length = 0
        self._limit = max(self._limit, MIN_PAGE_JOBS, min(MAX_PAGE_JOBS, len(job_ids) * 5 // 4))
        for _ in range(max(1, ceil(len(job_ids) / MAX_PAGE_JOBS))):
            page = self._api.list_jobs(cursor=cursor, limit=self._limit, seconds=seconds)
            for job in page.jobs:
                length += 1
                if job.id in job_ids:
                    jobs[job.id] = job
                    deepest = length
            cursor = page.next_cursor
            if cursor is None or len(jobs) == len(job_ids):
                break
        self._set_limit(deepest, complete=len(jobs) == len(job_ids), more=cursor is not None)
        return jobs

    def _set_limit(self, deepest: int, *, complete: bool, more: bool) -> None:
        """Set the next limit by the depth of the oldest job; go deeper if some were not listed."""
        deeper = more and not complete
        self.thorough = not deeper or self._limit >= MAX_PAGE_JOBS
        depth = self._limit * 2 if deeper else deepest * 5 // 4
        self._limit = min(MAX_PAGE_JOBS, max(MIN_PAGE_JOBS, depth))
