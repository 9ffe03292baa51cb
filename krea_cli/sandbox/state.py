"""One sandbox: its models, jobs, uploads, faults and counters, shared by both of its ports."""

import math
import random
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from krea_cli.sandbox.faults import Faults
from krea_cli.sandbox.job_timing import draw
from krea_cli.sandbox.jobs import TERMINAL, Job, Jobs, iso
from krea_cli.sandbox.openapi import Document, Route
from krea_cli.sandbox.result_spec import outcome
from krea_cli.sandbox.result_store import Shelf
from krea_cli.sandbox.settings import Settings
from krea_cli.sandbox.uploads import Uploads
from krea_cli.sandbox.webhooks import Webhooks


@dataclass
class Counts:
    """What happened so far, for tests and benches."""

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


class World:
    """Everything behind the two ports. `now` gives seconds since 1970; tests may replace it."""

    def __init__(self, settings: Settings, *, now: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self.now = now
        self.document = Document.read(
            settings.document, speed=settings.speed, seconds=settings.seconds
        )
        self.seed = secrets.token_hex(8) if settings.seed is None else str(settings.seed)
        self.faults = Faults(settings.faults, self.seed)
        self.jobs = Jobs(settings.concurrency, now)
        self.shelf = Shelf()
        self.uploads = Uploads()
        self.webhooks = Webhooks(self.deliver, now)
        self.counts = Counts()
        self.files_address = ""
        self.stopping = threading.Event()
        self._random = random.Random(f"{self.seed}:ids")
        self._lock = threading.Lock()
        self._number = 0

    def count(self, name: str) -> None:
        """Add one to a counter."""
        with self._lock:
            setattr(self.counts, name, getattr(self.counts, name) + 1)

    def count_poll(self, kind: str) -> None:
        """Add one to the reads of jobs: "single" or "list"."""
        with self._lock:
            self.counts.polls[kind] += 1

    def count_post(self, path: str, body: Any) -> None:
        """Note a submit that arrived, whatever becomes of it."""
        with self._lock:
            self.counts.posts += 1
            self.counts.posts_by_route[path] = self.counts.posts_by_route.get(path, 0) + 1
            self.counts.bodies.append(body)

    def make_job(self, route: Route, body: dict[str, Any], *, later: float = 0.0) -> Job | None:
        """Make the job of a request, LATER seconds from now; None when the backlog is full."""
        job = self._draft(route, body, self.now() + later)
        if fault := self.faults.strikes("fresh-404"):
            job.found_from = job.created_at + fault.seconds
        if fault := self.faults.strikes("list-lag"):
            job.listed_from = job.created_at + fault.seconds
        if not self.jobs.add(job, backlog=self.settings.backlog):
            return None
        self.count("jobs")
        return job

    def make_stranger(self, route: Route) -> None:
        """Make a job of the same type that another program asked for, at about the same time."""
        job = self._draft(route, {"prompt": "a stranger's"}, self.now())
        with self._lock:
            job.created_at += round(self._random.uniform(-0.3, 0.3), 3)
        job.stranger = True
        self.jobs.add(job)
        self.count("strangers")

    def _draft(self, route: Route, body: dict[str, Any], moment: float) -> Job:
        with self._lock:
            self._number += 1
            number = self._number
            job_id = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        course = draw(self.settings, route, seed=self.seed, number=number)
        end, error = outcome(body)
        # The service's times have whole milliseconds, and so has the cursor made of them.
        moment = math.floor(moment * 1000) / 1000
        return Job(job_id, route, body, moment, course, end, error)

    def describe(self, job: Job, *, results: bool = True) -> dict[str, Any]:
        """JOB as the service shows it at this moment, in a single read or in the list."""
        now = self.now()
        status = job.status(now)
        result: dict[str, Any] | None = None
        if status == "completed":
            result = self.shelf.result(job, self.url)
        elif status == "intermediate-complete":
            result = self.shelf.intermediate(job, self.url)
        elif status == "failed":
            result = {}
        if status not in TERMINAL and self.faults.strikes("odd-status"):
            status = "warming-up"
        return {
            "job_id": job.id,
            "status": status,
            "type": job.route.type,
            "created_at": iso(job.created_at),
            "completed_at": iso(job.ended_at) if status in TERMINAL else None,
            "result": result if results else None,
            "error": job.error if status == "failed" else None,
        }

    def deliver(self, job: Job) -> dict[str, Any]:
        """What a webhook receives when JOB has ended."""
        self.count("webhooks")
        return self.describe(job)

    def remove(self, job: Job) -> None:
        """Carry out a DELETE: cancel a job that runs, remove one that ended and its results."""
        if job.status(self.now()) in TERMINAL:
            for path in job.paths.values():
                self.shelf.expire(path)
        self.jobs.delete(job)
        self.webhooks.wake()

    def url(self, path: str) -> str:
        """The address of a result or an upload on the files port."""
        return self.files_address + path
