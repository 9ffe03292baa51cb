"""Jobs of any shape: in the list, read one by one, in the answer to a submit, and on stdin."""

import unicodedata
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from krea_cli.api.job_id import is_job_id
from tests.harness.cli import CliResult
from tests.hostile.properties import check_result, many_examples, parse_strict_json
from tests.hostile.strategies import encode_body, job_batches
from tests.hostile.stub_service import GENERATE_FOX, PNG, cli_with, json_response, list_response

pytestmark = pytest.mark.exhaustive

BATCH = 100
ENDS = {"completed", "failed", "cancelled", "canceled"}
ID_COMMANDS = st.sampled_from(
    [
        ("status",),
        ("wait", "--timeout", "5"),
        ("download", "--timeout", "5", "-o", "{job_id}.{ext}"),
    ]
)
STDIN_COMMANDS = st.sampled_from(
    [("status",), ("wait", "--timeout", "5"), ("download", "--timeout", "5"), ("cancel",)]
)


class JobsService:
    """Answers with the drawn jobs, and with a picture for every address."""

    def __init__(self, bodies: list[Any], *, with_list: bool) -> None:
        self.bodies = {f"job-{number}": body for number, body in enumerate(bodies)}
        self.with_list = with_list
        self.posts = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "POST":
            self.posts += 1
            return json_response(self.bodies["job-0"])
        if request.method == "DELETE":
            return json_response({})
        if path == "/jobs" and self.with_list:
            return list_response([*self.bodies.values()])
        if path.removeprefix("/jobs/") in self.bodies:
            return json_response(self.bodies[path.removeprefix("/jobs/")])
        if path.startswith("/files/"):
            return httpx.Response(200, content=PNG)
        return httpx.Response(404, json={"error": "Not found"})


@many_examples(
    3000, examples=30, bodies=job_batches(BATCH), command=ID_COMMANDS, listing=st.booleans()
)
def test_jobs_as_the_service_describes_them(
    bodies: list[Any], command: tuple[str, ...], listing: bool
) -> int:
    """Each of a hundred odd jobs at once is shown, or has its error."""
    service = JobsService(bodies, with_list=listing)
    with cli_with(service) as cli:
        result = check_result(cli.krea(*command, "--json", *service.bodies), json_mode=True)
        check_no_invented_end(result, bodies)
        check_result(cli.krea("status", *service.bodies), json_mode=False)
    return len(bodies)


@many_examples(800, examples=8, bodies=job_batches(BATCH), command=STDIN_COMMANDS)
def test_job_records_on_stdin(bodies: list[Any], command: tuple[str, ...]) -> int:
    """A line that is no record has its error, and the others are worked on."""
    done = [{"job_id": f"job-{n}", "status": "completed"} for n in range(BATCH)]
    lines = b"\n".join(map(encode_body, bodies)).decode()
    with cli_with(JobsService(done, with_list=True)) as cli:
        check_result(cli.krea(*command, "--json", stdin=lines), json_mode=True)
        check_result(cli.krea(*command, stdin=lines), json_mode=False)
    return len(bodies)


@many_examples(40, examples=4, bodies=job_batches(10))
def test_the_answer_to_a_submit(bodies: list[Any]) -> int:
    """Any 2xx is one POST; without a job id the outcome is unknown: exit code 9."""
    for body in bodies:
        service = JobsService([body], with_list=False)
        with cli_with(service) as cli:
            result = check_result(
                cli.krea(*GENERATE_FOX, "--no-wait", "-o", "fox.png"), json_mode=False
            )
            named = is_job_id(result.out.removesuffix("\n"))
            assert named if result.code == 0 else result.code == 9, result.err
            check_result(cli.krea(*GENERATE_FOX, "--no-wait", "-o", "fox.png"), json_mode=False)
        assert service.posts == 1
    return len(bodies)


def check_no_invented_end(result: CliResult, bodies: list[Any]) -> None:
    """Check that a job counts as ended only if a body with its id says so."""
    ends = {str(body["job_id"]) for body in bodies if "job_id" in body and says_ended(body)}
    for record in map(parse_strict_json, result.out.splitlines()):
        ended = record["status"] in ENDS or record["charged"] in ("yes", "no")
        assert not ended or record["error"] or record["job_id"] in ends, record


def says_ended(body: object) -> bool:
    """Return True if BODY has a status that ends a job."""
    status = body.get("status") if isinstance(body, dict) else None
    if not isinstance(status, str):
        return False
    seen = "".join(letter for letter in status if unicodedata.category(letter)[0] != "C")
    return seen.strip().lower() in ENDS
