"""Settling: which job of the list is taken for that of a lost answer, and when none is."""

import httpx
import pytest

from tests.fakes.krea_service import Service
from tests.flows.submit.test_submit import state
from tests.harness.cli import World


def lost(service: Service, job: dict[str, object]) -> None:
    """No job, no answer."""
    raise httpx.ReadError("reset")


def killed(service: Service, job: dict[str, object]) -> None:
    """The process dies while its request is on the way."""
    raise SystemExit(137)


def test_a_job_that_is_made_after_the_kill_is_found(world: World) -> None:
    """Killed at once, run again at once, while a slow gateway still works on the request."""
    world.service.answers = [killed]
    with pytest.raises(SystemExit):
        world.krea("generate", "a fox", "-o", "fox.png")
    world.service.keep(world.service.job(1, at=world.clock.now() + 6))
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(world.service.posts)) == (0, "fox.png\n", 1)


def test_a_list_that_lags_does_not_make_a_job_unfindable(world: World) -> None:
    """For two minutes a job may be missing from the list; then the same command still finds it."""
    world.service.answers = [killed]
    with pytest.raises(SystemExit):
        world.krea("generate", "a fox", "-o", "fox.png")
    made = world.service.job(1)
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 9
    world.clock.advance(60)
    world.service.keep(made)
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(world.service.posts)) == (0, "fox.png\n", 1)


def test_an_old_doubt_does_not_stand_in_the_way_of_a_new_one(world: World) -> None:
    """A request in doubt since yesterday, and a stranger since: today's lost answer is found."""
    world.service.answers = [lost]
    assert world.krea("generate", "a fox", "-o", "fox.png").code == 9
    world.clock.advance(3600)
    world.service.keep(world.service.job(99))
    world.clock.advance(86400)

    def made(service: Service, job: dict[str, object]) -> None:
        service.keep(job)
        raise httpx.ReadError("reset")

    world.service.answers = [made]
    result = world.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (0, "hen.png\n"), result.err
    assert state(world) == [("unknown", None), ("saved", "job-2")]


def test_a_late_job_is_not_taken_for_that_of_the_next_request(world: World) -> None:
    """Killed while sending; its job is made as the next request loses its own answer."""
    world.service.answers = [killed]
    with pytest.raises(SystemExit):
        world.krea("generate", "a fox", "-o", "fox.png")
    world.clock.advance(1)

    def late(service: Service, job: dict[str, object]) -> None:
        service.keep(service.job(1, at=world.clock.now() + 1))
        raise httpx.ReadError("reset")

    world.service.answers = [late]
    result = world.krea("generate", "a hen", "-o", "hen.png")
    assert (result.code, result.out) == (9, ""), result.err
    assert "It may be one of these jobs: job-1\n" in result.err
    assert state(world) == [("unknown", None), ("unknown", None)]
