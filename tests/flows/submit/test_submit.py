"""Submitting when the ledger or the list fails in the middle: what was sent stays accounted for."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import PNG, Service
from tests.harness.cli import World

Answer = Callable[[Service, dict[str, object]], httpx.Response | None]


@pytest.fixture
def full_disk() -> Iterator[Callable[[], None]]:
    """Call it, and no file can grow beyond 4 kB: the ledger's log is larger already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def requests(world: World) -> Iterator[sqlite3.Connection]:
    """The ledger of WORLD, to be looked into."""
    ledger = sqlite3.connect(world.home / "state" / "ledger.sqlite3", isolation_level=None)
    try:
        yield ledger
    finally:
        ledger.close()


def state(world: World) -> list[tuple[str, str | None]]:
    """State and job of every request."""
    with requests(world) as ledger:
        return ledger.execute("SELECT state, job_id FROM requests ORDER BY id").fetchall()


def test_a_disk_that_is_full_after_the_post_loses_no_picture(
    world: World, full_disk: Callable[[], None]
) -> None:
    """The job is told, waited for and saved; the ledger's failure is a warning."""

    def fills_up(service: Service, job: dict[str, object]) -> None:
        full_disk()

    world.service.answers = [fills_up]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n"), result.err
    assert Path("fox.png").read_bytes() == PNG
    assert "warning: job job-1 is not in the ledger" in result.err


def test_what_the_ledger_missed_is_found_by_the_next_command(
    world: World, full_disk: Callable[[], None]
) -> None:
    """The request stood there as being sent: its job is looked up, and counts as ours."""
    world.service.answers = [lambda *_: full_disk()]
    world.krea("generate", "a fox", "-o", "fox.png")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert state(world) == [("sending", None)]
    assert world.krea("generate", "a hen", "-o", "hen.png").code == 0
    assert state(world)[0] == ("submitted", "job-1")


def test_a_full_disk_makes_no_doubt_a_certainty(
    world: World, full_disk: Callable[[], None]
) -> None:
    """The answer got lost and the ledger fails as well: exit 9, charged unknown."""

    def both(service: Service, job: dict[str, object]) -> None:
        full_disk()
        raise httpx.ReadError("reset")

    world.service.answers = [both]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(world.service.posts)) == (9, 1)
    assert "charged: unknown" in result.err


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_list_that_is_refused_leaves_the_doubt(world: World, status: int) -> None:
    """A lost answer and a refused list: still exit 9, not what the list's refusal would be."""
    world.service.list_status = status

    def lost(service: Service, job: dict[str, object]) -> None:
        raise httpx.ReadError("reset")

    world.service.answers = [lost]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(world.service.posts)) == (9, 1)
    assert "charged: unknown" in result.err
    assert state(world) == [("unknown", None)]


def test_what_cannot_leave_is_never_booked_as_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that can fail before the first byte fails before: a kill in there leaves no doubt."""
    monkeypatch.setenv("HTTPS_PROXY", "socks9://localhost:1")
    world.environ["KREA_API_BASE"] = "https://krea.invalid"
    world.service.transport = lambda: None  # type: ignore[method-assign]
    result = world.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (8, "")
    with requests(world) as ledger:
        assert ledger.execute("SELECT state, sent_at FROM requests").fetchall() == [
            ("checked", None)
        ]
