"""The job record, and what is read back from stdin."""

from dataclasses import replace

import pytest

from krea_cli.api.types import Job, JobOutput
from krea_cli.errors import EmptyResult, JobFailed, Moderated, StillRunning, UsageError
from krea_cli.flows.jobs.record import Reference, failure_in_record, job_record, parse_line
from krea_cli.local.ledger.rows import FileRow

JOB = Job(
    "job-1",
    "completed",
    created_at=1_800_000_000.0,
    completed_at=1_800_000_007.25,
    outputs=(
        JobOutput("https://gen.krea.ai/p.png", "preview"),
        JobOutput("https://gen.krea.ai/a.glb"),
    ),
    raw={"result": {"urls": ["as it came"]}},
)
SAVED = FileRow(
    index=1,
    url="https://gen.krea.ai/a.glb",
    path="/home/me/a.glb",
    sha256="ab" * 32,
    size=12,
    type="model/gltf-binary",
    at=1_800_000_009.0,
)


def test_a_record_holds_everything_that_is_known_of_a_job() -> None:
    """Service and disk together; what nobody knows is null."""
    assert job_record(JOB, files=[SAVED]) == {
        "schema": 1,
        "job_id": "job-1",
        "status": "completed",
        "model": None,
        "prompt": None,
        "seed": None,
        "created_at": "2027-01-15T08:00:00.000Z",
        "completed_at": "2027-01-15T08:00:07.250Z",
        "urls": ["https://gen.krea.ai/a.glb"],
        "files": ["/home/me/a.glb"],
        "outputs": [
            {
                "url": "https://gen.krea.ai/p.png",
                "path": None,
                "sha256": None,
                "bytes": None,
                "type": None,
            },
            {
                "url": "https://gen.krea.ai/a.glb",
                "path": "/home/me/a.glb",
                "sha256": "ab" * 32,
                "bytes": 12,
                "type": "model/gltf-binary",
            },
        ],
        "price": None,
        "cost": None,
        "priced_at": None,
        "charged": "yes",
        "error": None,
        "result": {"urls": ["as it came"]},
    }


def test_a_file_from_an_older_address_stands_beside_the_new_one() -> None:
    """Addresses change; what was saved does not get lost."""
    moved = Job("job-1", "completed", outputs=(JobOutput("https://gen.krea.ai/new.glb"),))
    outputs = job_record(moved, files=[SAVED])["outputs"]
    assert [(output["url"], output["path"]) for output in outputs] == [
        ("https://gen.krea.ai/new.glb", None),
        ("https://gen.krea.ai/a.glb", "/home/me/a.glb"),
    ]


def test_copies_of_one_result_are_all_told() -> None:
    """Items of a batch that share a payment have a file each."""
    copy = replace(SAVED, path="/home/me/b.glb")
    outputs = job_record(None, files=[SAVED, copy])["outputs"]
    assert [output["path"] for output in outputs] == ["/home/me/a.glb", "/home/me/b.glb"]
    assert {output["url"] for output in outputs} == {"https://gen.krea.ai/a.glb"}


@pytest.mark.parametrize(
    ("status", "charged"),
    [("completed", "yes"), ("failed", "no"), ("cancelled", "no"), ("sampling", "unknown")],
)
def test_the_status_says_what_was_charged(status: str, charged: str) -> None:
    """Failed and cancelled jobs are not billed."""
    assert job_record(Job("job-1", status))["charged"] == charged


def test_an_error_says_it_better() -> None:
    """A completed job without a result may or may not have been charged."""
    told = job_record(Job("job-1", "completed"), error=EmptyResult("nothing came"))
    assert told["charged"] == "unknown"
    assert told["error"] == {
        "code": "empty_result",
        "message": "nothing came",
        "hint": None,
        "charged": "unknown",
        "job_id": "job-1",
    }


def test_a_job_that_could_not_be_read_still_has_a_record() -> None:
    """Its id and its error."""
    told = job_record(None, job_id="job-9", error=StillRunning("stopped waiting"))
    assert (told["job_id"], told["status"], told["result"]) == ("job-9", None, None)


@pytest.mark.parametrize(
    ("line", "job_id"),
    [
        ("job-1", "job-1"),
        ("  job-1\r\n", "job-1"),
        ("\ufeffjob-1", "job-1"),
        ('"job-1"', "job-1"),
        ('{"job_id": "job-1", "status": "queued"}', "job-1"),
        ('{"schema": 1, "job_id": "job-1", "prompt": "\\u202e{"}', "job-1"),
    ],
    ids=["bare", "with white space", "with a mark", "quoted", "a job", "a record"],
)
def test_ids_and_records_are_read(line: str, job_id: str) -> None:
    """Records as this tool prints them, and as jq rewrites them."""
    assert parse_line(line).job_id == job_id


@pytest.mark.parametrize(
    "line",
    [
        "not an id",
        "../../etc/passwd",
        '{"job_id": "../x"}',
        '{"job_id": 7}',
        '{"job_id": "job-1"',
        "{" * 2000,
        '{"a": ' * 100_000,
        '["job-1"]',
        "a" * 65,
        "жоб",
    ],
)
def test_other_lines_are_refused(line: str) -> None:
    """An id goes into a path: nothing else may."""
    with pytest.raises(UsageError):
        parse_line(line)


def test_a_record_of_an_ended_job_needs_no_question() -> None:
    """A record tells the end of its job."""
    assert Reference("a", {"status": "failed"}).ended
    assert not Reference("a", {"status": "sampling"}).ended
    assert not Reference("a").ended


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (JobFailed("job a failed: out of luck", hint="try again", job_id="a"), 1),
        (Moderated("refused", job_id="a"), 7),
        (EmptyResult("nothing", job_id="a"), 11),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_a_recorded_failure_is_the_same_failure_again(error: JobFailed, code: int) -> None:
    """Through a pipe and back: sentence, hint, charge and exit code."""
    again = failure_in_record(job_record(Job("a", "failed"), error=error))
    assert again is not None
    assert again.as_dict() == error.as_dict()
    assert again.exit_code == code


def test_a_record_without_a_failure_has_none() -> None:
    """Nor has a running job; a failed one has, even if it does not say why."""
    assert failure_in_record({"job_id": "a", "status": "completed"}) is None
    silent = failure_in_record({"job_id": "a", "status": "cancelled", "error": "?"})
    assert silent is not None
    assert (silent.code, silent.message) == ("job_cancelled", "the job ended as cancelled")
