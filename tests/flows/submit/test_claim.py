"""Claiming: two processes at one target, and the rest of a request given up."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from krea_cli.flows.files.part_file import open_part, part_path
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import KreaService, ScriptedJob
from tests.flows.submit.test_submit import requests
from tests.harness.cli import Cli


class Eventful(FakeClock):
    """Calls `event` once, in the first pause."""

    event: Callable[[], object] | None = None

    def _sleep(self, seconds: float) -> None:
        event, self.event = self.event, None
        if event:
            event()
        super()._sleep(seconds)


@pytest.fixture
def clock(cli: Cli) -> Eventful:
    """The clock of WORLD, which can be given an event."""
    clock = Eventful()
    cli.clock, cli.service.now = clock, clock.now
    return clock


def test_a_request_that_somebody_joined_is_shared(cli: Cli, clock: Eventful) -> None:
    """Another krea joined our request before we had the part: we go on with it, together."""
    held = open_part(part_path(Path("fox.png").absolute()))
    assert held

    def joined() -> None:
        with requests(cli) as ledger:
            ledger.execute("UPDATE requests SET part = 'joined'")
        held.release()

    clock.event = joined
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out, len(cli.service.posts)) == (0, "fox.png\n", 1)
    assert cli.states == [("saved", "job-1")]


def test_a_stranger_at_the_target_is_told(cli: Cli, clock: Eventful) -> None:
    """Another request writes to the same name: exit 2, nothing sent, nothing left in the ledger."""
    held = open_part(part_path(Path("fox.png").absolute()))
    assert held
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    held.release()
    assert (result.code, cli.service.posts, cli.states) == (2, [], [])
    assert "another krea is writing fox.png" in result.err


def test_without_a_ledger_no_job_is_taken_for_ours(cli: Cli) -> None:
    """--no-ledger knows no job of another process: a lost answer stays in doubt."""

    def lost(service: KreaService, job: ScriptedJob) -> None:
        service.keep(job)
        raise httpx.ReadError("reset")

    cli.service.answers = [lost]
    result = cli.krea("generate", "a fox", "-o", "fox.png", "--no-ledger")
    assert (result.code, len(cli.service.posts)) == (9, 1)
    assert "krea status job-1" in result.err
