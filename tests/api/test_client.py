"""One method per endpoint: what is asked, and what comes of each answer."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from krea_cli.api.client import Api
from krea_cli.api.types import Document, Job, JobsPage, Notice, Submitted
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

ID = "1b6c8d4e-0000-4000-8000-000000000001"
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"


def test_a_submit_is_one_post_of_the_body(api: Api, httpx_mock: HTTPXMock) -> None:
    """Route and body as given, the webhook as a header, 150 s to answer."""
    httpx_mock.add_response(
        method="POST",
        url=f"{BASE}/generate/image/krea/krea-2/large",
        match_json={"prompt": "a fox"},
        match_headers={
            "Authorization": f"Bearer {KEY}",
            "X-Webhook-URL": "https://hook.example/x",
            "Content-Type": "application/json",
        },
        json={"job_id": ID, "status": "queued", "created_at": "2026-11-22T12:00:00Z"},
        headers={"Date": DATE, "Deprecation": "true", "Sunset": "Tue, 01 Dec 2026 00:00:00 GMT"},
    )
    submitted = api.submit(
        "/generate/image/krea/krea-2/large", {"prompt": "a fox"}, webhook="https://hook.example/x"
    )
    assert submitted == Submitted(
        job=Job(ID, "queued", created_at=1795348800.0),
        notice=Notice(deprecated=True, sunset="Tue, 01 Dec 2026 00:00:00 GMT"),
        server_time=1795348800.0,
    )
    [request] = httpx_mock.get_requests()
    assert request.extensions["timeout"]["read"] == 150
    assert request.extensions["timeout"]["connect"] == 10


def test_a_submit_without_a_status_is_a_job_all_the_same(api: Api, httpx_mock: HTTPXMock) -> None:
    """The id is what was paid for."""
    httpx_mock.add_response(json={"job_id": ID})
    assert api.submit("/generate/image/a/b", {}) == Submitted(Job(ID, "unknown"))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "HTTP 200, but the answer is empty"),
        (b"<html>", "HTTP 200, but the answer is no JSON"),
        (b"{" * 5, "HTTP 200, but the answer is no JSON"),
        (b"[" * 200_000, "HTTP 200, but the answer is no JSON"),
        (b"null", "the answer describes no job"),
        (b'{"status": "queued"}', "the answer names no job id"),
        (b'{"error": "odd"}', "the answer names no job id"),
    ],
    ids=["empty", "html", "cut", "deep", "null", "no id", "error"],
)
def test_a_good_status_without_a_job_is_in_doubt(
    api: Api, httpx_mock: HTTPXMock, body: bytes, sentence: str
) -> None:
    """Somebody said yes, and to what is unknown."""
    httpx_mock.add_response(content=body)
    with pytest.raises(Unanswered) as caught:
        api.submit("/generate/image/a/b", {})
    assert (caught.value.message, caught.value.charged) == (sentence, "unknown")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRefused), (401, TokenRefused), (404, RequestRefused), (410, ModelRetired),
        (429, Busy), (302, Unanswered), (409, Unanswered), (500, Unanswered), (524, Unanswered),
    ],
)  # fmt: skip
def test_a_submit_is_never_sent_twice_by_itself(
    api: Api, httpx_mock: HTTPXMock, status: int, kind: type[KreaError]
) -> None:
    """One call is one POST, whatever the answer; a redirect is not followed."""
    httpx_mock.add_response(status_code=status, headers={"Location": f"{BASE}/elsewhere"})
    with pytest.raises(KreaError) as caught:
        api.submit("/generate/image/a/b", {})
    assert type(caught.value) is kind
    assert len(httpx_mock.get_requests()) == 1


def test_a_webhook_that_no_header_can_carry_is_refused_first(api: Api) -> None:
    """A letter beyond ASCII would fail in the middle of the submit."""
    with pytest.raises(UsageError):
        api.submit("/generate/image/a/b", {}, webhook="https://höök.example")


def test_a_job_is_read(api: Api, httpx_mock: HTTPXMock) -> None:
    """White space around an id is a pipe's."""
    httpx_mock.add_response(url=f"{BASE}/jobs/{ID}", json={"job_id": ID, "status": "sampling"})
    assert api.job(f"{ID}\n") == Job(ID, "sampling")


@pytest.mark.parametrize("call", [Api.job, Api.cancel])
def test_what_is_no_id_reaches_no_path(api: Api, call: Callable[[Api, str], object]) -> None:
    """No request leaves."""
    with pytest.raises(UsageError):
        call(api, "../assets/1")


def test_a_job_that_is_not_there(api: Api, httpx_mock: HTTPXMock) -> None:
    """Missing and foreign look the same."""
    httpx_mock.add_response(status_code=404, json={"message": "Job not found or unauthorized"})
    with pytest.raises(NotFound) as caught:
        api.job("j")
    assert caught.value.message == (
        "job j was not found: it does not exist, or belongs to another account"
    )


@pytest.mark.parametrize("body", [b"", b"[]", b'{"job_id": "other", "status": "completed"}'])
def test_an_answer_about_another_job_is_none(api: Api, httpx_mock: HTTPXMock, body: bytes) -> None:
    """A confused cache cannot end our job; reading costs nothing."""
    httpx_mock.add_response(content=body)
    with pytest.raises(Unanswered) as caught:
        api.job("mine")
    assert caught.value.charged == "no"


def test_the_list_is_asked_with_what_is_given(api: Api, httpx_mock: HTTPXMock) -> None:
    """Cursor, limit, status and kinds; nothing else."""
    httpx_mock.add_response(
        url=httpx.URL(
            f"{BASE}/jobs",
            params={
                "cursor": "2026-11-22T12:00:00.000Z",
                "limit": "1000",
                "status": "queued",
                "types": "flux,k1",
            },
        ),
        json={"items": [{"job_id": "a", "status": "queued"}], "next_cursor": "c"},
        headers={"Date": DATE},
    )
    httpx_mock.add_response(url=f"{BASE}/jobs?limit=100", json={"items": [], "next_cursor": None})
    page = api.jobs(
        cursor="2026-11-22T12:00:00.000Z", limit=1000, status="queued", types=["flux", "k1"]
    )
    assert page == JobsPage((Job("a", "queued"),), "c", server_time=1795348800.0)
    assert api.jobs() == JobsPage((), None)


@pytest.mark.parametrize("status", [200, 204])
def test_a_cancel_that_was_taken(api: Api, httpx_mock: HTTPXMock, status: int) -> None:
    """No body is declared, so none is read."""
    httpx_mock.add_response(method="DELETE", url=f"{BASE}/jobs/j", status_code=status)
    api.cancel("j")


@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFound), (409, RequestRefused), (500, Busy), (401, TokenRefused)]
)
def test_a_cancel_that_was_not(
    api: Api, httpx_mock: HTTPXMock, status: int, kind: type[KreaError]
) -> None:
    """Never charged."""
    httpx_mock.add_response(status_code=status)
    with pytest.raises(KreaError) as caught:
        api.cancel("j")
    assert (type(caught.value), caught.value.charged) == (kind, "no")


def test_the_document_is_fetched_without_the_token(api: Api, httpx_mock: HTTPXMock) -> None:
    """With what spares the next transfer."""
    httpx_mock.add_response(
        url=f"{BASE}/openapi.json", content=b"{}", headers={"ETag": '"e"', "Last-Modified": DATE}
    )
    assert api.openapi() == Document(b"{}", '"e"', DATE)
    [request] = httpx_mock.get_requests()
    assert "authorization" not in request.headers


def test_a_document_that_did_not_change_is_none(api: Api, httpx_mock: HTTPXMock) -> None:
    """304 spares the transfer."""
    httpx_mock.add_response(
        status_code=304, match_headers={"If-None-Match": '"e"', "If-Modified-Since": DATE}
    )
    assert api.openapi(etag='"e"', last_modified=DATE) is None


def test_a_document_that_is_not_served(api: Api, httpx_mock: HTTPXMock) -> None:
    """A fault of the service may pass."""
    httpx_mock.add_response(status_code=502, html="<title>Bad gateway</title>")
    with pytest.raises(Busy, match="Bad gateway"):
        api.openapi()


@pytest.mark.parametrize(
    ("answer", "worth"),
    [
        ({"json": {"items": [], "next_cursor": None}}, "ok"),
        ({"status_code": 401, "json": {"message": "Unauthorized"}}, "refused"),
        ({"status_code": 403}, "refused"),
        ({"status_code": 402}, "balance"),
    ],
)
def test_what_a_token_is_worth(
    api: Api, httpx_mock: HTTPXMock, answer: dict[str, Any], worth: str
) -> None:
    """One job of the list is asked for: good, refused, or good with an empty purse."""
    httpx_mock.add_response(url=f"{BASE}/jobs?limit=1", **answer)
    assert api.check_token() == worth


def test_a_hotel_page_does_not_vouch_for_a_token(api: Api, httpx_mock: HTTPXMock) -> None:
    """Status 200 with a page to log in is no answer of the service."""
    httpx_mock.add_response(html="<title>Welcome to our Wi-Fi</title>")
    with pytest.raises(Unanswered, match="HTTP 200, but the answer is no JSON"):
        api.check_token()


@pytest.mark.parametrize("failure", [httpx.ConnectError("no"), httpx.ConnectTimeout("no")])
def test_reading_without_a_network(api: Api, httpx_mock: HTTPXMock, failure: Exception) -> None:
    """Nothing was sent."""
    httpx_mock.add_exception(failure)
    with pytest.raises(Unreachable):
        api.job("j")
