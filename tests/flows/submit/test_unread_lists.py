"""A list of jobs that cannot be read, or lacks one of its jobs, proves nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.fakes.krea_service import KreaService, ScriptedJob, lose_request
from tests.harness.cli import Cli

FOX = ("generate", "a fox", "-o", "fox.png")
UNREAD = "the list of jobs could not be read whole"


def lose_among_strangers(count: int) -> object:
    """Lose the answer; the list has its job beside COUNT of strangers."""

    def lose(service: KreaService, job: ScriptedJob) -> None:
        service.keep(job)
        for number in range(count):
            service.keep(service.job(90 + number, at=service.now() + 0.1 + number / 100))
        raise httpx.ReadError("reset")

    return lose


@pytest.fixture
def unread(cli: Cli) -> Cli:
    """A doubt, and a service whose list cannot be read."""
    cli.service.answers = [lose_request]
    cli.service.list_status = 500
    unread = cli.krea(*FOX)
    assert (unread.code, len(cli.service.posts)) == (9, 1)
    assert unread.error(charged="unknown").endswith(f"it may have been charged; {UNREAD}")
    return cli


def test_it_is_said_that_the_list_could_not_be_read(unread: Cli) -> None:
    """By the command itself, by the same one again, and by recover; no candidate is no proof."""
    assert UNREAD in unread.krea(*FOX).error(charged="unknown")
    recovered = unread.krea("recover")
    assert recovered.err.endswith(
        f"warning: {UNREAD}: there may be more jobs than those seen so far; try again later\n"
        "error: 1 request is in doubt, and may have been charged\n"
        "  hint: krea recover later, once the list of jobs can be read; krea recover --resubmit 1"
        " sends it again; --forget 1 lets it go\n"
        "  charged: unknown\n"
    )
    (record,) = unread.krea("recover", "--json").records
    assert (record["list_read"], record["candidates"]) == (False, [])
    unread.service.list_status = 200
    (record,) = unread.krea("recover", "--json").records
    assert (record["list_read"], record["candidates"]) == (True, [])


def test_resubmit_all_leaves_alone_what_the_list_may_have(unread: Cli) -> None:
    """An unread list shows no candidates; a request that is named is sent by the user's word."""
    unread.clock.advance(900)
    spared = unread.krea("recover", "--resubmit", "all", "--older", "15m")
    assert (spared.code, len(unread.service.posts)) == (9, 1)
    assert spared.error(charged="unknown") == f"{UNREAD}, so request 1 was not sent again"
    assert unread.krea("recover", "--resubmit", "1").code == 0
    assert len(unread.service.posts) == 2


def test_candidates_of_before_are_kept(cli: Cli) -> None:
    """While the list cannot be read; and later, if the list that can be read is without one."""
    cli.service.answers = [lose_among_strangers(2)]
    assert "It may be one of these jobs: job-1, job-90, job-91\n" in cli.krea(*FOX).err
    cli.service.list_status = 500
    again = cli.krea(*FOX).error(charged="unknown")
    assert again.endswith(f"{UNREAD}. It may be one of these jobs: job-1, job-90, job-91")
    for _ in range(2):
        (record,) = cli.krea("recover", "--json").records
        ids = [each["job_id"] for each in record["candidates"]]
        assert ids == ["job-1", "job-90", "job-91"]
    assert "krea recover --adopt 1=JOB takes one of them" in cli.krea("recover").err
    cli.service.list_status = 200
    del cli.service.jobs["job-90"]
    for _ in range(2):
        (record,) = cli.krea("recover", "--json").records
        assert [(each["job_id"], each["against"]) for each in record["candidates"]] == [
            ("job-1", []),
            ("job-91", []),
            ("job-90", ["no longer in the list"]),
        ]
    assert cli.krea("recover", "--adopt", "1=job-90").code == 2  # the service has it no more


def test_a_look_that_fails_takes_back_nothing(cli: Cli) -> None:
    """Of several looks within one search, the last one fails: what the first ones saw is named."""

    def lose(service: KreaService, job: ScriptedJob) -> None:
        service.keep(service.job(90, at=service.now() + 20))  # too late to be taken
        raise httpx.ReadError("reset")

    cli.service.answers = [lose]
    looks = [lambda: cli.service.list_page(100, None)] * 2
    cli.service.read_faults = [*looks, *[lambda: httpx.Response(500)] * 100]
    lost = cli.krea(*FOX).error(charged="unknown")
    assert lost.endswith(f"{UNREAD}. It may be one of these jobs: job-90 (made 16 s late)")


def test_remembered_candidates_that_are_damaged_are_left_out(cli: Cli) -> None:
    """The request itself can be read, and is told."""
    cli.service.answers = [lose_among_strangers(1)]
    assert cli.krea(*FOX).code == 9
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        for damage in ('[["../x", "", 1, ""]]', "[[1]]", "[1]", "1", "{"):
            ledger.execute("UPDATE facts SET value = ? WHERE name = 'candidates 1'", (damage,))
            ledger.commit()
            cli.service.list_status = 500
            (record,) = cli.krea("recover", "--json").records
            assert record["candidates"] == []


@pytest.mark.parametrize("command", [FOX, ("batch", "c.txt", "-o", "o/")], ids=lambda each: each[0])
def test_many_candidates_are_named_whole(cli: Cli, command: tuple[str, ...]) -> None:
    """Five of them, the number of the rest, and the command that lists all."""
    ids = [f"{number:08x}-1111-4222-8333-444444444444" for number in range(8)]

    def lose(service: KreaService, job: ScriptedJob) -> None:
        for number, job_id in enumerate(ids):
            service.keep(ScriptedJob(job_id, service.now() + 0.1 + number / 100))
        raise httpx.ReadError("reset")

    Path("c.txt").write_text("a fox\n")
    words = f"{', '.join(ids[:5])}, and 3 more: krea recover lists all"
    cli.service.answers = [lose]
    lost = cli.krea(*command).error(charged="unknown")
    assert lost.endswith(f"It may be one of these jobs: {words}")
    told = cli.krea("recover").out
    assert [told.count(f"  perhaps {job_id}  ") for job_id in ids] == [1] * 8


def test_without_a_ledger_all_candidates_are_named(cli: Cli) -> None:
    """Nothing else could list them later."""
    cli.service.answers = [lose_among_strangers(7)]
    lost = cli.krea(*FOX, "--no-ledger").error(charged="unknown")
    assert lost.endswith(", ".join(["job-1", *(f"job-{90 + number}" for number in range(7))]))
