"""Submits: bodies checked, and every fault that can befall one."""

import httpx
import pytest

from tests.sandbox.conftest import FLUX, Start

BUSY = {
    "error": "You have reached the maximum number of concurrent jobs.",
    "code": "CONCURRENCY_LIMIT_REACHED",
}
REFUSED = [
    ("401", 401, {"message": "Unauthorized"}, None),
    ("402", 402, {"error": "You have run out of credits. Top up your API balance."}, None),
    ("402-plan", 402, {"error": "This model requires the Pro plan or higher."}, None),
    ("403", 403, {"error": "Forbidden"}, None),
    ("422", 422, {"error": "Input file rejected"}, None),
    ("429", 429, BUSY, None),
    ("429-after:2s", 429, BUSY, "2"),
    ("500", 500, {"error": "Internal Server Error"}, None),
    ("503", 503, {"error": "Service temporarily unavailable"}, None),
]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 400, "prompt: Required"),
        ({"prompt": 7}, 400, "prompt: Expected string, received number"),
        ({"prompt": "a", "width": 7}, 400, "width: must be at least 512"),
        (
            {"prompt": "a", "width": 7, "seed": "x"},
            400,
            "width: must be at least 512; seed: Expected number, received string",
        ),
        ({"prompt": "a", "promt": 1, "styel": 2}, 422, 'Unrecognized keys: "promt", "styel"'),
        ([], 400, "The request body is not a JSON object."),
    ],
)
def test_a_body_that_the_schema_forbids_makes_no_job(
    start: Start, body: object, status: int, error: str
) -> None:
    """400 for wrong values, 422 for unknown keys, both with a sentence."""
    krea = start()

    answer = krea.http.post(FLUX, json=body)

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert krea.listed() == []


@pytest.mark.parametrize(("fault", "status", "body", "after"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_refusal_makes_no_job(
    start: Start, fault: str, status: int, body: object, after: str | None
) -> None:
    """Clear answers, with Retry-After where the kind says so."""
    krea = start(fault)

    answer = krea.http.post(FLUX, json={"prompt": "a fox"})

    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers.get("retry-after") == after
    assert krea.listed() == []


def test_a_retired_model_names_another_of_its_kind(start: Start) -> None:
    """410 as the deprecations page documents it."""
    answer = start("410").http.post(FLUX, json={"prompt": "a fox"})

    body = answer.json()
    assert answer.status_code == 410
    assert body == {
        "error": "model_unavailable",
        "reason": "deprecated",
        "message": "This model is no longer available.",
        "sunset_date": "2026-06-30",
        "replacement": body["replacement"],
        "migration_url": "https://docs.krea.ai/developers/deprecations",
    }
    assert body["replacement"].startswith("image/")


@pytest.mark.parametrize(
    ("fault", "jobs"), [("reset-before", 0), ("reset-after", 1)], ids=["before", "after"]
)
def test_a_reset_is_a_real_one(start: Start, fault: str, jobs: int) -> None:
    """The connection ends with a RST; the job was made or not."""
    krea = start(fault)

    with pytest.raises(httpx.ReadError, match="Connection reset by peer"):
        krea.http.post(FLUX, json={"prompt": "a fox"})

    assert len(krea.listed()) == jobs


def test_a_late_job_appears_after_its_connection_is_gone(start: Start) -> None:
    """Reset at once; the job is created some seconds later."""
    krea = start("late:x1:2s")
    with pytest.raises(httpx.ReadError):
        krea.http.post(FLUX, json={"prompt": "a fox"})

    assert krea.listed() == []
    krea.clock.advance(2)
    items = krea.http.get("/jobs").json()["items"]
    assert [item["created_at"] for item in items] == ["2027-01-15T08:00:02.000Z"]


@pytest.mark.parametrize(
    ("fault", "status", "jobs", "after"),
    [("524", 524, 1, None), ("524-before", 524, 0, None), ("503-after:3s", 503, 0, "3")],
)
def test_a_gateway_answers_with_a_page(
    start: Start, fault: str, status: int, jobs: int, after: str | None
) -> None:
    """HTML, whether the job was made or not."""
    krea = start(fault)

    answer = krea.http.post(FLUX, json={"prompt": "a fox"})

    assert (answer.status_code, answer.text[:15]) == (status, "<!DOCTYPE html>")
    assert answer.headers.get("retry-after") == after
    assert len(krea.listed()) == jobs


@pytest.mark.parametrize(
    ("fault", "content"),
    [("garbage", b'{"job_id": "' + b"\xff\xfe\x00" * 7), ("empty-body", b"")],
)
def test_an_unreadable_answer_hides_a_job(start: Start, fault: str, content: bytes) -> None:
    """200 without a job id; the job is there."""
    krea = start(fault)

    answer = krea.http.post(FLUX, json={"prompt": "a fox"})

    assert (answer.status_code, answer.content) == (200, content)
    assert len(krea.listed()) == 1


def test_a_deprecated_model_says_so_in_headers(start: Start) -> None:
    """Deprecation, Sunset and Link beside the usual answer."""
    headers = start("deprecated").http.post(FLUX, json={"prompt": "a fox"}).headers

    assert headers["deprecation"] == "true"
    assert headers["sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in headers["link"]


def test_a_fault_can_strike_a_number_of_times(start: Start) -> None:
    """`x1` is the first submit only."""
    krea = start("429:x1")

    statuses = [krea.http.post(FLUX, json={"prompt": "a fox"}).status_code for _ in range(3)]

    assert statuses == [429, 200, 200]


def test_strangers_jobs_look_the_same_in_the_list(start: Start) -> None:
    """Another program's job of the same type, also beside a submit that made none."""
    krea = start("strangers", "reset-before:x1")
    with pytest.raises(httpx.ReadError):
        krea.http.post(FLUX, json={"prompt": "a fox"})
    krea.submit()
    krea.clock.advance(1)

    items = krea.http.get("/jobs").json()["items"]

    assert [item["type"] for item in items] == ["imageBflFlux1Dev"] * 3
    assert [job["stranger"] for job in krea.http.get("/_sandbox/jobs").json()].count(True) == 2
    assert krea.world.stats.strangers == 2


def test_a_full_backlog_is_429(start: Start) -> None:
    """Up to the limit run, the next wait, beyond that nothing is taken."""
    krea = start(concurrency=2, backlog=1)
    answers = [krea.http.post(FLUX, json={"prompt": "a fox"}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.json().get("status") for answer in answers[:3]] == [
        "processing",
        "processing",
        "backlogged",
    ]
    assert answers[3].json() == BUSY


def test_every_fault_on_reading_is_told_apart(start: Start) -> None:
    """Fresh jobs that are 404, lists that lag or are bare, odd statuses."""
    krea = start("fresh-404:1s", "list-lag:2s", "list-empty", "odd-status:x1")
    job_id = krea.submit()
    assert krea.job(job_id) == {"message": "Job not found or unauthorized"}

    krea.clock.advance(1)
    assert krea.job(job_id)["status"] == "processing"
    assert krea.listed() == []
    krea.clock.advance(60)
    assert [item["result"] for item in krea.http.get("/jobs").json()["items"]] == [None]
    assert len(krea.job(job_id)["result"]["urls"]) == 1


def test_an_undocumented_status_replaces_those_of_running_jobs(start: Start) -> None:
    """`warming-up` until the job ends."""
    krea = start("odd-status")
    job_id = krea.submit()

    assert krea.job(job_id)["status"] == "warming-up"
    krea.clock.advance(60)
    assert krea.job(job_id)["status"] == "completed"


def test_reading_jobs_can_fail(start: Start) -> None:
    """500 or a reset, for single reads and the list alike."""
    krea = start("poll-500:x2", "poll-reset:x1")
    job_id = krea.submit()

    assert [krea.http.get(path).status_code for path in ("/jobs", f"/jobs/{job_id}")] == [500, 500]
    with pytest.raises(httpx.ReadError):
        krea.job(job_id)
    assert krea.listed() == [job_id]
