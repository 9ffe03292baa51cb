"""`krea generate` when the service has no room: asked again in time, and not sooner."""

import pytest

from tests.commands.generate.test_generate import answer, states
from tests.harness.cli import World


@pytest.mark.parametrize(
    "busy",
    [
        answer(429, {"error": "maximum number of concurrent jobs"}),
        answer(429, {"error": "slow down"}, retry_after="7"),
        answer(503, {"error": "overloaded"}),
        answer(503, None, retry_after="3"),
    ],
    ids=["429", "429 with Retry-After", "503 with JSON", "503 with Retry-After"],
)
def test_no_room_is_waited_out(world: World, busy: object) -> None:
    """What clearly made no job is sent again when there is room."""
    world.service.answers = [busy, busy]  # type: ignore[list-item]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(world.service.posts)) == (0, 3)
    assert "waiting for a free slot" in result.err


def test_no_room_until_the_time_out(world: World) -> None:
    """Still no room when --timeout is over: exit 8, nothing submitted."""
    world.service.answers = [answer(429, {"error": "full"}) for _ in range(99)]
    result = world.krea("generate", "a fox", "-o", "fox.png", "--timeout", "2m")
    assert result.code == 8
    assert states(world) == [("checked", None)]


@pytest.mark.parametrize("pause", ["0", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_service_that_asks_for_no_pause_gets_one(world: World, pause: str) -> None:
    """Asked to come back at once, krea does not come in a hot loop."""
    busy = answer(429, {"error": "too many"}, **{"retry-after": pause})
    world.service.answers = [busy] * 99
    result = world.krea("generate", "a fox", "-o", "fox.png", "--timeout", "60")
    assert (result.code, 3 < len(world.service.posts) < 9) == (8, True), len(world.service.posts)
