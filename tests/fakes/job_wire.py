"""Jobs on the far side of a wire: each follows a script of its own by the test's clock."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from krea_cli.api.client import Api
from krea_cli.api.http import Http
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE, moment
from tests.tokens import KEY

Course = list[tuple[float, str]]  # from this age in seconds on, this status
Fault = Callable[[], httpx.Response]


@dataclass
class ScriptedJob:
    """A job: when it was made, its statuses by age; whether it is listed, ends without a result."""

    created: float
    course: Course
    listed: bool = True
    empty: bool = False

    def status(self, now: float) -> str:
        """Its status at the moment NOW."""
        passed = [status for age, status in self.course if now - self.created >= age]
        return passed[-1] if passed else "queued"


@dataclass
class JobWire:
    """Answers GET /jobs and GET /jobs/ID; `faults` answer the next requests instead.

    `bare` lists jobs without results. `asked` holds each request as "ID" or "list LIMIT", with the
    seconds since the clock began.
    """

    clock: FakeClock
    jobs: dict[str, ScriptedJob] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    bare: bool = False
    asked: list[tuple[float, str]] = field(default_factory=list)

    def add(self, name: str, *course: tuple[float, str], listed: bool = True) -> ScriptedJob:
        """A job made now."""
        self.jobs[name] = ScriptedJob(self.clock.now(), list(course), listed)
        return self.jobs[name]

    @property
    def requests(self) -> list[str]:
        """What was asked, in order."""
        return [what for _, what in self.asked]

    def transport(self) -> httpx.MockTransport:
        """What takes the place of the network."""
        return httpx.MockTransport(self._answer)

    def api(self) -> Api:
        """The client's API on this wire."""
        return Api(Http(BASE, KEY, version="0", transport=self.transport()))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self._scripted(request)
        # As from a network: the client reads the body piece by piece.
        stream = httpx.ByteStream(answer.content)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream)

    def _scripted(self, request: httpx.Request) -> httpx.Response:
        path, limit = request.url.path, request.url.params.get("limit")
        name = path.removeprefix("/jobs/")
        self.asked.append((self.clock.monotonic(), f"list {limit}" if path == "/jobs" else name))
        if self.faults:
            return self.faults.pop(0)()
        if path == "/jobs":
            return self.listing(int(limit or 100), request.url.params.get("cursor"))
        if name not in self.jobs:
            return httpx.Response(404, json={"message": "Job not found or unauthorized"})
        return httpx.Response(200, json=self._shown(name, bare=False))

    def listing(self, limit: int, cursor: str | None) -> httpx.Response:
        """A page of the list as it is now, newest first."""
        newest = sorted(self.jobs, key=lambda name: self.jobs[name].created, reverse=True)
        shown = [
            name
            for name in newest
            if self.jobs[name].listed and (not cursor or moment(self.jobs[name].created) < cursor)
        ]
        more = moment(self.jobs[shown[limit - 1]].created) if len(shown) > limit else None
        items = [self._shown(name, bare=self.bare) for name in shown[:limit]]
        return httpx.Response(200, json={"items": items, "next_cursor": more})

    def _shown(self, name: str, *, bare: bool) -> dict[str, object]:
        job = self.jobs[name]
        status = job.status(self.clock.now())
        shown: dict[str, object] = {
            "job_id": name,
            "status": status,
            "created_at": moment(job.created),
            "completed_at": None,
            "result": None,
        }
        if status == "completed":
            shown["completed_at"] = moment(job.created + job.course[-1][0])
            shown["result"] = {} if bare or job.empty else {"urls": [f"{BASE}/files/{name}.png"]}
        elif status == "failed" and not bare:
            shown["error"] = {"code": "internal", "message": "out of luck"}
        return shown


def refused(status: int, **headers: str) -> Fault:
    """An answer with STATUS and a JSON error."""
    return lambda: httpx.Response(status, json={"error": "not now"}, headers=headers)


def no_connection() -> httpx.Response:
    """A connection that is never made."""
    raise httpx.ConnectError("refused")
