"""krea cancel: stop what runs, leave alone what has ended."""

from dataclasses import dataclass

import httpx
import pytest

from tests.fakes.job_wire import JobWire
from tests.harness.cli import World


@dataclass
class CancelWire(JobWire):
    """A wire that also answers DELETE: the job is cancelled, or gone if `removes`."""

    removes: bool = False
    answer: int = 200

    def _scripted(self, request: httpx.Request) -> httpx.Response:
        if request.method != "DELETE":
            return super()._scripted(request)
        name = request.url.path.removeprefix("/jobs/")
        self.asked.append((self.clock.monotonic(), f"DELETE {name}"))
        if self.removes:
            del self.jobs[name]
        else:
            self.jobs[name].course.append((0, "cancelled"))
        return httpx.Response(self.answer, json={})


@pytest.fixture
def wire(world: World) -> CancelWire:
    """The jobs behind the world's service."""
    world.service = CancelWire(world.clock)  # type: ignore[assignment]
    return world.service  # type: ignore[return-value]


def test_a_running_job_is_stopped(world: World, wire: CancelWire) -> None:
    """Read, asked to stop, and read again: the answer to DELETE proves nothing."""
    wire.add("a", (0, "processing"))
    result = world.krea("cancel", "a")
    assert (result.code, result.out, result.err) == (0, "a\tcancelled\n", "")
    assert wire.requests == ["a", "DELETE a", "a"]


def test_a_job_that_has_ended_is_left_alone(world: World, wire: CancelWire) -> None:
    """DELETE might remove its results, so none is sent."""
    wire.add("a", (0, "completed"))
    result = world.krea("cancel", "a")
    assert (result.code, result.out) == (0, "a\tcompleted\n")
    assert "has ended already (completed); nothing was sent" in result.err
    assert wire.requests == ["a"]


def test_a_job_that_ended_meanwhile_is_gone(world: World, wire: CancelWire) -> None:
    """It ended between the look and the DELETE, which removed it: it may have been charged."""
    wire.removes = True
    wire.add("a", (0, "processing"))
    result = world.krea("cancel", "a")
    assert (result.code, result.out) == (1, "a\tunknown\n")
    assert result.err == (
        "error: job a is gone: it ended at the moment it was cancelled\n"
        "  hint: whether it was charged shows at krea.ai/app/api\n"
        "  charged: unknown\n"
    )


def test_a_line_that_names_no_job(world: World, wire: CancelWire) -> None:
    """It is told on stderr; stdout has the jobs alone."""
    result = world.krea("cancel", stdin="not an id!\n")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")


@pytest.mark.parametrize("status", [500, 524])
def test_an_unclear_answer_to_a_cancel(world: World, wire: CancelWire, status: int) -> None:
    """Whether the job was stopped, and what it costs, is not known: exit 1, charged unknown."""
    wire.add("a", (0, "processing"))
    wire.answer = status
    result = world.krea("cancel", "a")
    assert (result.code, "charged: unknown\n" in result.err) == (1, True), result.err


def test_a_damaged_ledger_keeps_nobody_from_stopping(world: World, wire: CancelWire) -> None:
    """Stopping saves money; the ledger is only warned of."""
    state = world.home / "state"
    state.mkdir()
    (state / "ledger.sqlite3").write_text("no ledger")
    wire.add("a", (0, "processing"))
    result = world.krea("cancel", "a")
    assert (result.code, result.out) == (0, "a\tcancelled\n")
    assert result.err.startswith("warning: the ledger ")
