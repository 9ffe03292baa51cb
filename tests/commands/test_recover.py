"""`krea recover`: what is in doubt is settled, shown, or decided by the user's word."""

import json

import httpx
import pytest

from tests.fakes.krea_service import (
    BASE,
    KreaService,
    ScriptedJob,
    answer_with,
    lose_answer,
    lose_request,
)
from tests.harness.cli import Cli

pytestmark = pytest.mark.usefixtures("universal_time")

FOX = ("generate", "a fox", "-o", "fox.png")
DAY = 86_400.0


def lose_answer_among_strangers(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
    """Lose the answer; list its job beside a foreign one of the same kind."""
    service.keep(job)
    service.keep(service.job(99, at=service.now() + 0.1))
    raise httpx.ReadError("reset")


def lose_answer_and_hide_job(cli: Cli) -> list[ScriptedJob]:
    """Lose the next answer, and return the list that will hold its unlisted job."""
    hidden_jobs: list[ScriptedJob] = []

    def hide_job(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        hidden_jobs.append(job)
        raise httpx.ReadError("reset")

    cli.service.answers = [hide_job]
    return hidden_jobs


@pytest.fixture
def cli_in_doubt(cli: Cli) -> Cli:
    """A command line with one request in doubt and two candidates."""
    cli.service.answers = [lose_answer_among_strangers]
    assert cli.krea(*FOX).code == 9
    return cli


def test_nothing_in_doubt(cli: Cli) -> None:
    """A quiet answer, and no request but what the ledger cannot answer."""
    result = cli.krea("recover")
    assert (result.code, result.out, result.err) == (0, "", "nothing is in doubt\n")
    assert cli.service.requests == []


def test_a_job_that_shows_up_later_is_found(cli: Cli) -> None:
    """The request's own process gave up too early for a slow list; recover takes the job."""
    hidden_jobs = lose_answer_and_hide_job(cli)
    assert cli.krea(*FOX).code == 9
    cli.service.keep(hidden_jobs[0])
    result = cli.krea("recover")
    assert result.code == 0
    assert result.out.startswith("request 1  submitted: job-1\n")
    assert "krea download --missing" in result.err
    assert cli.krea("download", "--missing").out == "fox.png\n"
    assert len(cli.service.posts) == 1


def test_what_cannot_be_told_is_shown_with_its_candidates(cli_in_doubt: Cli) -> None:
    """Each candidate has its time, type, status and address; the hint has a command."""
    cli_in_doubt.clock.advance(60)
    result = cli_in_doubt.krea("recover")
    assert result.code == 9
    sent_at, created_at = "2027-01-15 08:00:00.000", "2027-01-15 08:00:00.100"
    lines = result.out.splitlines()
    assert lines[0].startswith("request 1  in doubt: ")
    assert lines[1] == f"  sent {sent_at} to bfl/flux-1-dev, price about $0.007"
    assert lines[2:4] == ["  prompt a fox", f"  for {cli_in_doubt.home}/work/fox.png"]
    assert lines[4:] == [
        f"  perhaps job-1  made {sent_at}  flux  completed  {BASE}/files/job-1.png",
        f"  perhaps job-99  made {created_at}  flux  completed  {BASE}/files/job-99.png",
    ]
    assert "krea recover --adopt 1=JOB takes one of them" in result.err
    assert "charged: unknown" in result.err


def test_a_script_reads_the_same(cli_in_doubt: Cli) -> None:
    """One record per request, on one line."""
    (record,) = cli_in_doubt.krea("recover", "--json").records
    assert (record["row"], record["state"], record["job_id"]) == (1, "unknown", None)
    assert (record["charged"], record["prompt"]) == ("unknown", "a fox")
    candidates = record["candidates"]
    assert isinstance(candidates, list)
    assert {each["job_id"] for each in candidates} == {"job-1", "job-99"}


def test_adopt_takes_the_job_that_the_user_names(cli_in_doubt: Cli) -> None:
    """Its id is the answer; the file lands under the name first asked for; nothing is sent."""
    cli_in_doubt.clock.advance(60)
    result = cli_in_doubt.krea("recover", "--adopt", "1=job-1")
    assert (result.code, result.out) == (0, "job-1\n")
    assert cli_in_doubt.krea("download", "--missing").out == "fox.png\n"
    assert cli_in_doubt.states == [("saved", "job-1")]
    assert len(cli_in_doubt.service.posts) == 1


def test_the_same_command_goes_on_with_an_adopted_job(cli_in_doubt: Cli) -> None:
    """As with any other unfinished request."""
    cli_in_doubt.krea("recover", "--adopt", "1=job-1")
    result = cli_in_doubt.krea(*FOX)
    assert (result.code, result.out, len(cli_in_doubt.service.posts)) == (0, "fox.png\n", 1)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--adopt", "1"), 2, "--adopt 1 is not ROW=JOB"),
        (("--adopt", "x=job-1"), 2, "'x' is not the number of a request"),
        (("--adopt", "1=../x"), 2, "'../x' is not a job id"),
        (("--adopt", "1=job-7"), 2, "job job-7 was not found"),
        (("--adopt", "5=job-1"), 2, "this ledger has no request 5"),
        (("--resubmit", "5"), 2, "this ledger has no request 5"),
        (("--resubmit", "all"), 2, "`all` needs --older"),
        (("--older", "15m"), 2, "--older says which requests `all` means"),
        (("--forget", "-1"), 2, "'-1' is not the number of a request"),
    ],
)
def test_a_slip_changes_nothing(
    cli_in_doubt: Cli, words: tuple[str, ...], code: int, sentence: str
) -> None:
    """One sentence, exit 2, and the request is in doubt as before."""
    result = cli_in_doubt.krea("recover", *words)
    assert (result.code, sentence in result.err) == (code, True), result.err
    assert cli_in_doubt.states == [("unknown", None)]
    assert len(cli_in_doubt.service.posts) == 1


def test_a_job_that_belongs_to_another_request_is_not_adopted(cli: Cli) -> None:
    """Nor is one for a request that is not in doubt."""
    cli.krea("generate", "a hen", "-o", "hen.png")
    cli.service.answers = [lose_request]
    assert cli.krea(*FOX).code == 9
    adopt_hen = cli.krea("recover", "--adopt", "2=job-1")
    assert (adopt_hen.code, "job job-1 belongs to request 1 already" in adopt_hen.err) == (2, True)
    adopt_again = cli.krea("recover", "--adopt", "1=job-1")
    assert (
        adopt_again.code,
        "request 1 is not in doubt: it is saved, job job-1" in adopt_again.err,
    ) == (
        2,
        True,
    )


def test_forget_lets_it_go(cli_in_doubt: Cli) -> None:
    """A forgotten request is not listed; its job is not taken for that of another."""
    result = cli_in_doubt.krea("recover", "--forget", "1")
    assert (result.code, result.err) == (0, "request 1 is forgotten\n")
    assert cli_in_doubt.krea("recover").err == "nothing is in doubt\n"
    assert cli_in_doubt.states == [("forgotten", None)]


def test_a_forgotten_requests_late_job_is_nobodys(cli: Cli) -> None:
    """A gateway may carry it out minutes later: the next lost answer must not get its picture."""
    cli.service.answers = [lose_request, lose_request]
    cli.krea(*FOX)
    cli.krea("recover", "--forget", "1")
    late = cli.service.job(7, at=cli.clock.now() + 3)

    def make_late_job(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        service.keep(late)
        raise httpx.ReadError("reset")

    cli.service.answers = [make_late_job]
    result = cli.krea("generate", "a hen", "-o", "hen.png")
    assert result.code == 9
    assert "job-7" in result.err


def test_a_shared_account_is_settled_by_the_user_alone(cli: Cli) -> None:
    """The one job of the window is shown, not taken."""
    cli.krea("config", "set", "account.shared", "true")
    cli.service.answers = [lose_answer]
    cli.krea(*FOX)
    result = cli.krea("recover")
    assert (result.code, "perhaps job-1" in result.out) == (9, True)
    assert json.loads(cli.krea("recover", "--adopt", "1=job-1", "--json").out)["job_id"] == "job-1"


def test_the_dead_are_decided_about_like_others(cli: Cli) -> None:
    """A process that died while sending left its request in doubt."""

    def die(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        raise SystemExit(137)

    cli.service.answers = [die]
    with pytest.raises(SystemExit):
        cli.krea(*FOX)
    assert cli.states == [("sending", None)]
    assert cli.krea("recover", "--forget", "1").code == 0
    assert cli.states == [("forgotten", None)]


def test_an_upload_that_is_forgotten_changes_no_identity(cli: Cli) -> None:
    """A request in doubt is known again, whatever became of an address in it."""
    from tests.pictures import picture_bytes

    (cli.home / "work" / "day.png").write_bytes(picture_bytes())
    dusk = ("generate", "dusk", "-m", "flux-kontext", "-o", "dusk.png", "--image")
    assert cli.krea(*dusk, "day.png").code == 0
    address = cli.service.posts[0]["image_url"]
    cli.service.answers = [lose_request]
    night = ("generate", "night", "-m", "flux-kontext", "-o", "night.png", "--image", address)
    assert cli.krea(*night).code == 9
    cli.service.answers = [answer_with(422, {"error": "Invalid asset URL"})]
    assert (
        cli.krea("generate", "noon", *dusk[2:4], "-o", "noon.png", "--image", "day.png").code == 2
    )
    posts = len(cli.service.posts)
    assert (cli.krea(*night).code, len(cli.service.posts)) == (9, posts)


def test_a_job_that_comes_after_all_is_adopted(cli: Cli) -> None:
    """The user had let the request go: the late job can still be claimed."""
    hidden_jobs = lose_answer_and_hide_job(cli)
    cli.krea(*FOX)
    cli.krea("recover", "--forget", "1")
    cli.service.keep(hidden_jobs[0])
    assert cli.krea("recover", "--adopt", "1=job-1").out == "job-1\n"
    assert cli.states[0][1] == "job-1"
    cli.clock.advance(60)
    assert cli.krea("download", "--missing").out == "fox.png\n"


def test_a_young_doubt_is_to_be_looked_at_again(cli: Cli) -> None:
    """A list may show a job late: that is said before anything is sent again."""
    cli.service.answers = [lose_request]
    cli.krea(*FOX)
    assert "krea recover in two minutes: a job may still appear" in cli.krea("recover").err
    cli.clock.advance(300)
    assert "in two minutes" not in cli.krea("recover").err
