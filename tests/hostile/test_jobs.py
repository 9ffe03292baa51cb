"""Job bodies of any shape: listed, read one by one, as the answer of a submit, and on stdin."""

import unicodedata
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from krea_cli.api.job_id import is_job_id
from tests.harness.cli import CliResult
from tests.hostile.strategies import batches, encoded
from tests.hostile.wire import FOX, PNG, found, listed, many, sound, strict, world_with

pytestmark = pytest.mark.exhaustive

BATCH = 100
ENDS = {"completed", "failed", "cancelled", "canceled"}
NAMED = st.sampled_from(
    [
        ("status",),
        ("wait", "--timeout", "5"),
        ("download", "--timeout", "5", "-o", "{job_id}.{ext}"),
    ]
)
PIPED = st.sampled_from(
    [("status",), ("wait", "--timeout", "5"), ("download", "--timeout", "5"), ("cancel",)]
)


class Jobs:
    """Answers with jobs as they were made, and gives out a picture for every address."""

    def __init__(self, bodies: list[Any], *, with_list: bool) -> None:
        self.bodies = {f"job-{number}": body for number, body in enumerate(bodies)}
        self.with_list = with_list
        self.posts = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            self.posts += 1
            return found(self.bodies["job-0"])
        if request.method == "DELETE":
            return found({})
        if path == "/jobs" and self.with_list:
            return listed([*self.bodies.values()])
        if path.removeprefix("/jobs/") in self.bodies:
            return found(self.bodies[path.removeprefix("/jobs/")])
        if path.startswith("/files/"):
            return httpx.Response(200, content=PNG)
        return httpx.Response(404, json={"error": "Not found"})


@many(3000, examples=30, bodies=batches(BATCH), command=NAMED, listing=st.booleans())
def test_jobs_as_the_service_tells_them(
    bodies: list[Any], command: tuple[str, ...], listing: bool
) -> int:
    """Status, wait and download of a hundred odd jobs at once: every one is shown or told."""
    service = Jobs(bodies, with_list=listing)
    with world_with(service) as world:
        result = sound(world.krea(*command, "--json", *service.bodies), json_mode=True)
        _no_end_was_invented(result, bodies)
        sound(world.krea("status", *service.bodies), json_mode=False)
    return len(bodies)


@many(800, examples=8, bodies=batches(BATCH), command=PIPED)
def test_job_records_on_stdin(bodies: list[Any], command: tuple[str, ...]) -> int:
    """A line that is no record is told, the others are worked on."""
    done = [{"job_id": f"job-{n}", "status": "completed"} for n in range(BATCH)]
    lines = b"\n".join(map(encoded, bodies)).decode()
    with world_with(Jobs(done, with_list=True)) as world:
        sound(world.krea(*command, "--json", stdin=lines), json_mode=True)
        sound(world.krea(*command, stdin=lines), json_mode=False)
    return len(bodies)


@many(40, examples=4, bodies=batches(10))
def test_the_answer_to_a_submit(bodies: list[Any]) -> int:
    """Whatever a 2xx holds, there is one POST; without an id the outcome is unknown, exit 9."""
    for body in bodies:
        service = Jobs([body], with_list=False)
        with world_with(service) as world:
            result = sound(world.krea(*FOX, "--no-wait", "-o", "fox.png"), json_mode=False)
            named = is_job_id(result.out.removesuffix("\n"))
            assert named if result.code == 0 else result.code == 9, result.err
            sound(world.krea(*FOX, "--no-wait", "-o", "fox.png"), json_mode=False)
        assert service.posts == 1
    return len(bodies)


def _no_end_was_invented(result: CliResult, bodies: list[Any]) -> None:
    """A job counts as ended only where a body says so: its own, or one in the list with its id."""
    ends = {str(body["job_id"]) for body in bodies if "job_id" in body and _told_end(body)}
    for record in map(strict, result.out.splitlines()):
        ended = record["status"] in ENDS or record["charged"] in ("yes", "no")
        assert not ended or record["error"] or record["job_id"] in ends, record


def _told_end(body: object) -> bool:
    """True when BODY says in so many words that the job has ended."""
    status = body.get("status") if isinstance(body, dict) else None
    if not isinstance(status, str):
        return False
    seen = "".join(letter for letter in status if unicodedata.category(letter)[0] != "C")
    return seen.strip().lower() in ENDS
