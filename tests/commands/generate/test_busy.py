"""`krea generate` when the service has no room: asked again in time, and not sooner."""

import pytest

from tests.fakes.krea_service import answer_with
from tests.harness.cli import Cli


@pytest.mark.parametrize(
    "busy",
    [
        answer_with(429, {"error": "maximum number of concurrent jobs"}),
        answer_with(429, {"error": "slow down"}, retry_after="7"),
        answer_with(503, {"error": "overloaded"}),
    ],
    ids=["429", "429 with Retry-After", "503 with JSON"],
)
def test_no_room_is_waited_out(cli: Cli, busy: object) -> None:
    """A request that clearly made no job is sent again when there is room."""
    cli.service.answers = [busy, busy]  # type: ignore[list-item]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (0, 3)
    assert "waiting for a free slot" in result.err


def test_no_room_until_the_time_out(cli: Cli) -> None:
    """Still no room when --timeout is over: exit 8, nothing submitted."""
    cli.service.answers = [answer_with(429, {"error": "full"}) for _ in range(99)]
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--timeout", "2m")
    assert result.code == 8
    assert cli.states == [("checked", None)]


@pytest.mark.parametrize("pause", ["0", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_service_that_asks_for_no_pause_gets_one(cli: Cli, pause: str) -> None:
    """Asked to come back at once, krea does not come in a hot loop."""
    busy = answer_with(429, {"error": "too many"}, **{"retry-after": pause})
    cli.service.answers = [busy] * 99
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--timeout", "60")
    assert (result.code, 3 < len(cli.service.posts) < 9) == (8, True), len(cli.service.posts)
