"""A scripted Krea on the other side of an httpx transport, and the answers that it may give.

The answers share no code with the client. A request without a script gets the usual answer.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any, NoReturn

import httpx

from krea_cli.api.http import HttpClient
from tests.tokens import KEY

BASE = "http://127.0.0.1:9"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24 + b"IEND\xaeB`\x82"
NOT_NOW = {"error": "not now"}
ENDED = ("completed", "failed", "cancelled")

Course = list[tuple[float, str]]  # from this age in seconds on, this status
Answer = Callable[["KreaService", "ScriptedJob"], httpx.Response | None]


def iso_time(seconds: float) -> str:
    """SECONDS since 1970 as the API writes a time."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def answer_with(
    status: int, body: object = NOT_NOW, **headers: str
) -> Callable[..., httpx.Response]:
    """Answer with STATUS and BODY as JSON, without making a job; `_` in a header's name is `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda *_: httpx.Response(status, json=body, headers=named)


def lose_answer(service: "KreaService", job: "ScriptedJob") -> NoReturn:
    """Make the job; the connection is reset before the answer."""
    service.keep(job)
    raise httpx.ReadError("connection reset by peer")


def lose_request(*_: object) -> NoReturn:
    """Reset the connection, and make no job."""
    raise httpx.ReadError("connection reset by peer")


def refuse_connection(*_: object) -> NoReturn:
    """Be out of reach: nobody listens at the address."""
    raise httpx.ConnectError("connection refused")


def kill_client(*_: object) -> NoReturn:
    """End the client's process while its request is on the way."""
    raise SystemExit(137)


@dataclass
class ScriptedJob:
    """A job of the service.

    created: its time, in seconds since 1970
    course: its statuses by age; None for the usual course of the service
    final_status: its last status in the usual course; None for that of the service
    error: its `error` once it has failed
    files: names of its results; None for the usual names
    listed: False to leave it out of the list
    without_result: True to complete without any result
    """

    id: str
    created: float
    type: str | None = "flux"
    course: Course | None = None
    final_status: str | None = None
    error: dict[str, str] | None = None
    files: tuple[str, ...] | None = None
    listed: bool = True
    without_result: bool = False


@dataclass
class KreaService:
    """A scripted Krea, and a record of the requests that it got.

    now: its clock, seconds since 1970
    jobs: its jobs by id
    answers: scripts of the next submits, first come first served; None means the usual answer
    on_submit: called with each submit before it is answered
    on_download: called before each result is given out
    on_upload: called with each upload; its answer, if any, takes the place of the usual one
    read_faults: answers to the next reads of jobs
    list_status: HTTP status of the list of jobs
    list_without_results: True to leave the results out of the list
    delete_status: HTTP status of the answer to a DELETE
    delete_removes: True to remove a job on DELETE; False to cancel it
    file_status: HTTP status of every result
    files: content of the results by name; None gives `content()` under every name
    missing_files: names of results that are answered by 404
    openapi: its description of itself
    requests: each request as "METHOD PATH"
    posts: the body of each submit
    polls: each read of jobs, as seconds since the start and "ID" or "list LIMIT"
    """

    now: Callable[[], float]
    jobs: dict[str, ScriptedJob] = field(default_factory=dict)
    job_seconds: float = 5.0
    final_status: str = "completed"
    ended_fields: dict[str, Any] = field(default_factory=dict)
    results_per_job: int = 1
    answers: list[Answer] = field(default_factory=list)
    on_submit: Callable[[httpx.Request], object] | None = None
    on_download: Callable[[], object] | None = None
    on_upload: Callable[[httpx.Request], httpx.Response | None] | None = None
    read_faults: list[Callable[[], httpx.Response]] = field(default_factory=list)
    list_status: int = 200
    list_without_results: bool = False
    delete_status: int = 200
    delete_removes: bool = False
    file_status: int = 200
    files: dict[str, bytes] | None = None
    missing_files: set[str] = field(default_factory=set)
    content: Callable[[], bytes] = lambda: PNG
    openapi: dict[str, Any] | None = None
    requests: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    polls: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._start = self.now()

    def transport(self) -> httpx.MockTransport:
        """The wire to this service, in the place of the network."""
        return httpx.MockTransport(self._handle)

    def http(self) -> HttpClient:
        """A client's connection to this service."""
        return HttpClient(BASE, KEY, version="0", transport=self.transport())

    def job(self, number: int, *, at: float | None = None) -> ScriptedJob:
        """A job made AT a time (default: now), which is not in the list yet."""
        return ScriptedJob(f"job-{number}", self.now() if at is None else at)

    def keep(self, job: ScriptedJob) -> None:
        """Put JOB into the list: it exists from now on."""
        self.jobs[job.id] = job

    def add(self, name: str, *course: tuple[float, str], listed: bool = True) -> ScriptedJob:
        """Keep a job made now, with a COURSE of its own."""
        error = {"code": "internal", "message": "out of luck"}
        job = ScriptedJob(name, self.now(), None, list(course), error=error, listed=listed)
        self.keep(job)
        return job

    @property
    def polled(self) -> list[str]:
        """The reads of jobs in order, each as "ID" or "list LIMIT"."""
        return [name for _, name in self.polls]

    def list_page(
        self, limit: int, cursor: str | None, status: str | None = None, types: str | None = None
    ) -> httpx.Response:
        """A page of the list as it is now, newest first."""
        newest = sorted(self.jobs.values(), key=lambda job: -job.created)
        jobs = [
            job
            for job in newest
            if job.listed
            and (not cursor or iso_time(job.created) < cursor)
            and (not status or self._job_fields(job)["status"] == status)
            and (not types or job.type in types.split(","))
        ]
        more = iso_time(jobs[limit - 1].created) if len(jobs) > limit else None
        bare = self.list_without_results
        items = [self._job_fields(job, bare=bare) for job in jobs[:limit]]
        return self._json({"items": items, "next_cursor": more})

    def _handle(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path
        self.requests.append(f"{method} {path}")
        if method == "POST" and path.startswith("/generate/"):
            return self._submit(request)
        if path == "/assets":
            number = len(self.requests)
            if self.on_upload and (answer := self.on_upload(request)) is not None:
                return answer
            url = f"https://app-uploads.krea.ai/{number}"
            return self._json({"id": f"a-{number}", "image_url": url})
        if method == "DELETE":
            return self._delete(path.removeprefix("/jobs/"))
        if path == "/jobs" or path.startswith("/jobs/"):
            return self._read(request)
        if path == "/openapi.json" and self.openapi is not None:
            return self._json(self.openapi)
        if path.startswith("/files/"):
            return self._download(path.removeprefix("/files/"))
        return httpx.Response(404, text="<html><title>Not found</title></html>")

    def _submit(self, request: httpx.Request) -> httpx.Response:
        self.posts.append(json.loads(request.content))
        job = self.job(len(self.posts))
        if self.on_submit:
            self.on_submit(request)
        if self.answers:
            answer = self.answers.pop(0)(self, job)
            if answer is not None:
                return answer
        self.keep(job)
        return self._json(self._job_fields(job))

    def _read(self, request: httpx.Request) -> httpx.Response:
        name, limit = request.url.path.removeprefix("/jobs/"), request.url.params.get("limit")
        is_list = request.url.path == "/jobs"
        self.polls.append((self.now() - self._start, f"list {limit}" if is_list else name))
        if self.read_faults:
            return self.read_faults.pop(0)()
        if is_list and self.list_status != 200:
            return self._json({"error": "no list today"}, status=self.list_status)
        if is_list:
            cursor, status, types = map(request.url.params.get, ("cursor", "status", "types"))
            return self.list_page(int(limit or 100), cursor, status, types)
        if name not in self.jobs:
            return self._json({"message": "Job not found or unauthorized"}, status=404)
        return self._json(self._job_fields(self.jobs[name]))

    def _delete(self, name: str) -> httpx.Response:
        job = self.jobs[name]
        if self.delete_removes:
            del self.jobs[name]
        else:
            job.course = [*self._course(job), (0, "cancelled")]
        return self._json({}, status=self.delete_status)

    def _download(self, name: str) -> httpx.Response:
        if self.on_download:
            self.on_download()
        if self.files is not None:
            content = self.files.get(name)
            return httpx.Response(403) if content is None else httpx.Response(200, content=content)
        status = 404 if name in self.missing_files else self.file_status
        headers = {"content-type": "image/png"}
        return httpx.Response(status, content=self.content(), headers=headers)

    def _course(self, job: ScriptedJob) -> Course:
        last = (self.job_seconds, job.final_status or self.final_status)
        return job.course or [(0, "queued"), (1, "processing"), last]

    def _job_fields(self, job: ScriptedJob, *, bare: bool = False) -> dict[str, Any]:
        course, age = self._course(job), self.now() - job.created
        statuses = [status for since, status in course if age >= since]
        status = statuses[-1] if statuses else "queued"
        fields: dict[str, Any] = {
            "job_id": job.id,
            "status": status,
            "type": job.type,
            "created_at": iso_time(job.created),
            "completed_at": None,
            "result": None,
        }
        if status not in ENDED:
            return fields
        fields["completed_at"] = iso_time(job.created + course[-1][0])
        if status == "completed":
            fields["result"] = {} if bare or job.without_result else {"urls": self._urls(job)}
        elif status == "failed" and job.error and not bare:
            fields["error"] = job.error
        return fields | self.ended_fields

    def _urls(self, job: ScriptedJob) -> list[str]:
        ends = ["", *(f"-{number}" for number in range(2, self.results_per_job + 1))]
        usual = tuple(f"{job.id}{end}.png" for end in ends[: self.results_per_job])
        return [f"{BASE}/files/{name}" for name in (usual if job.files is None else job.files)]

    def _json(self, body: object, *, status: int = 200) -> httpx.Response:
        # As from a network, the client reads the body piece by piece.
        stream = httpx.ByteStream(json.dumps(body).encode())
        headers = {"content-type": "application/json", "date": formatdate(self.now())}
        return httpx.Response(status, headers=headers, stream=stream)
