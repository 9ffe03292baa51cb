"""What was found by looking at many thousands of bodies, each as one plain case."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from tests.command import World
from tests.fake_clock import FakeClock
from tests.hostile.wire import Wire, found, sound, strict

T = TypeVar("T")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (b'{"seed": NaN, "n": 1}', {"seed": None, "n": 1}),
        (b'{"size": [1e999, -Infinity, 0.5]}', {"size": [None, None, 0.5]}),
    ],
)
def test_json_holds_no_word_that_json_lacks(world: World, told: bytes, shown: object) -> None:
    """Python reads NaN and 1e999; jq and others would choke on the line that repeats them."""
    body = b'{"job_id": "a", "status": "processing", "result": ' + told + b"}"
    world.service = Wire(lambda request: found(body))  # type: ignore[assignment]
    result = sound(world.krea("status", "--json", "a"), json_mode=True)
    assert strict(result.out)["result"] == shown


class Threaded(FakeClock):
    """Lets every request run in a thread, as the real clock does."""

    def attend(self, call: Callable[[], T], *, grace: float = 0.0) -> T:
        """Run CALL beside the command's own, much deeper stack."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(call).result()


@pytest.mark.parametrize("depth", [90, 500, *range(800, 1000, 8)])
def test_a_result_nested_without_end(world: World, depth: int) -> None:
    """What could just be read can be written; what could not be read is told."""
    nested = b"[" * depth + b"]" * depth
    body = b'{"job_id": "a", "status": "processing", "result": {"x": ' + nested + b"}}"
    world.service = Wire(lambda request: found(body))  # type: ignore[assignment]
    world.clock = Threaded()
    sound(world.krea("status", "--json", "a"), json_mode=True)


@pytest.mark.parametrize("command", ["wait", "download", "status", "cancel"])
@pytest.mark.parametrize("status", ["{}", "[]", "NaN", "1", "null"])
def test_a_record_whose_status_is_no_text(world: World, command: str, status: str) -> None:
    """It tells no end, so the service is asked."""
    done = b'{"job_id": "a", "status": "cancelled"}'
    world.service = Wire(lambda request: found(done))  # type: ignore[assignment]
    result = world.krea(command, stdin=f'{{"job_id": "a", "status": {status}}}\n')
    sound(result, json_mode=False)
