"""Each endpoint: the request that is sent, and the result or error of each answer."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from krea_cli.api.client import ApiClient
from krea_cli.api.types import Job, JobsPage, Notice, OpenapiDocument, Submitted
from krea_cli.errors import (
    Busy,
    KreaError,
    ModelRetired,
    NotFound,
    RequestRefused,
    TokenRefused,
    Unanswered,
    Unreachable,
    UsageError,
)
from tests.fakes.raw_http_server import BASE
from tests.tokens import KEY

JOB_ID = "1b6c8d4e-0000-4000-8000-000000000001"
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


def test_a_submit_is_one_post_of_the_body(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """The route and body are sent as given, the webhook as a header; the timeout is 150 s."""
    httpx_mock.add_response(
        method="POST",
        url=f"{BASE}/generate/image/krea/krea-2/large",
        match_json={"prompt": "a fox"},
        match_headers={
            "Authorization": f"Bearer {KEY}",
            "X-Webhook-URL": "https://hook.example/x",
            "Content-Type": "application/json",
        },
        json={"job_id": JOB_ID, "status": "queued", "created_at": "2026-11-22T12:00:00Z"},
        headers={"Date": DATE, "Deprecation": "true", "Sunset": "Tue, 01 Dec 2026 00:00:00 GMT"},
    )
    submitted = api.submit(
        "/generate/image/krea/krea-2/large", {"prompt": "a fox"}, webhook="https://hook.example/x"
    )
    assert submitted == Submitted(
        job=Job(JOB_ID, "queued", created_at=1795348800.0),
        notice=Notice(deprecated=True, sunset="Tue, 01 Dec 2026 00:00:00 GMT"),
    )
    [request] = httpx_mock.get_requests()
    assert request.extensions["timeout"]["read"] == 150
    assert request.extensions["timeout"]["connect"] == 10


def test_a_submit_answered_without_a_status_is_a_job(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """The job id is enough: it was paid for."""
    httpx_mock.add_response(json={"job_id": JOB_ID})
    assert api.submit("/generate/image/a/b", {}) == Submitted(Job(JOB_ID, "unknown"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "HTTP 200, but the answer is empty"),
        (b"<html>", "HTTP 200, but the answer is not JSON"),
        (b"{" * 5, "HTTP 200, but the answer is not JSON"),
        (b"[" * 200_000, "HTTP 200, but the answer is not JSON"),
        (b"null", "the answer describes no job"),
        (b'{"status": "queued"}', "the answer has no valid job id"),
        (b'{"error": "odd"}', "the answer has no valid job id"),
    ],
    ids=["empty", "html", "cut", "deep", "null", "no id", "error"],
)
def test_a_good_status_without_a_job_is_in_doubt(
    api: ApiClient, httpx_mock: HTTPXMock, body: bytes, message: str
) -> None:
    """The service accepted something, and nobody knows the job."""
    httpx_mock.add_response(content=body)
    with pytest.raises(Unanswered) as caught:
        api.submit("/generate/image/a/b", {})
    assert (caught.value.message, caught.value.charged) == (message, "unknown")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefused), (401, TokenRefused), (404, RequestRefused), (410, ModelRetired),
        (429, Busy), (302, Unanswered), (409, Unanswered), (500, Unanswered), (524, Unanswered),
    ],
)  # fmt: skip
def test_a_submit_is_never_sent_twice_by_itself(
    api: ApiClient, httpx_mock: HTTPXMock, status: int, kind: type[KreaError]
) -> None:
    """One call is one POST, whatever the answer; a redirect is not followed."""
    headers = {"Location": f"{BASE}/elsewhere"}
    httpx_mock.add_response(status_code=status, headers=headers, json={"error": "no"})
    with pytest.raises(KreaError) as caught:
        api.submit("/generate/image/a/b", {})
    assert type(caught.value) is kind
    assert len(httpx_mock.get_requests()) == 1


def test_a_webhook_that_no_header_can_carry_is_refused_first(api: ApiClient) -> None:
    """A letter beyond ASCII is refused before anything is sent."""
    with pytest.raises(UsageError):
        api.submit("/generate/image/a/b", {}, webhook="https://höök.example")


def test_a_job_is_read(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """White space around an id comes from a pipe, and is ignored."""
    httpx_mock.add_response(
        url=f"{BASE}/jobs/{JOB_ID}", json={"job_id": JOB_ID, "status": "sampling"}
    )
    assert api.get_job(f"{JOB_ID}\n") == Job(JOB_ID, "sampling")


@pytest.mark.parametrize("call", [ApiClient.get_job, ApiClient.cancel])
def test_an_impossible_id_is_not_sent(
    api: ApiClient, call: Callable[[ApiClient, str], object]
) -> None:
    """No request is sent for a text that leads to another path."""
    with pytest.raises(UsageError):
        call(api, "../assets/1")


def test_a_missing_job(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """A missing job and a job of another account get one error."""
    httpx_mock.add_response(status_code=404, json={"message": "Job not found or unauthorized"})
    with pytest.raises(NotFound) as caught:
        api.get_job("j")
    assert caught.value.message == (
        "job j was not found: it does not exist, or belongs to another account"
    )


@pytest.mark.parametrize("body", [b"", b"[]", b'{"job_id": "other", "status": "completed"}'])
def test_an_answer_about_another_job_is_refused(
    api: ApiClient, httpx_mock: HTTPXMock, body: bytes
) -> None:
    """A confused cache cannot end our job; reading is never charged."""
    httpx_mock.add_response(content=body)
    with pytest.raises(Unanswered) as caught:
        api.get_job("mine")
    assert caught.value.charged == "no"


def test_the_list_is_read_page_by_page(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """The cursor and the limit are sent, and nothing else."""
    httpx_mock.add_response(
        url=httpx.URL(
            f"{BASE}/jobs", params={"cursor": "2026-11-22T12:00:00.000Z", "limit": "1000"}
        ),
        json={"items": [{"job_id": "a", "status": "queued"}], "next_cursor": "c"},
        headers={"Date": DATE},
    )
    httpx_mock.add_response(url=f"{BASE}/jobs?limit=100", json={"items": [], "next_cursor": None})
    page = api.list_jobs(cursor="2026-11-22T12:00:00.000Z", limit=1000)
    assert page == JobsPage((Job("a", "queued"),), "c", server_time=1795348800.0)
    assert api.list_jobs() == JobsPage((), None)


@pytest.mark.parametrize("status", [200, 204])
def test_a_cancel_that_succeeds(api: ApiClient, httpx_mock: HTTPXMock, status: int) -> None:
    """The body of the answer does not matter: the contract declares none."""
    httpx_mock.add_response(method="DELETE", url=f"{BASE}/jobs/j", status_code=status)
    api.cancel("j")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (409, RequestRefused), (500, Busy), (401, TokenRefused)]
)
def test_a_cancel_that_fails(
    api: ApiClient, httpx_mock: HTTPXMock, status: int, kind: type[KreaError]
) -> None:
    """Each status has its error, and nothing is charged."""
    httpx_mock.add_response(status_code=status)
    with pytest.raises(KreaError) as caught:
        api.cancel("j")
    assert (type(caught.value), caught.value.charged) == (kind, "no")


def test_the_document_is_fetched_without_the_token(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """The document comes with the validators for the next fetch."""
    httpx_mock.add_response(
        url=f"{BASE}/openapi.json", content=b"{}", headers={"ETag": '"e"', "Last-Modified": DATE}
    )
    assert api.fetch_openapi() == OpenapiDocument(b"{}", '"e"', DATE)
    [request] = httpx_mock.get_requests()
    assert "authorization" not in request.headers


def test_an_unchanged_document_is_not_transferred(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """A 304 to the validators gives None."""
    httpx_mock.add_response(
        status_code=304, match_headers={"If-None-Match": '"e"', "If-Modified-Since": DATE}
    )
    assert api.fetch_openapi(etag='"e"', last_modified=DATE) is None


def test_a_document_that_cannot_be_fetched(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """A gateway's error is transient, and its title is shown."""
    httpx_mock.add_response(status_code=502, html="<title>Bad gateway</title>")
    with pytest.raises(Busy, match="Bad gateway"):
        api.fetch_openapi()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"json": {"items": [], "next_cursor": None}}, "ok"),
        ({"status_code": 401, "json": {"message": "Unauthorized"}}, "refused"),
        ({"status_code": 403}, "refused"),
        ({"status_code": 402}, "balance"),
    ],
)
def test_a_token_is_checked(
    api: ApiClient, httpx_mock: HTTPXMock, answer: dict[str, Any], status: str
) -> None:
    """One job of the list is read: the token is good, refused, or good without balance."""
    httpx_mock.add_response(url=f"{BASE}/jobs?limit=1", **answer)
    assert api.check_token() == status


def test_a_wifi_login_page_does_not_prove_a_token(api: ApiClient, httpx_mock: HTTPXMock) -> None:
    """A login page with status 200 is no answer of the service."""
    httpx_mock.add_response(html="<title>Welcome to our Wi-Fi</title>")
    with pytest.raises(Unanswered, match="HTTP 200, but the answer is not JSON"):
        api.check_token()


@pytest.mark.parametrize("failure", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
def test_reading_without_a_network(
    api: ApiClient, httpx_mock: HTTPXMock, failure: Exception
) -> None:
    """A read without a connection says that nothing was sent."""
    httpx_mock.add_exception(failure)
    with pytest.raises(Unreachable):
        api.get_job("j")
