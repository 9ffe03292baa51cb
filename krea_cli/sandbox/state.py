"""State of a sandbox, shared by both ports: models, jobs, uploads, faults and counters."""

import math
import random
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from krea_cli.sandbox.faults import FaultInjector
from krea_cli.sandbox.job_timing import draw_job_timing
from krea_cli.sandbox.jobs import END_STATUSES, Jobs, SandboxJob, iso_time
from krea_cli.sandbox.openapi import Route, ServedDocument
from krea_cli.sandbox.result_spec import planned_end
from krea_cli.sandbox.result_store import ResultStore
from krea_cli.sandbox.settings import Settings
from krea_cli.sandbox.uploads import UploadStore
from krea_cli.sandbox.webhooks import Webhooks


@dataclass
class SandboxStats:
    """Counters for tests and benches; the JSON of /_sandbox/stats.

    posts: submits, also refused ones
    posts_by_route: submits by path
    jobs: jobs made for submits
    strangers: jobs of an imaginary other program
    polls: reads of jobs, "single" or "list"
    downloads: requests for results
    deletes: requests to delete a job
    uploads: accepted uploads
    documents: requests for the OpenAPI document
    webhooks: webhooks sent
    bodies: JSON bodies of all submits, None for an unreadable one
    """

    posts: int = 0
    posts_by_route: dict[str, int] = field(default_factory=dict)
    jobs: int = 0
    strangers: int = 0
    polls: dict[str, int] = field(default_factory=lambda: {"single": 0, "list": 0})
    downloads: int = 0
    deletes: int = 0
    uploads: int = 0
    documents: int = 0
    webhooks: int = 0
    bodies: list[Any] = field(default_factory=list)


class SandboxState:
    """Everything behind the two ports. NOW gives the time in seconds since 1970.

    files_url: address of the files port, set when that is open
    stopping: set when the sandbox stops, to end slow answers

    Raises SandboxError for a document or a fault that cannot be read.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.now = now
        self.document = ServedDocument.read(
            settings.document, speed=settings.speed, seconds=settings.seconds
        )
        self.seed = secrets.token_hex(8) if settings.seed is None else str(settings.seed)
        self.faults = FaultInjector(settings.faults, self.seed)
        self.jobs = Jobs(settings.concurrency, now)
        self.result_store = ResultStore()
        self.uploads = UploadStore()
        self.webhooks = Webhooks(self.build_webhook_body, now)
        self.stats = SandboxStats()
        self.files_url = ""
        self.stopping = threading.Event()
        self._random = random.Random(f"{self.seed}:ids")
        self._random_pauses = random.Random(f"{self.seed}:pauses")
        self._lock = threading.Lock()
        self._last_job_number = 0

    def count(self, name: str) -> None:
        """Add one to the counter NAME of `SandboxStats`."""
        with self._lock:
            setattr(self.stats, name, getattr(self.stats, name) + 1)

    def count_poll(self, kind: str) -> None:
        """Add one to the reads of jobs; KIND is "single" or "list"."""
        with self._lock:
            self.stats.polls[kind] += 1

    def count_post(self, path: str, body: Any) -> None:
        """Count a submit to PATH, also one that is refused."""
        with self._lock:
            self.stats.posts += 1
            self.stats.posts_by_route[path] = self.stats.posts_by_route.get(path, 0) + 1
            self.stats.bodies.append(body)

    def pause_before_submit(self) -> None:
        """Take the time that the service takes for a submit, by chance and by the speed."""
        with self._lock:
            seconds = self._random_pauses.uniform(*self.settings.submit_seconds)
        if seconds > 0:
            self.stopping.wait(seconds / self.settings.speed)

    def make_job(
        self, route: Route, body: dict[str, Any], *, delay_seconds: float = 0.0
    ) -> SandboxJob | None:
        """Make the job of a request, DELAY_SECONDS from now; None if the backlog is full."""
        job = self._plan_job(route, body, self.now() + delay_seconds)
        if fault := self.faults.strike("fresh-404"):
            job.readable_from = job.created_at + fault.seconds
        if fault := self.faults.strike("list-lag"):
            job.listed_from = job.created_at + fault.seconds
        if not self.jobs.add(job, backlog=self.settings.backlog):
            return None
        self.count("jobs")
        return job

    def make_stranger(self, route: Route) -> None:
        """Make a job of ROUTE for an imaginary other program, within 0.3 s of now."""
        job = self._plan_job(route, {"prompt": "a stranger's"}, self.now())
        with self._lock:
            job.created_at += round(self._random.uniform(-0.3, 0.3), 3)
        job.is_stranger = True
        self.jobs.add(job)
        self.count("strangers")

    def _plan_job(self, route: Route, body: dict[str, Any], created_at: float) -> SandboxJob:
        with self._lock:
            self._last_job_number += 1
            number = self._last_job_number
            job_id = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        timing = draw_job_timing(self.settings, route, seed=self.seed, number=number)
        final_status, error = planned_end(body)
        # The service's times have whole milliseconds, and so has the cursor made of them.
        created_at = math.floor(created_at * 1000) / 1000
        return SandboxJob(job_id, route, body, created_at, timing, final_status, error)

    def describe(self, job: SandboxJob, *, with_result: bool = True) -> dict[str, Any]:
        """JOB as the service shows it now, in a single read or in the list.

        Keys: job_id, status, type, created_at, completed_at, result, error.
        """
        now = self.now()
        status = job.status(now)
        result: dict[str, Any] | None = None
        if status == "completed":
            result = self.result_store.result_object(job, self.file_url)
        elif status == "intermediate-complete":
            result = self.result_store.intermediate_object(job, self.file_url)
        elif status == "failed":
            result = {}
        if status not in END_STATUSES and self.faults.strike("odd-status"):
            status = "warming-up"
        return {
            "job_id": job.id,
            "status": status,
            "type": job.route.job_type,
            "created_at": iso_time(job.created_at),
            "completed_at": iso_time(job.ended_at) if status in END_STATUSES else None,
            "result": result if with_result else None,
            "error": job.error if status == "failed" else None,
        }

    def build_webhook_body(self, job: SandboxJob) -> dict[str, Any]:
        """Count a webhook, and return its body: JOB as the service shows it."""
        self.count("webhooks")
        return self.describe(job)

    def delete_job(self, job: SandboxJob) -> None:
        """Cancel JOB if it runs; otherwise remove it and its results."""
        if job.status(self.now()) in END_STATUSES:
            for path in job.result_paths.values():
                self.result_store.expire(path)
        self.jobs.delete(job)
        self.webhooks.check_now()

    def file_url(self, path: str) -> str:
        """The URL of PATH on the files port."""
        return self.files_url + path
