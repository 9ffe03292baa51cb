"""`krea status`: the current status of jobs, in few requests."""

import json

import pytest

from tests.fakes.krea_service import answer_with, refuse_connection
from tests.harness.cli import Cli


def test_it_shows_where_a_job_stands_without_waiting(cli: Cli) -> None:
    """Tab-separated in a pipe: id, status, model, age."""
    cli.service.add("a", (0, "queued"), (5, "sampling"))
    cli.clock.advance(65)
    result = cli.krea("status", "a")
    assert (result.code, result.out, result.err) == (0, "a\tsampling\t\t1 min 5 s\n", "")
    assert cli.service.polled == ["a"]


def test_a_failed_job_that_could_be_read_is_success(cli: Cli) -> None:
    """The question was answered."""
    cli.service.add("a", (0, "failed"))
    result = cli.krea("status", "a", "--json")
    assert (result.code, result.err) == (0, "")
    (record,) = result.records
    assert (record["status"], record["charged"]) == ("failed", "no")


def test_many_ids_share_one_request(cli: Cli) -> None:
    """A job missing from the list is read by itself."""
    names = [f"job-{number}" for number in range(30)]
    for name in names:
        cli.service.add(name, (0, "processing"), listed=name != "job-7")
    result = cli.krea("status", *names)
    assert [line.split("\t")[0] for line in result.out.splitlines()] == names
    assert cli.service.polled == ["list 100", "job-7"]


def test_an_id_that_cannot_be_read_is_told(cli: Cli) -> None:
    """The others are shown; exit 2."""
    cli.service.add("a", (0, "queued"))
    result = cli.krea("status", "nobody", "a")
    assert (result.code, result.out) == (2, "a\tqueued\t\t0 s\n")
    assert "error: job nobody was not found" in result.err


def test_passing_faults_pass(cli: Cli) -> None:
    """A read is tried again."""
    cli.service.read_faults = [answer_with(502), refuse_connection]
    cli.service.add("a", (0, "queued"))
    assert cli.krea("status", "a").out.startswith("a\tqueued\t")


@pytest.mark.parametrize(
    "fault",
    [refuse_connection, answer_with(503, **{"retry-after": "90"}), answer_with(500)],
    ids=["no connection", "busy", "an error of theirs"],
)
def test_faults_that_stay_are_told_soon(cli: Cli, fault: object) -> None:
    """A person waits for the answer: ten seconds, then exit 8."""
    cli.service.read_faults = [fault] * 50  # type: ignore[list-item]
    began = cli.clock.monotonic()
    assert cli.krea("status", "a").code == 8
    assert cli.clock.monotonic() - began <= 10


def test_records_from_a_pipe_are_read_too(cli: Cli) -> None:
    """Whatever they say: the question is how the job stands now."""
    cli.service.add("a", (0, "completed"))
    result = cli.krea("status", stdin='{"job_id": "a", "status": "failed"}\n')
    assert (result.code, result.out) == (0, "a\tcompleted\t\t0 s\n")


def test_a_refused_token_ends_it(cli: Cli) -> None:
    """Exit 3 after one request."""
    cli.service.read_faults = [answer_with(401)]
    assert cli.krea("status", "a", "b").code == 3
    assert len(cli.service.polls) == 1


def test_an_id_in_upper_case_is_the_service_s_own(cli: Cli) -> None:
    """In a record of the input, as in any other place."""
    job_id = "550e8400-e29b-41d4-a716-446655440000"
    cli.service.add(job_id, (0, "completed"))
    for text in (job_id.upper(), json.dumps({"job_id": job_id.upper()})):
        for command in ("status", "wait", "download"):
            result = cli.krea(command, "--json", stdin=f"{text}\n")
            assert (result.code, result.records[0]["job_id"]) == (0, job_id), result.err


def test_on_a_terminal_it_shows_what_runs(cli: Cli) -> None:
    """Of the whole account, asked now; the ledger's own have their number and prompt."""
    cli.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    cli.service.job_seconds = 100
    assert cli.krea("generate", "a red fox", "--no-wait").code == 0
    cli.service.add("done", (0, "completed"))
    cli.clock.advance(1)
    cli.service.add("clip", (0, "queued"))
    cli.clock.advance(30)
    cli.service.polls.clear()
    result = cli.krea("status", typed="", terminal=True)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "row  id     status      age   model           prompt",
        "     clip   queued      30 s",
        "  1  job-1  processing  31 s  bfl/flux-1-dev  a red fox",
    ]
    assert cli.service.polled == ["list 1000"]
    assert cli.krea("status", typed="").out == (
        "clip\tqueued\t\t30 s\njob-1\tprocessing\tbfl/flux-1-dev\t31 s\n"
    )


def test_a_job_that_the_list_lacks(cli: Cli) -> None:
    """The ledger has it as running, so it is asked for alone; one that has ended is left out."""
    cli.service.job_seconds = 100
    for prompt in ("a red fox", "a hen"):
        assert cli.krea("generate", prompt, "--no-wait").code == 0
    for job in cli.service.jobs.values():
        job.listed = False
    cli.service.jobs["job-2"].course = [(0, "completed")]
    assert cli.krea("status", typed="").out == "job-1\tqueued\tbfl/flux-1-dev\t0 s\n"
    assert cli.states == [("submitted", "job-1"), ("completed", "job-2")]


def test_nothing_runs(cli: Cli) -> None:
    """Told on stderr; a pipe without any id is an empty list, as ever."""
    result = cli.krea("status", typed="")
    assert (result.code, result.out) == (0, "")
    assert result.err == "no job runs now; krea history lists earlier requests\n"
    assert cli.krea("status").err == ""


def test_the_ledger_learns(cli: Cli) -> None:
    """An answer of the service is kept in the ledger."""
    assert cli.krea("generate", "a fox", "--no-wait").code == 0
    cli.clock.advance(100)
    assert cli.krea("status", "last").out.split("\t")[1] == "completed"
    assert cli.states == [("completed", "job-1")]
