"""A scripted Krea on the other side of an httpx transport: each test says how it answers.

It shares no code with the client; only what a test did not script follows the contract.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import httpx

BASE = "http://127.0.0.1:9"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24 + b"IEND\xaeB`\x82"


def picture(shade: int = 0) -> bytes:
    """A picture that every program can read."""
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (8, 6), (shade, 128, 128)).save(file, "PNG")
    return file.getvalue()


def moment(seconds: float) -> str:
    """SECONDS since 1970 as the API writes a time."""
    told = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")


@dataclass
class Service:
    """Answers requests; `answers` scripts the submits one by one, then they succeed.

    An entry of `answers` gets the job that would be made and returns a response, raises, or
    returns None for the usual answer. Calling `keep(job)` puts the job into the list.
    """

    now: Callable[[], float]
    answers: list[Callable[["Service", dict[str, Any]], httpx.Response | None]] = field(
        default_factory=list
    )
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    seconds: float = 5.0
    ends: str = "completed"
    list_status: int = 200
    file_status: int = 200
    results: int = 1  # of each job
    says: dict[str, Any] = field(default_factory=dict)  # of every job that has ended
    document: dict[str, Any] | None = None  # its description of itself
    gone: set[str] = field(default_factory=set)  # names of results that are not given out
    content: Callable[[], bytes] = lambda: PNG
    on_file: Callable[[], None] | None = None  # called before a result is given out

    def transport(self) -> httpx.MockTransport:
        """What takes the place of the network."""
        return httpx.MockTransport(self._handle)

    def job(self, number: int, *, at: float | None = None, type: str = "flux") -> dict[str, Any]:
        """A job as the service keeps it, not in the list yet."""
        created = self.now() if at is None else at
        return {"job_id": f"job-{number}", "created": created, "type": type}

    def keep(self, job: dict[str, Any]) -> None:
        """Put JOB into the list: it exists from now on."""
        self.jobs[job["job_id"]] = job

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.requests.append(f"{request.method} {path}")
        if request.method == "POST" and path.startswith("/generate/"):
            return self._submit(request)
        if path == "/assets":
            made = len(self.requests)
            return self._json(
                {"id": f"a-{made}", "image_url": f"https://app-uploads.krea.ai/{made}"}
            )
        if path == "/jobs":
            if self.list_status != 200:
                return self._json({"error": "no list today"}, status=self.list_status)
            items = sorted(self.jobs.values(), key=lambda job: -job["created"])
            before = request.url.params.get("cursor")
            items = [job for job in items if not before or moment(job["created"]) < before]
            return self._json({"items": [self._shown(job) for job in items], "next_cursor": None})
        if path == "/openapi.json" and self.document is not None:
            return self._json(self.document)
        if path.startswith("/jobs/"):
            job = self.jobs.get(path.removeprefix("/jobs/"))
            if job is None:
                return self._json({"message": "Job not found or unauthorized"}, status=404)
            return self._json(self._shown(job))
        if path.startswith("/files/"):
            if self.on_file:
                self.on_file()
            headers = {"content-type": "image/png"}
            status = 404 if path.removeprefix("/files/") in self.gone else self.file_status
            return httpx.Response(status, content=self.content(), headers=headers)
        return httpx.Response(404, text="<html><title>Not found</title></html>")

    def _submit(self, request: httpx.Request) -> httpx.Response:
        self.posts.append(json.loads(request.content))
        job = self.job(len(self.posts))
        if self.answers:
            answer = self.answers.pop(0)(self, job)
            if answer is not None:
                return answer
        self.keep(job)
        return self._json(self._shown(job))

    def _shown(self, job: dict[str, Any]) -> dict[str, Any]:
        age = self.now() - job["created"]
        ended = age >= self.seconds
        status = job.get("ends", self.ends) if ended else "processing" if age > 1 else "queued"
        ends = ["", *(f"-{number}" for number in range(2, self.results + 1))][: self.results]
        done = {"urls": [f"{BASE}/files/{job['job_id']}{end}.png" for end in ends]}
        return {
            "job_id": job["job_id"],
            "status": status,
            "type": job["type"],
            "created_at": moment(job["created"]),
            "completed_at": moment(job["created"] + self.seconds) if ended else None,
            "result": done if ended and status == "completed" else None,
        } | (self.says if ended else {})

    def _json(self, body: object, *, status: int = 200) -> httpx.Response:
        return httpx.Response(status, json=body, headers={"date": formatdate(self.now())})
