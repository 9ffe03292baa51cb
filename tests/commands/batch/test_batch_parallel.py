"""One request of a batch under way at a time, or several if the user says so."""

import sqlite3
from dataclasses import dataclass

import httpx
import pytest

from tests.fakes.krea_service import KreaService, ScriptedJob, answer_with, lose_answer
from tests.harness.cli import Cli

NOTE = (
    "up to 3 requests leave at once: after a crash or a lost network, as many may be in doubt,"
    " and krea finds fewer of their jobs without you"
)


@dataclass
class Counter:
    """Answers each request in half a second, and counts those that are under way at once."""

    cli: Cli
    now: int = 0
    most: int = 0

    def answer(self, service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        """Let other threads of the command go on meanwhile."""
        self.now += 1
        self.most = max(self.most, self.now)
        self.cli.clock.sleep(0.5)
        self.now -= 1
        return None


@pytest.mark.parametrize("parallel", [None, "1", "3"])
def test_as_many_are_under_way_as_is_said(
    batch_cli: Cli, parallel: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One without the setting; the sentence says what is given up with more."""
    counter = Counter(batch_cli)
    batch_cli.service.answers = [counter.answer] * 6
    if parallel:
        batch_cli.environ["KREA_SUBMIT_PARALLEL"] = parallel
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6")
    assert (done.code, len(batch_cli.service.posts)) == (0, 6), done.err
    assert counter.most == int(parallel or 1)
    assert (f"warning: {NOTE}\n" in done.err) == (parallel == "3")


def test_they_never_exceed_the_jobs_at_a_time(batch_cli: Cli) -> None:
    """-j bounds the jobs at Krea, with those on their way there."""
    counter = Counter(batch_cli)
    batch_cli.service.answers = [counter.answer] * 6
    batch_cli.environ["KREA_SUBMIT_PARALLEL"] = "8"
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "2")
    assert (done.code, counter.most) == (0, 2), done.err


def test_the_setting_is_told_when_it_is_set(batch_cli: Cli) -> None:
    """Once: the batch that follows does not repeat it."""
    set_ = batch_cli.krea("config", "set", "submit.parallel", "3")
    assert set_.err.endswith(f"warning: {NOTE}\n")
    counter = Counter(batch_cli)
    batch_cli.service.answers = [counter.answer] * 6
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6")
    assert (done.code, counter.most, NOTE in done.err) == (0, 3, False)


def test_a_number_that_is_none_is_refused(batch_cli: Cli) -> None:
    """Before anything is sent."""
    batch_cli.environ["KREA_SUBMIT_PARALLEL"] = "20"
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/")
    assert (done.code, batch_cli.service.posts) == (2, [])
    assert done.err == (
        "error: KREA_SUBMIT_PARALLEL is '20', not a number from 1 to 16\n"
        "  hint: set KREA_SUBMIT_PARALLEL to a number from 1 to 16, or unset it\n"
    )


def test_a_lost_answer_among_several_is_found_when_it_is_certain(batch_cli: Cli) -> None:
    """Nothing is paid twice, and the other items end as ever."""
    counter = Counter(batch_cli)
    batch_cli.service.answers = [*[counter.answer] * 3, lose_answer]
    batch_cli.environ["KREA_SUBMIT_PARALLEL"] = "3"
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6")
    assert (done.code, len(batch_cli.service.posts)) == (0, 6), done.err


def test_the_next_item_is_ready_while_a_request_is_under_way(batch_cli: Cli) -> None:
    """Claimed, with its part file; it leaves at once after an answer, and never before one."""
    seen: list[list[str]] = []

    def look(service: KreaService, job: ScriptedJob) -> None:
        batch_cli.clock.sleep(1.0)
        ledger = sqlite3.connect(batch_cli.home / "state" / "ledger.sqlite3")
        seen.append(
            [state for (state,) in ledger.execute("SELECT state FROM requests ORDER BY id")]
        )
        ledger.close()

    batch_cli.service.answers = [look, look]
    done = batch_cli.krea("batch", "foxes.txt", "-o", "out/", "-j", "6")
    assert (done.code, seen) == (0, [["sending", "checked"], ["submitted", "sending", "checked"]])


def test_an_answer_that_ends_all_keeps_the_next_item_back(batch_cli: Cli) -> None:
    """Claimed as it is: it is sent when the account may."""
    refused = answer_with(402, {"error": "Insufficient balance"})
    batch_cli.service.answers = [refused]
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/").code == 6
    assert len(batch_cli.service.posts) == 1
    assert batch_cli.krea("batch", "foxes.txt", "-o", "out/").code == 0
    assert len(batch_cli.service.posts) == 7
