"""`krea generate` when an answer got lost: found in the list, or in doubt, never sent again."""

import httpx
import pytest

from tests.commands.generate.test_generate import answer, reset, reset_before, states
from tests.fakes.krea_service import Service
from tests.harness.cli import World


def test_a_lost_answer_ends_with_the_picture_and_one_job(world: World) -> None:
    """The job was made, the answer got lost: it is found in the list, not sent again."""
    world.service.answers = [reset]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n")
    assert len(world.service.posts) == 1
    assert "found the job of the lost answer" in result.err


def test_a_lost_request_is_in_doubt_and_never_sent_again(world: World) -> None:
    """Nothing in the list: exit 9, charged unknown, one POST; the same command sends nothing."""
    world.service.answers = [reset_before]
    first = world.krea("generate", "a fox", "-o", "fox.png")
    assert (first.code, first.out, len(world.service.posts)) == (9, "", 1)
    assert "charged: unknown" in first.err
    for _ in range(3):
        again = world.krea("generate", "a fox", "-o", "fox.png")
        assert (again.code, len(world.service.posts)) == (9, 1)
        world.clock.advance(300)
    assert states(world) == [("unfound", None)]
    anew = world.krea("generate", "a fox", "-o", "fox.png", "--again")
    assert (anew.code, len(world.service.posts)) == (0, 2)


@pytest.mark.parametrize("status", [408, 409, 425, 500, 502, 524])
def test_an_unclear_answer_is_a_doubt(world: World, status: int) -> None:
    """What may have been carried out is not sent again."""
    world.service.answers = [answer(status, {"error": "?"})]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(world.service.posts)) == (9, 1)
    assert states(world)[0][0] == "unknown"


def test_a_late_job_is_found_while_the_search_goes_on(world: World) -> None:
    """A gateway may make the job after it dropped the answer."""

    def late(service: Service, job: dict[str, object]) -> httpx.Response | None:
        service.keep(service.job(1, at=service.now() + 6) | {"type": "flux"})
        raise httpx.ReadTimeout("timed out")

    world.service.answers = [late]
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 0


def test_a_strangers_job_is_never_ours(world: World) -> None:
    """Another job that the ledger does not know turns the matching off; it is a candidate only."""
    world.krea("generate", "a fox", "-o", "first.png")
    world.clock.advance(30)
    world.service.keep(world.service.job(99))
    world.clock.advance(30)
    world.service.answers = [reset]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(world.service.posts)) == (9, 2)
    assert "job-2" in result.err and "job-99" not in result.err


def test_a_shared_account_settles_nothing_by_itself(world: World) -> None:
    """With account.shared a job in the list proves nothing."""
    world.krea("config", "set", "account.shared", "true")
    world.service.answers = [reset]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert result.code == 9
    assert "It may be one of these jobs: job-1\n  hint: krea recover looks for" in result.err


def test_a_dead_process_leaves_a_request_that_is_settled(world: World) -> None:
    """Killed after the POST left: the next run finds the job and sends nothing."""

    def killed(service: Service, job: dict[str, object]) -> httpx.Response | None:
        service.keep(job)
        raise SystemExit(137)

    world.service.answers = [killed]
    with pytest.raises(SystemExit):
        world.krea("generate", "a fox", "-o", "fox.png")
    assert states(world) == [("sending", None)]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(world.service.posts)) == (0, "fox.png\n", 1)


def test_another_command_books_what_a_dead_process_left(world: World) -> None:
    """A request that died while sending is in doubt from the next submit on, whatever that is."""

    def killed(service: Service, job: dict[str, object]) -> httpx.Response | None:
        raise SystemExit(137)

    world.service.answers = [killed]
    with pytest.raises(SystemExit):
        world.krea("generate", "a fox", "-o", "fox.png")
    assert world.krea("generate", "a hen", "-o", "hen.png").code == 0
    assert [state for state, _ in states(world)] == ["unknown", "saved"]


@pytest.mark.parametrize(
    ("words", "sent", "told"),
    [
        (("-o", "fox.png"), 1, "the same command sends nothing without --again"),
        ((), 2, "the same command would send it anew"),
        (("-o", "-"), 2, "the same command would send it anew"),
        (("-o", "fox.png", "--no-ledger"), 2, "the same command would send it anew"),
    ],
    ids=["a target", "none", "stdout", "no ledger"],
)
def test_a_doubt_tells_truly_what_the_same_command_would_do(
    world: World, words: tuple[str, ...], sent: int, told: str
) -> None:
    """Only a request with a target of its own is known again: elsewhere the user is warned."""
    world.service.answers = [reset_before, reset_before]
    result = world.krea("generate", "a fox", *words)
    assert (result.code, told in result.err) == (9, True)
    world.krea("generate", "a fox", *words)
    assert len(world.service.posts) == sent
