"""Submitting when the ledger or the list fails in the middle: what was sent stays accounted for."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from krea_cli.api.client import ApiClient
from krea_cli.errors import LedgerUnusable, Unreachable
from krea_cli.local.ledger.request_rows import RequestRows
from tests.fakes.krea_service import PNG, KreaService, ScriptedJob
from tests.harness.cli import Cli

Answer = Callable[[KreaService, dict[str, object]], httpx.Response | None]


@pytest.fixture
def full_disk() -> Iterator[Callable[[], None]]:
    """Call it, and no file can grow beyond 4 kB: the ledger's log is larger already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def requests(cli: Cli) -> Iterator[sqlite3.Connection]:
    """The ledger of WORLD, to be looked into."""
    ledger = sqlite3.connect(cli.home / "state" / "ledger.sqlite3", isolation_level=None)
    try:
        yield ledger
    finally:
        ledger.close()


def states(cli: Cli) -> list[tuple[str, str | None]]:
    """State and job of every request."""
    with requests(cli) as ledger:
        return ledger.execute("SELECT state, job_id FROM requests ORDER BY id").fetchall()


def test_a_disk_that_is_full_after_the_post_loses_no_picture(
    cli: Cli, full_disk: Callable[[], None]
) -> None:
    """The job is told, waited for and saved; the ledger's failure is a warning."""

    def fills_up(service: KreaService, job: ScriptedJob) -> None:
        full_disk()

    cli.service.answers = [fills_up]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n"), result.err
    assert Path("fox.png").read_bytes() == PNG
    assert "warning: job job-1 is not in the ledger" in result.err


def test_what_the_ledger_missed_is_found_by_the_next_command(
    cli: Cli, full_disk: Callable[[], None]
) -> None:
    """The request stood there as being sent: its job is looked up, and counts as ours."""
    cli.service.answers = [lambda *_: full_disk()]
    cli.krea("generate", "a fox", "-o", "fox.png")
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert cli.states == [("sending", None)]
    assert cli.krea("generate", "a hen", "-o", "hen.png").code == 0
    assert cli.states[0] == ("submitted", "job-1")


def test_a_full_disk_makes_no_doubt_a_certainty(cli: Cli, full_disk: Callable[[], None]) -> None:
    """The answer got lost and the ledger fails as well: exit 9, charged unknown."""

    def both(service: KreaService, job: ScriptedJob) -> None:
        full_disk()
        raise httpx.ReadError("reset")

    cli.service.answers = [both]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (9, 1)
    assert "charged: unknown" in result.err


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_list_that_is_refused_leaves_the_doubt(cli: Cli, status: int) -> None:
    """A lost answer and a refused list: still exit 9, not what the list's refusal would be."""
    cli.service.list_status = status

    def lost(service: KreaService, job: ScriptedJob) -> None:
        raise httpx.ReadError("reset")

    cli.service.answers = [lost]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (9, 1)
    assert "charged: unknown" in result.err
    assert cli.states == [("unknown", None)]


def test_what_cannot_leave_is_never_booked_as_sent(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that can fail before the first byte fails before: a kill in there leaves no doubt."""
    monkeypatch.setenv("HTTPS_PROXY", "socks9://localhost:1")
    cli.environ["KREA_API_BASE"] = "https://krea.invalid"
    cli.service.transport = lambda: None  # type: ignore[method-assign]
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (8, "")
    with requests(cli) as ledger:
        assert ledger.execute("SELECT state, sent_at FROM requests").fetchall() == [
            ("checked", None)
        ]


def test_a_mark_that_cannot_be_written_keeps_the_request_here(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that left without its mark would look like an unsent one, and be sent again."""
    with monkeypatch.context() as broken:

        def fail(*_: object) -> None:
            raise LedgerUnusable("the disk is full", hint="make room")

        broken.setattr(RequestRows, "mark_leaving", fail)
        result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.error(charged="no")) == (1, "the disk is full")
    assert (cli.service.posts, cli.states) == ([], [("checked", None)])
    assert cli.krea("generate", "a fox", "-o", "fox.png").code == 0


@pytest.mark.parametrize(
    ("ending", "row"),
    [("completed", ("saved", "completed", "yes")), ("failed", ("failed", "failed", "no"))],
)
def test_a_ledger_that_is_busy_when_a_job_ends_has_the_end_later(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, ending: str, row: tuple[str, str, str]
) -> None:
    """Another program holds it for a moment; a failed job must not count as spent for ever."""
    write_end, calls = RequestRows.mark_ended, []

    def busy_at_first(*arguments: Any, **named: Any) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise LedgerUnusable("the ledger is busy")
        write_end(*arguments, **named)

    monkeypatch.setattr(RequestRows, "mark_ended", busy_at_first)
    cli.service.final_status = ending
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert "warning: going on without the ledger: the ledger is busy\n" in result.err
    with requests(cli) as ledger:
        (booked,) = ledger.execute("SELECT state, status, charged FROM requests").fetchall()
    assert booked == row


def test_a_request_is_booked_as_leaving_when_its_connection_stands(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then nothing can be in doubt, however the process ends."""
    seen: list[str] = []

    def connect(_: ApiClient) -> None:
        seen.extend(state for state, _ in states(cli))
        if len(seen) == 1:
            raise Unreachable("no connection to the service: it was refused")

    monkeypatch.setattr(ApiClient, "connect", connect)
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, result.out) == (0, "fox.png\n"), result.err
    assert "it was refused; nothing was sent, trying again" in result.err
    assert seen == ["checked", "checked"]
