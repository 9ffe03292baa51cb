"""Submits: the check of the body, and every fault that may strike."""

import json
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import FLUX, StartSandbox

BUSY = {
    "error": "You have reached the maximum number of concurrent jobs.",
    "code": "CONCURRENCY_LIMIT_REACHED",
}
OUT_OF_BALANCE = (
    "Your API balance is separate from your workspace compute balance. "
    "Please top up your API balance to continue using the API."
)
SERVER_ERROR = {"error": "Internal Server Error", "message": "Internal Server Error"}
UNAVAILABLE = dict.fromkeys(("error", "message"), "Service temporarily unavailable")
REFUSALS = [
    ("401", 401, {"message": "Unauthorized"}, None),
    ("402", 402, {"message": OUT_OF_BALANCE}, None),
    ("402-plan", 402, {"message": "This model requires the Pro plan or higher."}, None),
    ("403", 403, {"error": "Forbidden"}, None),
    ("422", 422, {"error": "Input file rejected"}, None),
    ("429", 429, BUSY, None),
    ("429-after:2s", 429, BUSY, "2"),
    ("500", 500, SERVER_ERROR, None),
    ("503", 503, UNAVAILABLE, None),
]


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({}, 422, "prompt: Required"),
        ({"prompt": 7}, 422, "prompt: Expected string, received number"),
        ({"prompt": "a", "width": 7}, 422, "width: must be at least 512"),
        (
            {"prompt": "a", "width": 7, "seed": "x"},
            422,
            "width: must be at least 512; seed: Expected number, received string",
        ),
        ({"prompt": "a", "promt": 1, "styel": 2}, 422, 'Unrecognized keys: "promt", "styel"'),
        ([], 422, "Expected object, received array"),
        ("prompt", 422, "Expected object, received string"),
    ],
)
def test_a_body_that_the_schema_forbids_makes_no_job(
    start_sandbox: StartSandbox, body: object, status: int, error: str
) -> None:
    """Wrong values and unknown keys give 422 with a sentence, as every recorded answer does."""
    krea = start_sandbox()

    answer = krea.client.post(FLUX, json=body)

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert krea.list_ids() == []


@pytest.mark.parametrize(
    ("fault", "status", "body", "after"), REFUSALS, ids=[r[0] for r in REFUSALS]
)
def test_a_refusal_makes_no_job(
    start_sandbox: StartSandbox, fault: str, status: int, body: object, after: str | None
) -> None:
    """Each refusal has its answer, some with a Retry-After header."""
    krea = start_sandbox(fault)

    answer = krea.client.post(FLUX, json={"prompt": "a fox"})

    assert (answer.status_code, answer.json()) == (status, body)
    assert answer.headers.get("retry-after") == after
    assert krea.list_ids() == []


def test_a_retired_model_names_another_of_its_kind(start_sandbox: StartSandbox) -> None:
    """The answer is the 410 of the deprecations page."""
    answer = start_sandbox("410").client.post(FLUX, json={"prompt": "a fox"})

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
def test_a_reset_is_a_real_one(start_sandbox: StartSandbox, fault: str, jobs: int) -> None:
    """The connection ends with a RST, with or without a job."""
    krea = start_sandbox(fault)

    with pytest.raises(httpx.ReadError, match="Connection reset by peer"):
        krea.client.post(FLUX, json={"prompt": "a fox"})

    assert len(krea.list_ids()) == jobs


def test_a_late_job_appears_after_its_connection_is_gone(start_sandbox: StartSandbox) -> None:
    """The reset comes at once, the job some seconds later."""
    krea = start_sandbox("late:x1:2s")
    with pytest.raises(httpx.ReadError):
        krea.client.post(FLUX, json={"prompt": "a fox"})

    assert krea.list_ids() == []
    krea.clock.advance(2)
    items = krea.client.get("/jobs").json()["items"]
    assert [item["created_at"] for item in items] == ["2027-01-15T08:00:02.000Z"]


@pytest.mark.parametrize(
    ("fault", "status", "jobs", "after"),
    [("524", 524, 1, None), ("524-before", 524, 0, None), ("503-after:3s", 503, 0, "3")],
)
def test_a_gateway_answers_with_a_page(
    start_sandbox: StartSandbox, fault: str, status: int, jobs: int, after: str | None
) -> None:
    """The answer is HTML, with or without a job."""
    krea = start_sandbox(fault)

    answer = krea.client.post(FLUX, json={"prompt": "a fox"})

    assert (answer.status_code, answer.text[:15]) == (status, "<!DOCTYPE html>")
    assert answer.headers.get("retry-after") == after
    assert len(krea.list_ids()) == jobs


@pytest.mark.parametrize(
    ("fault", "content"),
    [("garbage", b'{"job_id": "' + b"\xff\xfe\x00" * 7), ("empty-body", b"")],
)
def test_an_unreadable_answer_hides_a_job(
    start_sandbox: StartSandbox, fault: str, content: bytes
) -> None:
    """The answer 200 has no job id, though the job exists."""
    krea = start_sandbox(fault)

    answer = krea.client.post(FLUX, json={"prompt": "a fox"})

    assert (answer.status_code, answer.content) == (200, content)
    assert len(krea.list_ids()) == 1


def test_a_deprecated_model_says_so_in_headers(start_sandbox: StartSandbox) -> None:
    """The usual answer has the headers Deprecation, Sunset and Link."""
    headers = start_sandbox("deprecated").client.post(FLUX, json={"prompt": "a fox"}).headers

    assert headers["deprecation"] == "true"
    assert headers["sunset"] == "Sun, 31 Jan 2027 00:00:00 GMT"
    assert 'rel="deprecation"' in headers["link"]


def test_a_fault_can_strike_a_number_of_times(start_sandbox: StartSandbox) -> None:
    """`x1` strikes on the first submit only."""
    krea = start_sandbox("429:x1")

    statuses = [krea.client.post(FLUX, json={"prompt": "a fox"}).status_code for _ in range(3)]

    assert statuses == [429, 200, 200]


def test_strangers_jobs_look_the_same_in_the_list(start_sandbox: StartSandbox) -> None:
    """A stranger's job has the type of each submit, also of one that makes no job."""
    krea = start_sandbox("strangers", "reset-before:x1")
    with pytest.raises(httpx.ReadError):
        krea.client.post(FLUX, json={"prompt": "a fox"})
    krea.submit()
    krea.clock.advance(1)

    items = krea.client.get("/jobs").json()["items"]

    assert [item["type"] for item in items] == ["flux"] * 3
    assert [job["stranger"] for job in krea.client.get("/_sandbox/jobs").json()].count(True) == 2
    assert krea.state.stats.strangers == 2


def test_a_full_backlog_is_429(start_sandbox: StartSandbox) -> None:
    """Two jobs run, one waits, and the next is refused."""
    krea = start_sandbox(concurrency=2, backlog=1)
    answers = [krea.client.post(FLUX, json={"prompt": "a fox"}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.json().get("status") for answer in answers[:3]] == [
        "processing",
        "processing",
        "backlogged",
    ]
    assert answers[3].json() == BUSY


def test_faults_of_reading_jobs_differ(start_sandbox: StartSandbox) -> None:
    """A fresh job may be 404, and a list may lag or come without results."""
    krea = start_sandbox("fresh-404:1s", "list-lag:2s", "list-empty", "odd-status:x1")
    job_id = krea.submit()
    assert krea.read_job(job_id) == {"message": "Job not found or unauthorized"}

    krea.clock.advance(1)
    assert krea.read_job(job_id)["status"] == "processing"
    assert krea.list_ids() == []
    krea.clock.advance(60)
    assert [item["result"] for item in krea.client.get("/jobs").json()["items"]] == [None]
    assert len(krea.read_job(job_id)["result"]["urls"]) == 1


def test_an_undocumented_status_replaces_those_of_running_jobs(start_sandbox: StartSandbox) -> None:
    """The status is `warming-up` until the job ends."""
    krea = start_sandbox("odd-status")
    job_id = krea.submit()

    assert krea.read_job(job_id)["status"] == "warming-up"
    krea.clock.advance(60)
    assert krea.read_job(job_id)["status"] == "completed"


def test_reading_jobs_can_fail(start_sandbox: StartSandbox) -> None:
    """Single reads and the list may give 500 or a reset."""
    krea = start_sandbox("poll-500:x2", "poll-reset:x1")
    job_id = krea.submit()

    assert [krea.client.get(path).status_code for path in ("/jobs", f"/jobs/{job_id}")] == [
        500,
        500,
    ]
    with pytest.raises(httpx.ReadError):
        krea.read_job(job_id)
    assert krea.list_ids() == [job_id]


def test_models_that_the_service_dropped(start_sandbox: StartSandbox) -> None:
    """The answer to a route that was retired is a 410 in JSON, with today's model."""
    answer = start_sandbox().client.post("/generate/image/bytedance/seedream-3", json={})

    assert answer.status_code == 410
    assert answer.json()["sunset_date"] == "2026-05-13"
    assert answer.json()["replacement"] == "image/bytedance/seedream-5-lite"


def test_a_long_data_address_is_taken(start_sandbox: StartSandbox) -> None:
    """The declared length of an address counts for https:, not for data:."""
    krea = start_sandbox()
    route = "/generate/image/bfl/flux-1-kontext-dev"
    schema = krea.state.document.routes[route].fields["image_url"]
    schema["maxLength"] = 1024
    for start, status in (("data:image/png;base64,", 200), ("https://krea.ai/", 422)):
        body = {"prompt": "a fox", "image_url": start + "A" * 5000}
        assert krea.client.post(route, json=body).status_code == status


def test_old_names_that_the_document_declares_are_accepted(
    start_sandbox: StartSandbox, tmp_path: Path
) -> None:
    """`x-krea-deprecated-field-aliases` renames fields, unless today's name is given too."""
    properties = {"prompt": {"type": "string"}, "seed": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    operation = {
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "x-krea-deprecated-field-aliases": [{"from": "random_seed", "to": "seed"}, 5],
    }
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps({"paths": {"/generate/image/x/y": {"post": operation}}}))
    krea = start_sandbox(document=document)

    def status(**body: object) -> int:
        return krea.client.post("/generate/image/x/y", json=body).status_code

    assert status(prompt="a fox", random_seed=5) == 200
    assert status(prompt="a fox", random_seed="five") == 422
    assert status(prompt="a fox", random_seed=5, seed=6) == 422


def test_a_submit_takes_its_time(start_sandbox: StartSandbox) -> None:
    """By the settings and the speed: as long as the real service, or a thousandth of it."""
    krea = start_sandbox(submit_seconds=(0.2, 0.6), speed=1000.0)
    waits: list[float] = []
    krea.state.stopping.wait = lambda seconds: waits.append(seconds) or False  # type: ignore
    for _ in range(20):
        krea.submit()

    assert all(0.0002 <= seconds <= 0.0006 for seconds in waits)
    assert len(set(waits)) == 20
