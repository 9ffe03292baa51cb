"""`krea cancel`: stop running jobs, leave ended ones alone."""

import pytest

from tests.harness.cli import Cli


def test_a_running_job_is_stopped(cli: Cli) -> None:
    """Read, asked to stop, and read again: the answer to DELETE proves nothing."""
    cli.service.add("a", (0, "processing"))
    result = cli.krea("cancel", "a")
    assert (result.code, result.out, result.err) == (0, "a\tcancelled\n", "")
    assert cli.service.requests == ["GET /jobs/a", "DELETE /jobs/a", "GET /jobs/a"]


def test_a_job_that_has_ended_is_left_alone(cli: Cli) -> None:
    """DELETE might remove its results, so none is sent."""
    cli.service.add("a", (0, "completed"))
    result = cli.krea("cancel", "a")
    assert (result.code, result.out) == (0, "a\tcompleted\n")
    assert "has ended already (completed); nothing was sent" in result.err
    assert cli.service.requests == ["GET /jobs/a"]


def test_a_job_that_ended_meanwhile_is_gone(cli: Cli) -> None:
    """The job ended before the DELETE, which removed it: it may have been charged."""
    cli.service.delete_removes = True
    cli.service.add("a", (0, "processing"))
    result = cli.krea("cancel", "a")
    assert (result.code, result.out) == (1, "a\tunknown\n")
    assert result.err == (
        "error: job a is gone: it ended at the moment it was cancelled\n"
        "  hint: whether it was charged shows at krea.ai/app/api\n"
        "  charged: unknown\n"
    )


def test_a_line_that_names_no_job(cli: Cli) -> None:
    """The error is on stderr; stdout has only jobs."""
    result = cli.krea("cancel", stdin="not an id!\n")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")


@pytest.mark.parametrize("text", ["null", '{"job_id": null, "state": "checked"}', "None"])
def test_a_request_without_a_job_cannot_be_stopped(cli: Cli, text: str) -> None:
    """As `krea history --unfinished` lists one; nothing is asked of the service."""
    done = cli.krea("cancel", stdin=text + "\n")
    assert (done.code, done.out, cli.service.requests) == (2, "", [])
    assert "its request was not submitted; leave it out: jq" in done.err


@pytest.mark.parametrize("status", [500, 524])
def test_an_unclear_answer_to_a_cancel(cli: Cli, status: int) -> None:
    """Nobody knows if the job was stopped: exit 1, charged unknown."""
    cli.service.add("a", (0, "processing"))
    cli.service.delete_status = status
    result = cli.krea("cancel", "a")
    assert (result.code, "charged: unknown\n" in result.err) == (1, True), result.err


def test_a_damaged_ledger_keeps_nobody_from_stopping(cli: Cli) -> None:
    """Stopping saves money; the ledger is only warned of."""
    state = cli.home / "state"
    state.mkdir()
    (state / "ledger.sqlite3").write_text("no ledger")
    cli.service.add("a", (0, "processing"))
    result = cli.krea("cancel", "a")
    assert (result.code, result.out) == (0, "a\tcancelled\n")
    assert result.err.startswith("warning: the ledger ")
