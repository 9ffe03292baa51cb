"""Responses with any status, headers and error body, to every kind of request."""

from pathlib import Path

import httpx
import pytest
from hypothesis import strategies as st

from krea_cli.api.client import ApiClient
from krea_cli.api.http import HttpClient
from krea_cli.errors import Busy, KreaError, Unanswered
from tests.fakes.krea_service import BASE
from tests.hostile.properties import check_result, many_examples
from tests.hostile.strategies import Answer, answer_batches
from tests.hostile.stub_service import (
    GENERATE_FOX,
    StubService,
    cli_with,
    json_response,
    list_response,
    to_response,
)

pytestmark = pytest.mark.exhaustive

IDS = [f"job-{number}" for number in range(25)]
READERS = st.sampled_from(
    [("status",), ("cancel",), ("wait", "--timeout", "20"), ("download", "--timeout", "20")]
)
PICTURE = Path(__file__)  # any file will do: nothing reads it
Exchange = tuple[str, int]  # method and status


class AnsweringService:
    """Answers with ANSWERS one by one, again and again.

    exchanges: the methods and statuses so far
    """

    def __init__(self, answers: list[Answer]) -> None:
        self.answers = answers
        self.exchanges: list[Exchange] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[len(self.exchanges) % len(self.answers)]
        self.exchanges.append((request.method, answer[0]))
        return to_response(answer)

    @property
    def used_count(self) -> int:
        """The number of answers that were used."""
        return min(len(self.exchanges), len(self.answers))


@many_examples(500, examples=32, bodies=answer_batches(60), command=READERS, as_json=st.booleans())
def test_answers_to_reading_and_cancelling(
    bodies: list[Answer], command: tuple[str, ...], as_json: bool
) -> int:
    """Reading and cancelling give a result or an error for any answer."""
    # Answers that end a command come last, or few of the others would be used.
    service = AnsweringService(sorted(bodies, key=lambda answer: answer[0] in (401, 402, 403)))
    with cli_with(service) as cli:
        mode = ("--json",) if as_json else ()
        check_result(cli.krea(*command, *mode, *IDS), json_mode=as_json)
    return service.used_count


@many_examples(500, examples=12, bodies=answer_batches(60))
def test_answers_of_a_results_host(bodies: list[Answer]) -> int:
    """An answer that is no result is not saved as one; the exit code is 10."""
    hosts = AnsweringService(bodies)

    def handle(request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        if request.url.path.startswith("/files/"):
            return hosts(request)
        if name == "jobs":
            return list_response([])
        result = {"urls": [f"{BASE}/files/{name}.png"]}
        return json_response({"job_id": name, "status": "completed", "result": result})

    with cli_with(handle) as cli:
        result = check_result(
            cli.krea("download", "--json", "-o", f"{cli.home}/", *IDS), json_mode=True
        )
        assert result.code in (0, 10)
    return hosts.used_count


@many_examples(40, examples=20, bodies=answer_batches(4))
def test_answers_to_a_submit(bodies: list[Answer]) -> int:
    """A POST in doubt is not sent again, in this run or the next."""
    service = AnsweringService(bodies)
    with cli_with(service) as cli:
        command = (*GENERATE_FOX, "--no-wait", "--timeout", "60", "-o", "fox.png")
        result = check_result(cli.krea(*command), json_mode=False)
        check_paid_once(service)
        # A 429 or 503 leaves the request in doubt unless it is the service's own.
        in_doubt = any(map(leaves_in_doubt, service.exchanges))
        perhaps = {("POST", 429), ("POST", 503)} & set(service.exchanges)
        assert in_doubt <= (result.code == 9) <= (in_doubt or bool(perhaps))
        if result.code == 9:
            check_result(cli.krea(*command), json_mode=False)
            check_paid_once(service)
    return service.used_count


@many_examples(1500, examples=25, bodies=answer_batches(60))
def test_the_error_of_a_submit(bodies: list[Answer]) -> int:
    """Each answer gives a job, or one error that is refused, busy or in doubt."""
    api = client_answering(bodies)
    for answer in bodies:
        try:
            api.submit("/generate/image/a/b", {})
        except KreaError as error:
            check_error_text(error)
            in_doubt = isinstance(error, Unanswered)
            assert in_doubt == (error.charged == "unknown")
            assert in_doubt or not 200 <= answer[0] < 300
            assert not isinstance(error, Busy) or answer[0] in (429, 503)
        else:
            assert 200 <= answer[0] < 300
    return len(bodies)


@many_examples(700, examples=14, bodies=answer_batches(50))
def test_answers_to_uploads_and_to_fetching_the_catalog(bodies: list[Answer]) -> int:
    """Both are free, so nothing is ever in doubt."""
    api = client_answering(bodies[:-5])
    for _ in bodies[:-5]:
        upload_for_free(api)
    with cli_with(AnsweringService(bodies[-5:])) as cli:
        for _ in range(5):
            result = check_result(cli.krea("models", "--refresh", "--json"), json_mode=True)
            assert result.code in (0, 1, 2, 3, 6, 8), result.code
    return len(bodies)


def client_answering(bodies: list[Answer]) -> ApiClient:
    """Make an API client; BODIES answer its requests one after the other."""
    transport = StubService(AnsweringService(bodies)).transport()
    return ApiClient(HttpClient(BASE, "a:b", version="0", transport=transport))


def upload_for_free(api: ApiClient) -> None:
    """Upload a file; check that an error is never charged."""
    try:
        asset = api.upload(PICTURE, "image/png", progress=lambda sent, total: None)
    except KreaError as error:
        check_error_text(error)
        assert error.charged == "no"
    else:
        assert asset.url.startswith("http")


def leaves_in_doubt(exchange: Exchange) -> bool:
    """Return True for a POST with a status that may mean a job."""
    refusals = {400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 426, 428, 429}
    return exchange[0] == "POST" and exchange[1] not in refusals | {431, 451, 503}


def check_paid_once(service: AnsweringService) -> None:
    """Check that no POST follows one in doubt."""
    posts = [exchange for exchange in service.exchanges if exchange[0] == "POST"]
    assert not any(map(leaves_in_doubt, posts[:-1])), posts


def check_error_text(error: KreaError) -> None:
    """Check that the texts of ERROR are one safe line each, and the charge is known."""
    for text in (error.message, error.hint or ""):
        assert text.isprintable() and len(text) < 2000, ascii(text)
    assert error.message
    assert error.charged in ("no", "yes", "unknown")
