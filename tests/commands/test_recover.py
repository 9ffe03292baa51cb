"""`krea recover`: what is in doubt is settled, shown, or decided by the user's word."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.commands.generate.test_generate import answer, reset, reset_before, states
from tests.fakes.krea_service import BASE, Service
from tests.harness.cli import World

FOX = ("generate", "a fox", "-o", "fox.png")
DAY = 86_400.0


def kept_later(service: Service, job: dict[str, Any]) -> httpx.Response | None:
    """The answer is lost; the job is there, among a stranger's: nobody can tell them apart."""
    service.keep(job)
    service.keep(service.job(99, at=service.now() + 0.1))
    raise httpx.ReadError("reset")


def unlisted(world: World) -> list[dict[str, Any]]:
    """Let the next answer be lost, and its job be kept out of the list; where that job will be."""
    held: list[dict[str, Any]] = []

    def lost(service: Service, job: dict[str, Any]) -> httpx.Response | None:
        held.append(job)
        raise httpx.ReadError("reset")

    world.service.answers = [lost]
    return held


@pytest.fixture(autouse=True)
def universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are told in those of this machine: here, the universal one."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def doubtful(world: World) -> World:
    """A world in which one request is in doubt, with two jobs that it may be."""
    world.service.answers = [kept_later]
    assert world.krea(*FOX).code == 9
    return world


def test_nothing_in_doubt(world: World) -> None:
    """A quiet answer, and no request but what the ledger cannot answer."""
    result = world.krea("recover")
    assert (result.code, result.out, result.err) == (0, "", "nothing is in doubt\n")
    assert world.service.requests == []


def test_a_job_that_shows_up_later_is_found(world: World) -> None:
    """The request's own process gave up too early for a slow list; recover takes the job."""
    held = unlisted(world)
    assert world.krea(*FOX).code == 9
    world.service.keep(held[0])
    result = world.krea("recover")
    assert result.code == 0
    assert result.out.startswith("request 1  submitted: job-1\n")
    assert "krea download --missing" in result.err
    assert world.krea("download", "--missing").out == "fox.png\n"
    assert len(world.service.posts) == 1


def test_what_cannot_be_told_is_shown_with_its_candidates(doubtful: World) -> None:
    """Time, type, status and address of each job that it may be, and what to type."""
    doubtful.clock.advance(60)
    result = doubtful.krea("recover")
    assert result.code == 9
    sent, made = "2027-01-15 08:00:00.000", "2027-01-15 08:00:00.100"
    lines = result.out.splitlines()
    assert lines[0].startswith("request 1  in doubt: ")
    assert lines[1] == f"  sent {sent} to bfl/flux-1-dev, price unknown"
    assert lines[2:4] == ["  prompt a fox", f"  for {doubtful.home}/work/fox.png"]
    assert lines[4:] == [
        f"  perhaps job-1  made {sent}  flux  completed  {BASE}/files/job-1.png",
        f"  perhaps job-99  made {made}  flux  completed  {BASE}/files/job-99.png",
    ]
    assert "krea recover --adopt 1=JOB takes one of them" in result.err
    assert "charged: unknown" in result.err


def test_a_script_reads_the_same(doubtful: World) -> None:
    """One record per request, on one line."""
    (record,) = doubtful.krea("recover", "--json").records
    assert (record["row"], record["state"], record["job_id"]) == (1, "unknown", None)
    assert (record["charged"], record["prompt"]) == ("unknown", "a fox")
    candidates = record["candidates"]
    assert isinstance(candidates, list)
    assert {each["job_id"] for each in candidates} == {"job-1", "job-99"}


def test_adopt_takes_the_job_that_the_user_names(doubtful: World) -> None:
    """Its id is the answer; the file lands under the name first asked for; nothing is sent."""
    doubtful.clock.advance(60)
    result = doubtful.krea("recover", "--adopt", "1=job-1")
    assert (result.code, result.out) == (0, "job-1\n")
    assert doubtful.krea("download", "--missing").out == "fox.png\n"
    assert states(doubtful) == [("saved", "job-1")]
    assert len(doubtful.service.posts) == 1


def test_the_same_command_goes_on_with_an_adopted_job(doubtful: World) -> None:
    """As with any other unfinished request."""
    doubtful.krea("recover", "--adopt", "1=job-1")
    result = doubtful.krea(*FOX)
    assert (result.code, result.out, len(doubtful.service.posts)) == (0, "fox.png\n", 1)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--adopt", "1"), 2, "--adopt 1 is not ROW=JOB"),
        (("--adopt", "x=job-1"), 2, "'x' is not the number of a request"),
        (("--adopt", "1=../x"), 2, "'../x' is not a job id"),
        (("--adopt", "1=job-7"), 2, "job job-7 was not found"),
        (("--adopt", "5=job-1"), 2, "there is no request 5 in the ledger"),
        (("--resubmit", "5"), 2, "there is no request 5 in the ledger"),
        (("--resubmit", "all"), 2, "`all` needs --older"),
        (("--older", "15m"), 2, "--older says which requests `all` means"),
        (("--forget", "-1"), 2, "'-1' is not the number of a request"),
    ],
)
def test_a_slip_changes_nothing(
    doubtful: World, words: tuple[str, ...], code: int, sentence: str
) -> None:
    """One sentence, exit 2, and the request is in doubt as before."""
    result = doubtful.krea("recover", *words)
    assert (result.code, sentence in result.err) == (code, True), result.err
    assert states(doubtful) == [("unknown", None)]
    assert len(doubtful.service.posts) == 1


def test_a_job_that_belongs_to_another_request_is_not_adopted(world: World) -> None:
    """Nor is one for a request that is not in doubt."""
    world.krea("generate", "a hen", "-o", "hen.png")
    world.service.answers = [reset_before]
    assert world.krea(*FOX).code == 9
    taken = world.krea("recover", "--adopt", "2=job-1")
    assert (taken.code, "job job-1 belongs to request 1 already" in taken.err) == (2, True)
    known = world.krea("recover", "--adopt", "1=job-1")
    assert (known.code, "request 1 is not in doubt: it is saved, job job-1" in known.err) == (
        2,
        True,
    )


def test_forget_lets_it_go(doubtful: World) -> None:
    """It is named no longer; its job is still not taken for that of a later request."""
    result = doubtful.krea("recover", "--forget", "1")
    assert (result.code, result.err) == (0, "request 1 is forgotten\n")
    assert doubtful.krea("recover").err == "nothing is in doubt\n"
    assert states(doubtful) == [("forgotten", None)]


def test_a_forgotten_requests_late_job_is_nobodys(world: World) -> None:
    """A gateway may carry it out minutes later: the next lost answer must not get its picture."""
    world.service.answers = [reset_before, reset_before]
    world.krea(*FOX)
    world.krea("recover", "--forget", "1")
    late = world.service.job(7, at=world.clock.now() + 3)

    def made_meanwhile(service: Service, job: dict[str, Any]) -> httpx.Response | None:
        service.keep(late)
        raise httpx.ReadError("reset")

    world.service.answers = [made_meanwhile]
    result = world.krea("generate", "a hen", "-o", "hen.png")
    assert result.code == 9
    assert "job-7" in result.err


def test_a_shared_account_is_settled_by_the_user_alone(world: World) -> None:
    """The one job of the window is shown, not taken."""
    world.krea("config", "set", "account.shared", "true")
    world.service.answers = [reset]
    world.krea(*FOX)
    result = world.krea("recover")
    assert (result.code, "perhaps job-1" in result.out) == (9, True)
    assert (
        json.loads(world.krea("recover", "--adopt", "1=job-1", "--json").out)["job_id"] == "job-1"
    )


def test_the_dead_are_decided_about_like_others(world: World) -> None:
    """A process that died while sending left its request in doubt."""

    def killed(service: Service, job: dict[str, Any]) -> httpx.Response | None:
        raise SystemExit(137)

    world.service.answers = [killed]
    with pytest.raises(SystemExit):
        world.krea(*FOX)
    assert states(world) == [("sending", None)]
    assert world.krea("recover", "--forget", "1").code == 0
    assert states(world) == [("forgotten", None)]


def test_an_upload_that_is_forgotten_changes_no_identity(world: World) -> None:
    """A request in doubt is known again, whatever became of an address in it."""
    from tests.fakes.krea_service import picture

    (world.home / "work" / "day.png").write_bytes(picture())
    dusk = ("generate", "dusk", "-m", "flux-kontext", "-o", "dusk.png", "--image")
    assert world.krea(*dusk, "day.png").code == 0
    address = world.service.posts[0]["image_url"]
    world.service.answers = [reset_before]
    night = ("generate", "night", "-m", "flux-kontext", "-o", "night.png", "--image", address)
    assert world.krea(*night).code == 9
    world.service.answers = [answer(422, {"error": "Invalid asset URL"})]
    assert (
        world.krea("generate", "noon", *dusk[2:4], "-o", "noon.png", "--image", "day.png").code == 2
    )
    posts = len(world.service.posts)
    assert (world.krea(*night).code, len(world.service.posts)) == (9, posts)


def test_a_job_that_comes_after_all_is_adopted(world: World) -> None:
    """The user had let the request go: the late job can still be claimed."""
    held = unlisted(world)
    world.krea(*FOX)
    world.krea("recover", "--forget", "1")
    world.service.keep(held[0])
    assert world.krea("recover", "--adopt", "1=job-1").out == "job-1\n"
    assert states(world)[0][1] == "job-1"
    world.clock.advance(60)
    assert world.krea("download", "--missing").out == "fox.png\n"


def test_a_young_doubt_is_to_be_looked_at_again(world: World) -> None:
    """A list may show a job late: that is said before anything is sent again."""
    world.service.answers = [reset_before]
    world.krea(*FOX)
    assert "krea recover in two minutes: a job may still appear" in world.krea("recover").err
    world.clock.advance(300)
    assert "in two minutes" not in world.krea("recover").err
