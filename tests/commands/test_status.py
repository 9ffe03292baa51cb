"""krea status: where jobs stand, in few requests."""

import pytest

from tests.fakes.job_wire import JobWire, no_connection, refused
from tests.harness.cli import World


@pytest.fixture
def wire(world: World) -> JobWire:
    """The jobs behind the world's service."""
    world.service = JobWire(world.clock)  # type: ignore[assignment]
    return world.service  # type: ignore[return-value]


def test_it_shows_where_a_job_stands_without_waiting(world: World, wire: JobWire) -> None:
    """Tab-separated in a pipe: id, status, model, age."""
    wire.add("a", (0, "queued"), (5, "sampling"))
    world.clock.advance(65)
    result = world.krea("status", "a")
    assert (result.code, result.out, result.err) == (0, "a\tsampling\t\t1 min 5 s\n", "")
    assert wire.requests == ["a"]


def test_a_failed_job_that_could_be_read_is_success(world: World, wire: JobWire) -> None:
    """The question was answered."""
    wire.add("a", (0, "failed"))
    result = world.krea("status", "a", "--json")
    assert (result.code, result.err) == (0, "")
    (record,) = result.records
    assert (record["status"], record["charged"]) == ("failed", "no")


def test_many_ids_share_one_request(world: World, wire: JobWire) -> None:
    """What the list lacks is read by itself."""
    names = [f"job-{number}" for number in range(30)]
    for name in names:
        wire.add(name, (0, "processing"), listed=name != "job-7")
    result = world.krea("status", *names)
    assert [line.split("\t")[0] for line in result.out.splitlines()] == names
    assert wire.requests == ["list 100", "job-7"]


def test_an_id_that_cannot_be_read_is_told(world: World, wire: JobWire) -> None:
    """The others are shown; exit 2."""
    wire.add("a", (0, "queued"))
    result = world.krea("status", "nobody", "a")
    assert (result.code, result.out) == (2, "a\tqueued\t\t0 s\n")
    assert "error: job nobody was not found" in result.err


def test_passing_faults_pass(world: World, wire: JobWire) -> None:
    """A read is tried again."""
    wire.faults = [refused(502), no_connection]
    wire.add("a", (0, "queued"))
    assert world.krea("status", "a").out.startswith("a\tqueued\t")


@pytest.mark.parametrize(
    "fault",
    [no_connection, refused(503, **{"retry-after": "90"}), refused(500)],
    ids=["no connection", "busy", "an error of theirs"],
)
def test_faults_that_stay_are_told_soon(world: World, wire: JobWire, fault: object) -> None:
    """A person waits for the answer: ten seconds, then exit 8."""
    wire.faults = [fault] * 50  # type: ignore[list-item]
    began = world.clock.monotonic()
    assert world.krea("status", "a").code == 8
    assert world.clock.monotonic() - began <= 10


def test_records_from_a_pipe_are_read_too(world: World, wire: JobWire) -> None:
    """Whatever they say: the question is how the job stands now."""
    wire.add("a", (0, "completed"))
    result = world.krea("status", stdin='{"job_id": "a", "status": "failed"}\n')
    assert (result.code, result.out) == (0, "a\tcompleted\t\t0 s\n")


def test_a_refused_token_ends_it(world: World, wire: JobWire) -> None:
    """Exit 3 after one request."""
    wire.faults = [refused(401)]
    assert world.krea("status", "a", "b").code == 3
    assert len(wire.asked) == 1
