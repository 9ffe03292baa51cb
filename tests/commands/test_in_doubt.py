"""`krea generate` when an answer got lost: found in the list, or in doubt, never sent again."""

import httpx
import pytest

from tests.fakes.krea_service import (
    KreaService,
    ScriptedJob,
    answer_with,
    lose_answer,
    lose_request,
)
from tests.harness.cli import Cli


def test_a_lost_answer_ends_with_the_picture_and_one_job(cli: Cli) -> None:
    """The job was made, the answer got lost: it is found in the list, not sent again."""
    cli.service.answers = [lose_answer]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert len(cli.service.posts) == 1
    assert "found the job of the lost answer" in result.err


def test_a_lost_request_is_in_doubt_and_never_sent_again(cli: Cli) -> None:
    """Nothing in the list: exit 9, charged unknown, one POST; the same command sends nothing."""
    cli.service.answers = [lose_request]
    first = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (first.code, first.out, len(cli.service.posts)) == (9, "", 1)
    assert "charged: unknown" in first.err
    for _ in range(3):
        again = cli.krea("generate", "a fox", "-o", "fox.png")
        assert (again.code, len(cli.service.posts)) == (9, 1)
        cli.clock.advance(300)
    assert cli.states == [("unfound", None)]
    anew = cli.krea("generate", "a fox", "-o", "fox.png", "--again")
    assert (anew.code, len(cli.service.posts)) == (0, 2)


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 524])
def test_an_unclear_answer_is_a_doubt(cli: Cli, status: int) -> None:
    """A request that may have been carried out is not sent again."""
    cli.service.answers = [answer_with(status, {"error": "?"})]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (9, 1)
    assert cli.states[0][0] == "unknown"


def test_a_late_job_is_found_while_the_search_goes_on(cli: Cli) -> None:
    """A gateway may make the job a moment after it dropped the answer."""

    def make_late_job(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        service.keep(service.job(1, at=service.now() + 3))
        raise httpx.ReadTimeout("timed out")

    cli.service.answers = [make_late_job]
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0


def test_a_strangers_job_is_never_ours(cli: Cli) -> None:
    """Another job that the ledger does not know turns the matching off; it is a candidate only."""
    cli.krea("generate", "a fox", "-o", "first.png")
    cli.clock.advance(30)
    cli.service.keep(cli.service.job(99))
    cli.clock.advance(30)
    cli.service.answers = [lose_answer]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (9, 2)
    assert "It may be one of these jobs: job-2\n" in result.err


def test_a_shared_account_settles_nothing_by_itself(cli: Cli) -> None:
    """With account.shared a job in the list proves nothing."""
    cli.krea("config", "set", "account.shared", "true")
    cli.service.answers = [lose_answer]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 9
    assert "It may be one of these jobs: job-1\n  hint: krea recover looks for" in result.err


def test_a_dead_process_leaves_a_request_that_is_settled(cli: Cli) -> None:
    """Killed after the POST left: the next run finds the job and sends nothing."""

    def die(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        service.keep(job)
        raise SystemExit(137)

    cli.service.answers = [die]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    assert cli.states == [("sending", None)]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1)


def test_another_command_books_what_a_dead_process_left(cli: Cli) -> None:
    """After a crash while sending, the request is in doubt from the next submit on."""

    def die(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        raise SystemExit(137)

    cli.service.answers = [die]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    assert cli.krea("generate", "a hen", "-o", "hen.png").code == 0
    assert [state for state, _ in cli.states] == ["unknown", "saved"]


@pytest.mark.parametrize(
    ("words", "posts", "message"),
    [
        (("-o", "fox.png"), 1, "the same command sends nothing without --again"),
        ((), 2, "the same command would send it anew"),
        (("-o", "-"), 1, "the same command sends nothing without --again"),
        (("-o", "fox.png", "--no-ledger"), 2, "the same command would send it anew"),
    ],
    ids=["a target", "none", "stdout", "no ledger"],
)
def test_a_doubt_tells_truly_what_the_same_command_would_do(
    cli: Cli, words: tuple[str, ...], posts: int, message: str
) -> None:
    """Only a request with a target is recognized; for others the user is warned."""
    cli.service.answers = [lose_request, lose_request]
    result = cli.krea("generate", "a fox", *words)
    assert (result.code, message in result.err) == (9, True)
    cli.krea("generate", "a fox", *words)
    assert len(cli.service.posts) == posts
