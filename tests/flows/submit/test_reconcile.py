"""Reconciling: the listed job taken for a lost answer, and reasons to take none."""

from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import KreaService, ScriptedJob, kill_client
from tests.harness.cli import Cli


def lost(service: KreaService, job: ScriptedJob) -> None:
    """No job, no answer."""
    raise httpx.ReadError("reset")


def killed(service: KreaService, job: ScriptedJob) -> None:
    """The process dies while its request is on the way."""
    raise SystemExit(137)


def test_a_job_that_is_made_after_the_kill_is_found(cli: Cli) -> None:
    """Killed at once, run again at once, while the service still works on the request."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.service.keep(cli.service.job(1, at=cli.clock.now() + 2))
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1)


def test_a_job_that_a_gateway_made_late_is_named_and_not_taken(cli: Cli) -> None:
    """A stranger may have made it: only the user can say. What speaks against it is told."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.service.keep(cli.service.job(1, at=cli.clock.now() + 13))
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (9, "", 1)
    assert "It may be one of these jobs: job-1 (made 8 s late)\n" in result.err


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


def made(service: KreaService, job: ScriptedJob) -> None:
    """The job is made, and its answer gets lost."""
    service.keep(job)
    raise httpx.ReadError("reset")


def test_an_old_doubt_does_not_stand_in_the_way_of_a_new_one(cli: Cli) -> None:
    """A request in doubt since yesterday: today's lost answer is found."""
    cli.service.answers = [lost]
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 9
    cli.clock.advance(86400)
    cli.service.answers = [made]
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (0, "hen.png\n"), result.err
    assert cli.states == [("unknown", None), ("saved", "job-2")]


def test_a_stranger_is_remembered_until_the_user_says_otherwise(cli: Cli) -> None:
    """Whoever made a job yesterday may make the next one: a lost answer is the user's to settle."""
    cli.krea("generate", "a fox", "-o", "fox.png")
    cli.clock.advance(3600)
    cli.service.keep(cli.service.job(99))
    cli.clock.advance(86400)
    cli.service.answers = [made]
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (9, ""), result.err
    assert result.err.count("job job-99 is of nobody here: others use this account") == 1
    assert "It may be one of these jobs: job-2\n" in result.err
    assert "of nobody here" not in cli.krea("generate", "a hen", "-o", "hen.png").err
    cli.krea("config", "set", "account.shared", "false")
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "hen.png\n", 2)


def test_the_first_answer_teaches_no_bounds(cli: Cli) -> None:
    """Two in doubt and one job, then one answered: the job may still be of either."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "p1", "-o", "p1.png")
    cli.clock.advance(0.5)

    def made_late(service: KreaService, job: ScriptedJob) -> None:
        service.keep(service.job(2, at=cli.clock.now() + 0.8))
        raise httpx.ReadError("reset")

    cli.service.answers = [made_late]
    assert cli.krea("generate", "p2", "-o", "p2.png").code in (0, 9)
    cli.clock.advance(20)
    assert cli.krea("generate", "p3", "-o", "p3.png").code == 0
    cli.krea("recover")
    assert cli.states[0] == ("unknown", None)


def test_a_job_made_half_a_minute_later_is_never_taken(cli: Cli) -> None:
    """Killed before the first byte; another machine on the account makes a job."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.service.keep(cli.service.job(1, at=cli.clock.now() + 33))
    cli.clock.advance(60)
    result = cli.krea("recover")
    assert (result.code, cli.states) == (9, [("unknown", None)])
    assert "perhaps job-1" in result.out and "but made 28 s late" in result.out


@pytest.mark.parametrize("leap", [600.0, -600.0], ids=["was behind", "was ahead"])
def test_a_clock_that_leapt_hides_no_job(cli: Cli, leap: float) -> None:
    """The seconds since the boot tell when the request left; the wall clock may be set anew."""
    cli.clock.leap(-leap)
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.clock.leap(leap)
    cli.service.keep(cli.service.job(1, at=cli.clock.now() + 1))
    result = cli.krea("recover")
    assert (result.code, cli.states) == (0, [("submitted", "job-1")]), result.err


def test_an_absence_is_never_final(cli: Cli) -> None:
    """The list lags, and the machine sleeps: unfound now, named a minute later."""
    cli.service.answers = [killed]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    job = cli.service.job(1, at=cli.clock.now() + 1)
    cli.clock.advance(400)
    assert cli.krea("recover").code == 9
    assert cli.states == [("unfound", None)]
    cli.service.keep(job)
    result = cli.krea("recover")
    assert (result.code, cli.states) == (9, [("unfound", None)])
    assert "perhaps job-1" in result.out
    again = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (again.code, len(cli.service.posts)) == (9, 1)
    assert "It may be one of these jobs: job-1\n" in again.err


def test_a_503_is_sent_again_only_after_a_look_at_the_list(cli: Cli) -> None:
    """A gateway may answer for a service that has the request: its job is found, not paid twice."""

    def made_and_503(service: KreaService, job: ScriptedJob) -> httpx.Response:
        service.keep(job)
        return httpx.Response(503, json={"error": "overloaded"}, headers={"retry-after": "5"})

    cli.service.answers = [made_and_503]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1)
    assert cli.states == [("saved", "job-1")]


def test_a_slow_503_finds_the_job_that_was_made(cli: Cli) -> None:
    """The job is old enough to be taken at once: it is waited for, and nothing is sent again."""

    def made_and_late_503(service: KreaService, job: ScriptedJob) -> httpx.Response:
        service.keep(job)
        cli.clock.advance(20)
        return httpx.Response(503, json={"error": "overloaded"})

    cli.service.answers = [made_and_late_503]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1), result.err
    assert cli.states == [("saved", "job-1")]


@pytest.mark.parametrize(
    "headers", [{"via": "1.1 varnish"}, {"x-cache": "MISS"}], ids=["via", "x-cache"]
)
def test_a_503_with_the_word_of_a_proxy_is_a_doubt(cli: Cli, headers: dict[str, str]) -> None:
    """JSON and all: the proxy may have given up on a service that has the request."""
    cli.service.answers = [
        lambda service, job: httpx.Response(503, json={"error": "busy"}, headers=headers)
    ]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts), cli.states) == (9, 1, [("unknown", None)])


def test_an_answer_with_another_request_s_job_is_a_doubt(cli: Cli) -> None:
    """A cache answered with the job of before: its picture is not that of the new prompt."""
    cli.krea("generate", "first", "-o", "first.png")
    cli.service.answers = [
        lambda service, job: httpx.Response(200, json={"job_id": "job-1", "status": "queued"})
    ]
    result = cli.krea("generate", "second", "-o", "second.png")
    assert (result.code, result.out, cli.states[1]) == (9, "", ("unknown", None))
    assert "job job-1 belongs to request 1 of the ledger already" in result.err


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
    assert "It may be one of these jobs: job-1 (perhaps of request 1)\n" in result.err
    assert cli.states == [("unknown", None), ("unknown", None)]


def test_a_search_that_was_killed_is_ended_before_the_next_request(cli: Cli) -> None:
    """Two requests whose answers got lost within a second: each is given its own job."""
    cli.service.answers = [made, made]
    cli.service.read_faults = [kill_client]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (0, "hen.png\n"), result.err
    assert cli.states == [("submitted", "job-1"), ("saved", "job-2")]
    again = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (again.code, again.out, len(cli.service.posts)) == (0, "fox.png\n", 2)


def test_a_search_that_found_nothing_is_not_begun_by_each_request(cli: Cli) -> None:
    """The hold after a killed search is over once: later requests leave without a look."""
    cli.service.answers = [lost]
    cli.service.read_faults = [kill_client]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.clock.advance(10)
    reads = []
    for name in ("hen", "owl"):
        before = len(cli.service.polls)
        assert cli.krea("generate", f"a {name}", "-o", f"{name}.png").code == 0
        reads.append(len(cli.service.polls) - before)
    assert reads[0] == reads[1] + 1


def test_the_last_look_is_at_the_end_of_the_hold(cli: Cli) -> None:
    """Killed in its search, and looked for 0.3 s later: the pauses do not end before the hold."""
    cli.service.answers = [made, made]
    cli.service.read_faults = [kill_client]
    with pytest.raises(SystemExit):
        cli.krea("generate", "a fox", "-o", "fox.png")
    cli.clock.advance(0.3)
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (0, "hen.png\n"), result.err
    assert cli.states == [("submitted", "job-1"), ("saved", "job-2")]


def test_a_shared_account_is_not_searched_in_vain(cli: Cli) -> None:
    """No job of its list can be adopted; one that the list shows late is named all the same."""
    cli.krea("config", "set", "account.shared", "true")
    cli.service.answers = [made]
    empty = {"items": [], "next_cursor": None}
    cli.service.read_faults = [lambda: httpx.Response(200, json=empty)] * 2
    start = cli.clock.monotonic()
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, cli.clock.monotonic() - start) == (9, pytest.approx(5.0, abs=0.01))
    assert "It may be one of these jobs: job-1\n" in result.err


def test_a_job_is_adopted_as_soon_as_it_is_old_enough(cli: Cli) -> None:
    """The look comes five seconds after the request, not up to a pause later."""
    cli.service.answers, cli.service.job_seconds = [made], 1.0
    start = cli.clock.monotonic()
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--no-wait")
    assert (result.code, result.out) == (0, "job-1\n")
    assert cli.clock.monotonic() - start == pytest.approx(5.0, abs=0.01)


def test_a_batch_on_a_shared_account_ends_without_a_search(cli: Cli) -> None:
    """Neither at its end nor when it is run again does it look for what nobody may adopt."""
    cli.krea("config", "set", "account.shared", "true")
    cli.service.answers, cli.service.job_seconds = [lost], 1.0
    Path("p.txt").write_text("a fox\n")
    for seconds in (5.0, 0.0):
        start = cli.clock.monotonic()
        assert cli.krea("batch", "p.txt").code == 9
        assert cli.clock.monotonic() - start == pytest.approx(seconds, abs=0.1)
    assert len(cli.service.posts) == 1
