"""--retries and --max-failures: failed jobs are sent again, and many failures end a batch."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.local.ledger.request_rows import RequestRows
from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import (
    FOXES,
    die_at,
    file_stems,
    sent_prompts,
    serve_prices,
    summary,
)
from tests.fakes.krea_service import Answer, KreaService, ScriptedJob, answer_with, lose_request
from tests.harness.cli import Cli


def fail(service: KreaService, job: ScriptedJob) -> None:
    """The service fails the job."""
    job.final_status, job.error = "failed", {"code": "internal", "message": "out of luck"}


def ok(*_: object) -> None:
    """The usual answer."""


def moderate(service: KreaService, job: ScriptedJob) -> None:
    """Moderation refuses the job."""
    job.final_status, job.error = "failed", {"code": "nsfw", "message": "nsfw"}


def cancel(service: KreaService, job: ScriptedJob) -> None:
    """Somebody cancels the job."""
    job.final_status = "cancelled"


def make_nothing(service: KreaService, job: ScriptedJob) -> None:
    """The job completes without a result."""
    job.without_result = True


def retries(cli: Cli) -> list[tuple[str, int]]:
    """State and number of the retry of each request in the ledger."""
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        return ledger.execute("SELECT state, retry FROM requests ORDER BY id").fetchall()


def test_a_failed_job_is_sent_again_after_the_others(batch_cli: Cli) -> None:
    """A line tells it, the totals count it, and the price of the failed job is given back."""
    serve_prices(batch_cli)
    batch_cli.service.answers = [ok, fail]
    options = ("--max-cost", "12", "--assume-price", "2", "-o", "out/", "-j", "1")
    done = batch_cli.krea("batch", "foxes.txt", *options, "--retries", "2")
    assert (done.code, file_stems()) == (0, FOXES)
    assert sent_prompts(batch_cli)[5:] == ["fox 6", "fox 2"]
    assert "line 2: failed: out of luck (internal); sent again (1 of 2)\n" in done.err
    assert "6 of 6 done, 1 sent again after a failure; spent $12.00 in " in done.err
    assert retries(batch_cli)[-1] == ("saved", 1)


def test_no_more_than_so_many(batch_cli: Cli) -> None:
    """Nor with the command typed again; --retry-failed begins anew, by the user's word."""
    batch_cli.service.answers = [fail] * 9
    options = ("batch", "foxes.txt", "-o", "out/", "--lines", "1", "--retries", "2")
    done = batch_cli.krea(*options, "--json")
    assert (done.code, len(batch_cli.service.posts)) == (1, 3)
    assert (summary(done)["failed"], summary(done)["retried"], summary(done)["spent"]) == (1, 2, 0)
    assert (batch_cli.krea(*options).code, len(batch_cli.service.posts)) == (1, 3)
    assert (batch_cli.krea(*options, "--retry-failed").code, len(batch_cli.service.posts)) == (1, 6)
    assert (batch_cli.krea(*options).code, len(batch_cli.service.posts)) == (1, 6)
    assert [number for _, number in retries(batch_cli)] == [0, 1, 2, 0, 1, 2]


def test_a_failure_of_an_earlier_run_has_its_retries(batch_cli: Cli) -> None:
    """A dry run counts it as to be sent."""
    batch_cli.service.answers = [fail]
    options = ("batch", "foxes.txt", "-o", "out/", "--lines", "1")
    assert batch_cli.krea(*options).code == 1
    dry = batch_cli.krea(*options, "--retries", "1", "--dry-run", "--json")
    assert [each["state"] for each in dry.records] == ["to send"]
    again = batch_cli.krea(*options, "--retries", "1")
    assert (again.code, len(batch_cli.service.posts), file_stems()) == (0, 2, FOXES[:1])
    assert retries(batch_cli) == [("failed", 0), ("saved", 1)]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (moderate, 7),
        (cancel, 1),
        (make_nothing, 11),
        (lose_request, 9),
        (answer_with(422, {"error": "no such fox"}), 1),
    ],
    ids=["moderated", "cancelled", "empty", "in doubt", "refused"],
)
def test_no_other_end_is_tried_again(batch_cli: Cli, answer: Answer, code: int) -> None:
    """Neither in the run of the job, nor in the next one."""
    batch_cli.service.answers = [answer]
    options = ("batch", "foxes.txt", "-o", "out/", "--lines", "1", "--retries", "3")
    assert (batch_cli.krea(*options).code, len(batch_cli.service.posts)) == (code, 1)
    batch_cli.clock.advance(600)
    assert (batch_cli.krea(*options).code, len(batch_cli.service.posts)) == (code, 1)


def test_each_retry_takes_its_price_out_of_the_cap(batch_cli: Cli) -> None:
    """A retry is refused where the other jobs have used up the cap."""
    serve_prices(batch_cli)
    batch_cli.service.answers = [fail]
    options = ("--max-cost", "4", "--assume-price", "2", "-o", "out/", "--retries", "1")
    done = batch_cli.krea("batch", "foxes.txt", "--first", "3", *options, "-j", "1")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (5, FOXES[1:3], 3)


@pytest.mark.parametrize("is_after", [False, True], ids=["unsent", "sent"])
def test_a_kill_grants_no_more_retries(
    batch_cli: Cli, monkeypatch: pytest.MonkeyPatch, *, is_after: bool
) -> None:
    """The process dies at its first retry; the runs after it make two retries in all."""
    batch_cli.service.answers = [fail] * 9
    options = ("batch", "foxes.txt", "-o", "out/", "--lines", "1")
    assert batch_cli.krea(*options).code == 1
    if (pid := os.fork()) == 0:
        die_at(monkeypatch, RequestRows, "mark_sending", call=1, is_after=is_after)
        batch_cli.clock = FakeClock()  # the threads of the other are not in this process
        batch_cli.krea(*options, "--retries", "2")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 137
    assert retries(batch_cli)[1:] == [("sending" if is_after else "checked", 1)]
    batch_cli.clock.advance(3600)
    assert batch_cli.krea(*options, "--retries", "2").code == 1
    assert [number for _, number in retries(batch_cli)] == [0, 1, 2]


def test_an_equal_item_waits_for_the_retry(cli: Cli) -> None:
    """Two lines with one request: the retry serves both."""
    Path("twins.txt").write_text("a fox\na fox\n")
    cli.service.answers = [fail]
    options = ("-o", "out/{line}.{ext}", "-m", "z-image", "--seed", "5", "--retries", "1")
    done = cli.krea("batch", "twins.txt", *options)
    assert (done.code, len(cli.service.posts)) == (0, 2)
    assert sorted(path.name for path in Path("out").iterdir()) == ["1.png", "2.png"]


def test_fail_fast_lets_retries_go_on(batch_cli: Cli) -> None:
    """The batch stops at an item that is over."""
    batch_cli.service.answers = [fail, ok, ok, ok, ok, ok, fail]
    options = ("-o", "out/", "-j", "1", "--retries", "1", "--fail-fast")
    done = batch_cli.krea("batch", "foxes.txt", *options)
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (1, FOXES[1:], 7)


@pytest.mark.parametrize(
    ("limit", "posts", "reason"),
    [
        ("2", 3, "as 2 jobs failed"),
        ("1", 2, "as a job failed"),
        ("34%", 4, "as 3 jobs failed"),  # of six
        ("5%", 2, "as a job failed"),
    ],
)
def test_many_failures_end_a_batch(batch_cli: Cli, limit: str, posts: int, reason: str) -> None:
    """A share is one of the jobs that this run sends."""
    batch_cli.service.answers = [ok, fail, fail, moderate]
    options = ("-o", "out/", "-j", "1", "--max-failures", limit)
    done = batch_cli.krea("batch", "foxes.txt", *options)
    assert (done.code, len(batch_cli.service.posts)) == (7 if posts == 4 else 1, posts)
    assert f"error: nothing more is sent, {reason}\n" in done.err


def test_a_share_is_one_of_the_jobs_of_the_run(batch_cli: Cli) -> None:
    """Two items are left to send: half of them is one."""
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/", "--first", "4").code == 0
    batch_cli.service.answers = [fail]
    options = ("-o", "out/", "-j", "1", "--max-failures", "50%")
    done = batch_cli.krea("batch", "foxes.txt", *options)
    assert (done.code, len(batch_cli.service.posts)) == (1, 5)


def test_jobs_that_are_sent_again_count_as_failures(batch_cli: Cli) -> None:
    """A service that fails everything ends the batch before the retries are used up."""
    batch_cli.service.answers = [fail] * 20
    options = ("-o", "out/", "-j", "1", "--max-failures", "8", "--retries", "5")
    done = batch_cli.krea("batch", "foxes.txt", *options)
    assert (done.code, len(batch_cli.service.posts)) == (1, 8)


@pytest.mark.parametrize("text", ["0", "-1", "x", "0%", "101%", "1.5", ""])
def test_no_number_of_failures(batch_cli: Cli, text: str) -> None:
    """Anything else is refused with the forms that are taken."""
    done = batch_cli.krea("batch", "foxes.txt", f"--max-failures={text}")
    assert (done.code, batch_cli.service.posts) == (2, [])
    assert f"{text!r} is not a number from 1 on, or a share such as 5%" in done.err
