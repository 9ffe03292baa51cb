"""`krea recover --resubmit`: sent again by the user's word, once."""

import pytest

from tests.commands.generate.test_generate import answer, reset_before, states
from tests.commands.test_recover import DAY, FOX, unlisted
from tests.harness.cli import World


def test_resubmit_sends_it_again_by_the_users_word(world: World) -> None:
    """Once; the old request is forgotten, and the file lands where the first was to."""
    world.service.answers = [reset_before]
    assert world.krea(*FOX).code == 9
    world.clock.advance(DAY)
    result = world.krea("recover", "--resubmit", "1")
    assert (result.code, result.out) == (0, "job-2\n")
    assert world.service.posts[0] == world.service.posts[1]
    assert states(world) == [("forgotten", None), ("submitted", "job-2")]
    world.clock.advance(60)
    assert world.krea("download", "--missing").out == "fox.png\n"
    assert world.krea("recover", "--resubmit", "1").code == 2
    assert len(world.service.posts) == 2


def test_resubmit_looks_for_the_job_first(world: World) -> None:
    """A job that can be found is not paid for twice, whatever the user said."""
    held = unlisted(world)
    world.krea(*FOX)
    world.service.keep(held[0])
    result = world.krea("recover", "--resubmit", "1")
    assert (result.code, result.out, len(world.service.posts)) == (0, "job-1\n", 1)


def test_resubmit_all_means_those_of_before(world: World) -> None:
    """Requests sent a moment ago are left alone."""
    world.service.answers = [reset_before, reset_before]
    world.krea(*FOX)
    world.clock.advance(1000)
    world.krea("generate", "a hen", "-o", "hen.png")
    result = world.krea("recover", "--resubmit", "all", "--older", "15m")
    assert (result.code, result.out) == (0, "job-3\n")
    assert [state for state, _ in states(world)] == ["forgotten", "unknown", "submitted"]


@pytest.mark.parametrize(
    ("status", "code", "after"),
    [(402, 6, "refused"), (422, 2, "refused"), (524, 9, "unknown")],
    ids=["no balance", "refused", "in doubt again"],
)
def test_a_resubmit_that_goes_wrong(world: World, status: int, code: int, after: str) -> None:
    """Refused: the first is in doubt as before. In doubt again: the second is, and only it."""
    world.service.answers = [reset_before, answer(status, {"error": "no"})]
    world.krea(*FOX)
    world.clock.advance(1000)
    result = world.krea("recover", "--resubmit", "1")
    assert (result.code, len(world.service.posts)) == (code, 2), result.err
    first, second = (state for state, _ in states(world))
    assert (first, second) == ("forgotten" if after == "unknown" else "unfound", after)


def test_several_are_sent_again_until_one_goes_wrong(world: World) -> None:
    """In doubt again, out of balance, no network: the next one would only be paid for blindly."""
    world.service.answers = [reset_before, reset_before, reset_before, answer(524, {})]
    for name in ("fox", "hen", "owl"):
        world.krea("generate", f"a {name}", "-o", f"{name}.png")
    world.clock.advance(DAY)
    result = world.krea("recover", "--resubmit", "all", "--older", "15m")
    assert (result.code, len(world.service.posts)) == (9, 4)
    assert "; 2 more were not sent again" in result.err


def test_left_before_it_was_sent_again(world: World) -> None:
    """Ctrl-C while no slot is free: it is in doubt as before."""
    world.service.answers = [reset_before]
    world.krea(*FOX)
    world.clock.advance(DAY)
    world.service.answers = [answer(429, {"error": "later"})]
    world.clock.stop_at(world.clock.now() + 1, 2)
    stopped = world.krea("recover", "--resubmit", "1")
    assert (stopped.code, states(world)) == (130, [("unfound", None)])
