"""A simulated Krea, in worlds with slow, late and lagging services.

Each job keeps the prompt that made it. The client is never told.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from PIL import Image

from krea_cli.catalog.cache import load_snapshot
from tests.fakes.krea_service import BASE, iso_time

ROUTE = "/generate/image/bfl/flux-1-dev"  # of the only model
PRICE = 1  # of a job, in USD
JOB_SECONDS = 4.0
STRANGER = None  # in the place of a prompt
STEPS, STEP = 8, 32  # of each part of a colour


@dataclass(frozen=True)
class World:
    """The odds of a schedule.

    lag: greatest time until the list shows a job, in seconds
    late: True if a gateway may make a job minutes after its request
    whole_seconds: True if the service writes times in whole seconds
    leaps: True if the wall clock of the client leaps
    strangers: True if others work on the account
    keys: True if the key is changed now and then
    private: True if the service shows each key its own jobs only
    parallel: how many requests may be under way at once
    """

    name: str
    lag: float = 0.0
    late: bool = False
    whole_seconds: bool = False
    leaps: bool = False
    strangers: bool = False
    keys: bool = False
    private: bool = False
    parallel: int = 1


WORLDS = {
    world.name: world
    for world in (
        World("steady"),
        World("lag", lag=60.0),
        World("late", late=True),
        World("seconds", whole_seconds=True, lag=3.0),
        World("leaps", leaps=True, lag=3.0),
        World("strangers", strangers=True),
        World("keys", keys=True),
        World("private", keys=True, private=True),
        World("parallel", lag=3.0, parallel=8),
    )
}


@dataclass(frozen=True)
class PostFault:
    """The fate of one POST.

    travel: seconds until the service has the request
    back: seconds from there to the answer
    made: seconds from the arrival to the job; None if no job is made
    answer: "job", "lost", "kill" (the client dies at the arrival), or the name of a refusal
    fails: True if the job ends as failed, which costs nothing
    """

    travel: float = 0.2
    back: float = 0.1
    made: float | None = 0.0
    answer: str = "job"
    fails: bool = False


@dataclass
class SimulatedJob:
    """A job, with the PROMPT that made it; times by the service's clock, seconds since 1970."""

    id: str
    prompt: str | None
    created: float
    listed: float
    key: str = ""
    cancelled: bool = False
    fails: bool = False


@dataclass(frozen=True)
class Reply:
    """An answer on the wire, or the name of an httpx error in its place."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    error: str | None = None


REFUSALS = {
    "429": Reply(429, b'{"error": "Too many concurrent jobs"}', {"retry-after": "2"}),
    "503": Reply(503, b'{"error": "Service temporarily unavailable"}', {"retry-after": "5"}),
    "503-proxy": Reply(503, b"<html>Backend fetch failed</html>", {"retry-after": "5"}),
    "524": Reply(524, b"<html>A timeout occurred</html>"),
    "402": Reply(402, b'{"error": "Insufficient balance"}'),
}


class SimulatedKrea:
    """Jobs by id, and answers to every request but a POST.

    now: the service's clock
    lag: seconds until the list shows the next jobs
    """

    def __init__(self, now: Callable[[], float], world: World) -> None:
        self.now = now
        self.lag = 0.0
        self.jobs: dict[str, SimulatedJob] = {}
        self.posts = 0
        self._world = world

    def make_job(self, prompt: str | None, key: str = "", *, fails: bool = False) -> SimulatedJob:
        """Make a job for PROMPT by KEY now; it is billed unless it FAILS."""
        number = len(self.jobs) + 1
        job = SimulatedJob(f"job-{number}", prompt, self.now(), self.now() + self.lag, key)
        job.fails = fails
        self.jobs[job.id] = job
        return job

    def jobs_of(self, prompt: str) -> list[SimulatedJob]:
        """The jobs that PROMPT made."""
        return [job for job in self.jobs.values() if job.prompt == prompt]

    def submitted(self, job: SimulatedJob) -> Reply:
        """The answer to the POST that made JOB."""
        return self._json(self._fields(job))

    def answer(self, method: str, path: str, query: dict[str, str], key: str) -> Reply:
        """The answer to any other request, made with KEY."""
        if path == "/openapi.json":
            return Reply(200, description(), {"content-type": "application/json"})
        if path == "/jobs":
            return self._list(int(query.get("limit", "100")), query.get("cursor"), key)
        if path.startswith("/jobs/"):
            job = self.jobs.get(path.removeprefix("/jobs/"))
            if job is None or not self._shows(job, key):
                return self._json({"message": "Job not found or unauthorized"}, status=404)
            if method == "DELETE":
                job.cancelled = self.now() - job.created < JOB_SECONDS
            return self._json(self._fields(job))
        if path.startswith("/files/"):
            name = path.removeprefix("/files/").removesuffix(".png")
            return Reply(200, picture(name), {"content-type": "image/png"})
        return Reply(404, b"<html>Not found</html>", {"content-type": "text/html"})

    def _shows(self, job: SimulatedJob, key: str) -> bool:
        return job.key == key or not self._world.private

    def _list(self, limit: int, cursor: str | None, key: str) -> Reply:
        jobs = sorted(self.jobs.values(), key=lambda job: (-job.created, job.id))
        shown = [
            job
            for job in jobs
            if job.listed <= self.now()
            and self._shows(job, key)
            and (not cursor or self._time(job.created) < cursor)
        ]
        more = self._time(shown[limit - 1].created) if len(shown) > limit else None
        items = [self._fields(job) for job in shown[:limit]]
        return self._json({"items": items, "next_cursor": more})

    def _fields(self, job: SimulatedJob) -> dict[str, Any]:
        is_over = self.now() - job.created >= JOB_SECONDS and not job.cancelled
        running = "cancelled" if job.cancelled else "processing"
        ended = "failed" if job.fails else "completed"
        has_result = is_over and not job.fails
        return {
            "job_id": job.id,
            "status": ended if is_over else running,
            "type": "flux",
            "created_at": self._time(job.created),
            "completed_at": self._time(job.created + JOB_SECONDS) if is_over else None,
            "result": {"urls": [f"{BASE}/files/{job.id}.png"]} if has_result else None,
        }

    def _time(self, seconds: float) -> str:
        return iso_time(float(int(seconds)) if self._world.whole_seconds else seconds)

    def _json(self, body: object, *, status: int = 200) -> Reply:
        headers = {"content-type": "application/json", "date": formatdate(self.now())}
        return Reply(status, json.dumps(body).encode(), headers)


@cache
def description() -> bytes:
    """The service's description of itself: today's price, and all else as the product knows it."""
    document = load_snapshot()._document
    operation = document["paths"][ROUTE]
    points = [{"amount": str(PRICE)}]
    pricing = {"type": "fixed", "currency": "USD", "unit": "request", "price_points": points}
    operation = {**operation, "post": operation["post"] | {"x-krea-pricing": pricing}}
    return json.dumps({**document, "paths": {ROUTE: operation}}).encode()


@lru_cache(maxsize=STEPS**3)
def picture(job_id: str) -> bytes:
    """The picture of a job: its colour is the number of the job, in steps that survive a JPEG."""
    number = int(job_id.removeprefix("job-"))
    parts = (number // STEPS**place % STEPS * STEP + STEP // 2 for place in range(3))
    file = BytesIO()
    Image.new("RGB", (8, 8), tuple(parts)).save(file, "PNG")
    return file.getvalue()
