"""Reconciling: the listed job taken for a lost answer, and reasons to take none."""

import httpx
import pytest

from tests.fakes.krea_service import KreaService, ScriptedJob
from tests.harness.cli import Cli


def lost(service: KreaService, job: ScriptedJob) -> None:
    """No job, no answer."""
    raise httpx.ReadError("reset")


def killed(service: KreaService, job: ScriptedJob) -> None:
    """The process dies while its request is on the way."""
    raise SystemExit(137)


def test_a_job_that_is_made_after_the_kill_is_found(cli: Cli) -> None:
    """Killed at once, run again at once, while a slow gateway still works on the request."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.service.keep(cli.service.job(1, at=cli.clock.now() + 6))
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1)


def test_a_list_that_lags_does_not_make_a_job_unfindable(cli: Cli) -> None:
    """For two minutes a job may be missing from the list; then the same command still finds it."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    made = cli.service.job(1)
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 9
    cli.clock.advance(60)
    cli.service.keep(made)
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1)


def test_an_old_doubt_does_not_stand_in_the_way_of_a_new_one(cli: Cli) -> None:
    """A request in doubt since yesterday, and a stranger since: today's lost answer is found."""
    cli.service.answers = [lost]
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 9
    cli.clock.advance(3600)
    cli.service.keep(cli.service.job(99))
    cli.clock.advance(86400)

    def made(service: KreaService, job: ScriptedJob) -> None:
        service.keep(job)
        raise httpx.ReadError("reset")

    cli.service.answers = [made]
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (0, "hen.png\n"), result.err
    assert cli.states == [("unknown", None), ("saved", "job-2")]


def test_a_late_job_is_not_taken_for_that_of_the_next_request(cli: Cli) -> None:
    """Killed while sending; its job is made as the next request loses its own answer."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.clock.advance(1)

    def late(service: KreaService, job: ScriptedJob) -> None:
        service.keep(service.job(1, at=cli.clock.now() + 1))
        raise httpx.ReadError("reset")

    cli.service.answers = [late]
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (9, ""), result.err
    assert "It may be one of these jobs: job-1\n" in result.err
    assert cli.states == [("unknown", None), ("unknown", None)]
