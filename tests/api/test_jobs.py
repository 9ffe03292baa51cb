"""Jobs in every shape that the service was seen to use, and in impossible ones."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krea_cli.api.job_id import check_job_id
from krea_cli.api.jobs import format_cursor, job_failure, parse_job, parse_page, parse_time
from krea_cli.api.types import Job, JobError, JobOutput
from krea_cli.errors import (
    EmptyResult,
    JobCancelled,
    JobFailed,
    KreaError,
    Moderated,
    Unanswered,
    UsageError,
)

JOB_ID = "1b6c8d4e-0000-4000-8000-000000000001"
FIELD_NAMES = st.sampled_from(
    ["job_id", "id", "status", "result", "urls", "url", "type", "error", "code", "message",
     "created_at", "completed_at", "items", "next_cursor", "nextCursor", "style_id", "video_url"]
)  # fmt: skip
JSON_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(JOB_ID)
ANY_JSON = st.recursive(
    JSON_SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELD_NAMES | st.text(), inner),
    max_leaves=25,
)


@given(ANY_JSON)
@settings(max_examples=100, deadline=None)
def test_any_json_is_a_job_or_unanswered(data: object) -> None:
    """No JSON of a server leads to a traceback."""
    for parse in (parse_job, parse_page):
        try:
            parse(data)
        except Unanswered:
            continue


@given(st.dictionaries(FIELD_NAMES, ANY_JSON))
@settings(max_examples=100, deadline=None)
def test_with_an_id_anything_is_a_job(fields: dict[str, object]) -> None:
    """A paid job is never lost over an unreadable field; its error can always be built."""
    job = parse_job(fields | {"job_id": JOB_ID})
    assert job.id == JOB_ID
    assert all(output.url for output in job.outputs)
    failure = job_failure(job)
    assert failure is None or failure.job_id == JOB_ID


def test_the_declared_job() -> None:
    """The shape in the contract is parsed, with times in seconds since 1970."""
    data = {
        "job_id": JOB_ID,
        "status": "completed",
        "type": "flux",
        "created_at": "2026-11-22T12:00:00.250Z",
        "completed_at": "2026-11-22T12:00:07Z",
        "error": None,
        "result": {"urls": ["https://gen.krea.ai/images/a.png"]},
    }
    assert parse_job(data) == Job(
        id=JOB_ID,
        status="completed",
        created_at=1795348800.25,
        completed_at=1795348807.0,
        type="flux",
        outputs=(JobOutput("https://gen.krea.ai/images/a.png"),),
    )
    assert parse_job(data).raw == data


@pytest.mark.parametrize(
    ("fields", "outputs"),
    [
        ({"result": {"urls": ["u1", "u2", "u1"]}}, [JobOutput("u1"), JobOutput("u2")]),
        ({"result": {"urls": "u"}}, [JobOutput("u")]),
        (
            {"result": {"urls": [{"type": "preview", "url": "p"}, {"type": "model", "url": "m"}]}},
            [JobOutput("p", "preview"), JobOutput("m", "model")],
        ),
        ({"result": {"urls": {"type": "model", "url": "m"}}}, [JobOutput("m", "model")]),
        ({"result": {"urls": {"trellis": "t"}}}, [JobOutput("t")]),
        (
            {"result": {"urls": {"a": ["x", {"url": "y"}], "b": {"url": "z", "type": "model"}}}},
            [JobOutput("x"), JobOutput("y"), JobOutput("z", "model")],
        ),
        ({"result": {"urls": {"url": "u"}}}, [JobOutput("u")]),
        ({"result": {"urls": [None, 3, "", {}, {"url": 4}, "u"]}}, [JobOutput("u")]),
        ({"result": {"urls": [], "video_url": "v"}}, [JobOutput("v")]),
        ({"urls": ["top"]}, [JobOutput("top")]),
        ({"result": {"urls": ["r"]}, "urls": ["top"]}, [JobOutput("r")]),
        ({"result": {}}, []),
        ({"result": None}, []),
        ({"result": "https://a"}, []),
    ],
)
def test_outputs_in_every_shape(fields: dict[str, object], outputs: list[JobOutput]) -> None:
    """Lists, objects, maps and text give outputs; the old fields come last, repeats count once."""
    assert parse_job({"job_id": JOB_ID, "status": "completed"} | fields).outputs == tuple(outputs)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"error": {"code": "internal", "message": "boom"}}, JobError("internal", "boom")),
        ({"error": "boom"}, JobError(None, "boom")),
        ({"result": {"error": {"message": "boom"}}}, JobError(None, "boom")),
        ({"error": {}, "result": {"error": "inner"}}, JobError(None, "inner")),
        ({"error": {"code": "nsfw"}}, JobError("nsfw", None)),
        ({"error": "a\x1b[31mb\u202ec\nd"}, JobError(None, "abc d")),
        ({"error": None}, None),
        ({"error": []}, None),
        ({}, None),
    ],
)
def test_errors_in_every_shape(fields: dict[str, object], error: JobError | None) -> None:
    """An error stands at the top or in the result, as object or text; control characters go."""
    assert parse_job({"job_id": JOB_ID, "status": "failed"} | fields).error == error


@pytest.mark.parametrize(
    ("value", "status", "ended"),
    [
        ("intermediate-complete", "intermediate-complete", False),
        ("dancing", "dancing", False),
        (None, "unknown", False),
        (7, "unknown", False),
        ("Completed ", "completed", True),
        ("canceled", "cancelled", True),
        ("failed", "failed", True),
    ],
)
def test_only_three_statuses_end_a_job(value: object, status: str, ended: bool) -> None:
    """An unknown status is kept and counts as running."""
    job = parse_job({"job_id": JOB_ID, "status": value})
    assert (job.status, job.ended) == (status, ended)


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"job_id": None}, {"job_id": ""}, {"job_id": "../x"}, {"id": 7}]
)
def test_without_a_usable_id_there_is_no_job(data: object) -> None:
    """An id that cannot stand in a path leaves the request in doubt."""
    with pytest.raises(Unanswered) as caught:
        parse_job(data)
    assert caught.value.charged == "unknown"


@pytest.mark.parametrize(
    ("data", "ids", "cursor"),
    [
        ({"items": [{"job_id": "a"}, {"job_id": "b"}], "next_cursor": "c"}, ["a", "b"], "c"),
        ({"items": [{"job_id": "a"}], "nextCursor": "c"}, ["a"], "c"),
        ({"items": [{"job_id": "a"}, None, {}, 5], "next_cursor": None}, ["a"], None),
        ({"items": [], "next_cursor": ""}, [], None),
        ([{"job_id": "a"}], ["a"], None),
    ],
)
def test_a_page_in_every_shape(data: object, ids: list[str], cursor: str | None) -> None:
    """Both spellings of the cursor count; items that are no jobs are left out."""
    page = parse_page(data)
    assert ([job.id for job in page.jobs], page.next_cursor) == (ids, cursor)


@pytest.mark.parametrize("data", [None, {}, {"items": None}, {"items": {}}, "x", {"error": "no"}])
def test_an_answer_without_a_list_is_no_page(data: object) -> None:
    """An error page with status 200 is not an empty list; reading is never charged."""
    with pytest.raises(Unanswered) as caught:
        parse_page(data)
    assert caught.value.charged == "no"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T01:00:01+01:00", 1.0),
        ("1970-01-01T00:00:01", 1.0),
        ("1970-01-01T00:00:00.123456Z", 0.123456),
        (1795348800, 1795348800.0),
        (1795348800250, 1795348800.25),
        (10**400, None),
        (float("nan"), None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        (9e14, None),
        (True, None),
        ("", None),
        ("yesterday", None),
        (None, None),
        ({}, None),
    ],
)
def test_times(value: object, seconds: float | None) -> None:
    """ISO 8601 with or without a zone, seconds and milliseconds are parsed; else None."""
    assert parse_time(value) == seconds


@given(st.floats(min_value=0, max_value=4e9))
@settings(deadline=None)
def test_a_cursor_reads_back_to_the_millisecond(seconds: float) -> None:
    """A cursor has milliseconds and a Z, and reads back as the same moment."""
    text = format_cursor(seconds)
    assert text.endswith("Z") and len(text) == 24
    read = parse_time(text)
    assert read is not None and abs(read - seconds) <= 0.000501


def failure_of(status: str, error: JobError | None = None, **fields: object) -> KreaError | None:
    """Return the failure of a job "j" in such a state."""
    return job_failure(Job("j", status, error=error, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "error", "kind", "message", "charged"),
    [
        ("failed", None, JobFailed, "job j failed without saying why", "no"),
        ("failed", JobError("internal", "boom"), JobFailed, "job j failed: boom (internal)", "no"),
        ("failed", JobError(None, "boom"), JobFailed, "job j failed: boom", "no"),
        ("failed", JobError("internal", None), JobFailed, "job j failed: internal", "no"),
        ("cancelled", None, JobCancelled, "job j was cancelled", "no"),
        (
            "failed",
            JobError("NSFW", "Flagged"),
            Moderated,
            "job j was refused by moderation because of nudity or sex (nsfw): Flagged",
            "no",
        ),
        (
            "failed",
            JobError("content_policy", "content policy"),
            Moderated,
            "job j was refused by moderation: content policy (content_policy)",
            "no",
        ),
        (
            "failed",
            JobError("bad_input", "the start image shows violence badly"),
            JobFailed,
            "job j failed: the start image shows violence badly (bad_input)",
            "no",
        ),
        (
            "completed",
            None,
            EmptyResult,
            "job j completed without any result, often the sign of a silent refusal",
            "unknown",
        ),
        (
            "completed",
            JobError("personal_info", None),
            Moderated,
            "job j was refused by moderation because of a real person's name, face or data"
            " (personal_info)",
            "unknown",
        ),
    ],
)
def test_how_a_job_ended_badly(
    status: str, error: JobError | None, kind: type[KreaError], message: str, charged: str
) -> None:
    """The class decides the exit code; the message repeats the service's own words."""
    failure = failure_of(status, error)
    assert type(failure) is kind
    assert (failure.message, failure.charged, failure.job_id) == (message, charged, "j")


def test_a_job_with_a_result_or_running_is_no_failure() -> None:
    """A result is an output, or the style of a training."""
    assert failure_of("completed", outputs=(JobOutput("u"),)) is None
    assert failure_of("completed", style_id="s") is None
    assert failure_of("completed", JobError("nsfw", None), outputs=(JobOutput("u"),)) is None
    assert failure_of("sampling") is None


@pytest.mark.parametrize("text", ["a", "A-b_9", "x" * 64, f" {JOB_ID}\n"])
def test_ids_that_may_enter_a_path(text: str) -> None:
    """White space around an id comes from a pipe, and is removed."""
    assert check_job_id(text) == text.strip()


@pytest.mark.parametrize("text", ["", " ", "a/b", "..", "a b", "x" * 65, "ü", "a\nb", "a%2f"])
def test_ids_that_must_not_enter_a_path(text: str) -> None:
    """A text that could lead to another path is refused."""
    with pytest.raises(UsageError, match="is not a job id"):
        check_job_id(text)


def test_the_raw_job_can_be_written_again() -> None:
    """Fields that the service adds are kept for `--json`."""
    data = {"job_id": JOB_ID, "status": "queued", "position": 4}
    assert json.loads(json.dumps(parse_job(data).raw)) == data
