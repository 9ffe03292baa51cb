"""Faults of batches that were mended: doubts, signals, claims, caps."""

import errno
import io
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from krea_cli.env import Env
from krea_cli.local.ledger.run_lock import RunLock
from krea_cli.main import main
from tests.commands.batch.batch_helpers import (
    FOXES,
    file_stems,
    sent_prompts,
    serve_prices,
    summary,
)
from tests.fakes.krea_service import PNG, KreaService, ScriptedJob, answer_with, lose_request
from tests.harness.cli import Cli

RUN = ("batch", "foxes.txt", "-o", "out/")


def doubts(cli: Cli) -> list[dict[str, Any]]:
    """The records of `krea recover`."""
    return [json.loads(line) for line in cli.krea("recover", "--json").out.splitlines()]


def test_a_refused_resubmit_leaves_the_item_in_doubt(batch_cli: Cli) -> None:
    """The request that was to replace it was refused: `--retry-failed` must not send a third."""
    batch_cli.service.answers = [lambda *_: None, lose_request]
    batch_cli.krea(*RUN)
    batch_cli.clock.advance(600)
    (doubt,) = doubts(batch_cli)
    batch_cli.service.answers = [answer_with(402, {"error": "Insufficient balance"})]
    assert batch_cli.krea("recover", "--resubmit", str(doubt["row"])).code == 6
    post_count = len(batch_cli.service.posts)
    assert batch_cli.krea(*RUN, "--retry-failed").code == 9
    assert len(batch_cli.service.posts) == post_count
    assert [each["row"] for each in doubts(batch_cli)] == [doubt["row"]]


def test_the_first_interrupt_stops_what_has_not_left(batch_cli: Cli) -> None:
    """A request that waits for a connection is not sent after it, when the network is back."""
    tries: list[float] = []

    def unreachable(service: KreaService, job: ScriptedJob) -> httpx.Response | None:
        tries.append(batch_cli.clock.now())
        raise httpx.ConnectError("refused")

    batch_cli.service.answers = [unreachable] * 3
    batch_cli.clock.stop_at(batch_cli.clock.now() + 1, 2)
    done = batch_cli.krea(*RUN)
    assert (done.code, len(tries)) == (130, len(batch_cli.service.posts))
    assert batch_cli.service.jobs == {}
    assert "6 of 6 items were not sent" in done.err


def test_history_keep_forgets_no_item(batch_cli: Cli) -> None:
    """A batch would pay again for what was pruned."""
    batch_cli.krea("config", "set", "history.keep", "1d")
    batch_cli.krea(*RUN)
    batch_cli.clock.advance(3 * 86_400)
    assert batch_cli.krea("batch", "foxes.txt", "-o", "new/").code == 0
    assert (file_stems("new"), len(batch_cli.service.posts)) == (FOXES, 6)


def test_what_was_not_sent_follows_the_options_of_today(batch_cli: Cli) -> None:
    """The first run put it down and was refused; the second names another webhook."""
    batch_cli.service.answers = [answer_with(402, {"error": "Insufficient balance"})]
    batch_cli.krea(*RUN, "-j", "1", "--webhook", "https://old.example/")
    webhooks: list[str | None] = []
    batch_cli.service.on_submit = lambda request: webhooks.append(
        request.headers.get("x-webhook-url")
    )
    assert batch_cli.krea(*RUN, "--webhook", "https://new.example/").code == 0
    assert webhooks == ["https://new.example/"] * 6


def test_a_term_during_the_last_download_is_told(batch_cli: Cli) -> None:
    """A term is no success: the picture is paid and not there. Nothing half is left."""
    batch_cli.service.on_download = lambda: batch_cli.clock.stop(15)
    done = batch_cli.krea(*RUN, "-j", "6", "--json")
    assert (done.code, file_stems()) == (143, [])
    totals = summary(done)
    assert (totals["failed"], totals["running"] + totals["unsaved"], totals["done"]) == (0, 6, 0)
    assert totals["unsaved"] > 0
    last = json.loads(done.err.splitlines()[-1])["error"]
    assert re.search("[1-6] results? (is|are) paid and not saved yet", last["message"])
    assert {record["charged"] for record in done.records} == {"yes"}
    batch_cli.service.on_download, batch_cli.clock.signal = None, None
    assert batch_cli.krea(*RUN).code == 0
    assert (file_stems(), len(batch_cli.service.posts)) == (FOXES, 6)


def test_one_wrong_line_of_many_is_no_wrong_usage(batch_cli: Cli) -> None:
    """Exit 2 would say that nothing was charged."""
    batch_cli.service.answers = [lambda *_: None, answer_with(422, {"error": "no such fox"})]
    assert batch_cli.krea(*RUN).code == 1


def test_fail_fast_goes_on_after_what_failed_before(batch_cli: Cli) -> None:
    """An item that failed in an earlier run does not stop this one before it begins."""
    batch_cli.service.answers = [answer_with(422, {"error": "no such fox"})]
    assert batch_cli.krea(*RUN, "--fail-fast", "-j", "1").code == 1
    assert batch_cli.krea(*RUN, "--fail-fast").code == 1
    assert (file_stems(), len(batch_cli.service.posts)) == (FOXES[1:], 6)


def test_a_token_that_is_refused_while_jobs_run_is_no_bug(batch_cli: Cli) -> None:
    """Their ids are told, and the same command goes on once there is a token."""
    batch_cli.service.job_seconds = 30
    batch_cli.service.list_status = 401
    done = batch_cli.krea(*RUN, "-j", "2", "--json")
    assert done.code == 3
    assert {record["job_id"] for record in done.records} == {"job-1", "job-2"}
    assert {record["charged"] for record in done.records} == {"unknown"}
    batch_cli.service.list_status = 200
    assert batch_cli.krea(*RUN).code == 0
    assert (file_stems(), len(batch_cli.service.posts)) == (FOXES, 6)


class Full(io.TextIOWrapper):
    """A stream on a disk that is full."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_stdout_stops_the_sending_only(batch_cli: Cli) -> None:
    """Jobs at the service are waited for and saved; the error says what to do."""
    batch_cli.service.job_seconds = 30
    stderr = io.StringIO()
    env = Env(
        environ=batch_cli.environ,
        stdout=Full(io.BytesIO()),
        stderr=stderr,
        clock=batch_cli.clock,
        random=Random(7),
        transport=batch_cli.service.transport(),
    )
    assert main([*RUN, "-j", "2"], env) == 1
    assert file_stems() == FOXES[: len(batch_cli.service.posts)] != FOXES
    assert "standard output could not be written: No space left on device" in stderr.getvalue()
    assert batch_cli.krea(*RUN).code == 0
    assert len(batch_cli.service.posts) == 6


def test_shares_and_the_whole_keep_one_cap(batch_cli: Cli) -> None:
    """Each of two shares spends no more than its half, and all runs together no more than all."""
    serve_prices(batch_cli)
    spend = (*RUN, "--max-cost", "6", "--assume-price", "2")
    for share in ("1/2", "2/2"):
        batch_cli.krea(*spend, "--shard", share)
    assert len(batch_cli.service.posts) <= 2
    batch_cli.krea(*spend)
    assert len(batch_cli.service.posts) == 3
    assert len(set(sent_prompts(batch_cli))) == 3


def test_a_count_is_read_whole(cli: Cli) -> None:
    """Nothing is cut off, and nothing pays for more than is written."""
    Path("foxes.csv").write_text("prompt,count\na,0000000012\nb,3        7\nc,12345678901\n")
    done = cli.krea("batch", "foxes.csv", "--dry-run")
    assert done.code == 2
    assert done.err.count("is not a whole number from 1 to 1000") == 3
    assert cli.service.requests == []


def test_fail_fast_does_not_fill_the_place_of_what_failed(batch_cli: Cli) -> None:
    """The next one would be paid for between the failure and the end."""
    batch_cli.service.final_status = "failed"
    done = batch_cli.krea(*RUN, "--fail-fast", "-j", "1")
    assert (done.code, len(batch_cli.service.posts)) == (1, 1)


def test_a_full_disk_is_tried_with_what_is_paid(
    batch_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as nothing of it can be saved, no run pays for more."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", full)
        first = batch_cli.krea(*RUN, "-j", "2")
        paid = len(batch_cli.service.posts)
        # One reason is told once; another error tells why the rest is not sent.
        assert first.code == 10
        assert re.findall(r"^(\d+ of .*); spent|^(error: .*)", first.err, re.M) == [
            (f"0 of 6 done, {paid} not saved, {6 - paid} waiting", ""),
            (
                "",
                f"error: {paid} items, lines 1-{paid}: the result of job … is paid and could not"
                " be saved: the disk is full",
            ),
            ("", "error: nothing more is sent, as results cannot be saved"),
        ]
        for _ in range(3):
            again = batch_cli.krea(*RUN, "-j", "2")
            assert (again.code, len(batch_cli.service.posts)) == (10, paid)
    assert paid < 6
    assert batch_cli.krea(*RUN, "-j", "2").code == 0
    assert (file_stems(), len(batch_cli.service.posts)) == (FOXES, 6)


def test_a_run_that_hangs_is_not_waited_for_for_ever(batch_cli: Cli) -> None:
    """Its items are told as still running; nothing of them is sent."""
    batch_cli.service.job_seconds = 30
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    batch_cli.krea(*RUN, "-j", "2")
    batch_cli.clock.signal = None
    state = batch_cli.home / "state"
    hanging = RunLock(state)
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        ledger.execute("UPDATE requests SET claim = ?", (hanging.name,))
        ledger.commit()
    done = batch_cli.krea(*RUN, "--timeout", "60")
    assert (done.code, file_stems(), len(batch_cli.service.posts)) == (4, FOXES[2:], 6)
    assert "another krea is at work on some of the items" in done.err
    assert "2 items, lines 1-2: another krea is still at work on it" in done.err
    hanging.release()
    assert batch_cli.krea(*RUN).code == 0
    assert (file_stems(), len(batch_cli.service.posts)) == (FOXES, 6)


def test_the_reason_of_an_earlier_failure_is_told_again(batch_cli: Cli) -> None:
    """A prompt that moderation refused is not to be sent again as it is."""
    batch_cli.service.final_status = "failed"
    batch_cli.service.ended_fields = {"error": {"code": "nsfw", "message": "nsfw"}}
    first, again = batch_cli.krea(*RUN), batch_cli.krea(*RUN)
    assert (first.code, again.code) == (7, 7)
    assert "--retry-failed" not in again.err


def test_a_picture_that_was_changed_is_not_done(batch_cli: Cli) -> None:
    """Perhaps it was edited: it is left alone and told, and --force puts the result back."""
    batch_cli.krea(*RUN)
    path = next(Path("out").glob("fox-3*"))
    result = path.read_bytes()
    path.write_bytes(b"")
    again = batch_cli.krea(*RUN)
    assert (again.code, path.read_bytes(), len(batch_cli.service.posts)) == (1, b"", 6)
    assert "5 of 6 done, 1 failed" in again.err
    assert f"line 3: {path} is not what was saved there" in again.err
    assert batch_cli.krea(*RUN, "--force").code == 0
    assert (path.read_bytes(), len(batch_cli.service.posts)) == (result, 6)


def test_a_sidecar_gives_way_to_that_of_the_same_item(batch_cli: Cli) -> None:
    """Its picture was removed, and is fetched again: the recipe of today takes the same name."""
    batch_cli.krea(*RUN, "--sidecar")
    picture = next(Path("out").glob("fox-3*.png"))
    picture.unlink()
    sidecar = Path(f"{picture}.json")
    recipe = sidecar.read_text()
    sidecar.write_text(json.dumps(json.loads(recipe) | {"krea": "0.0.1"}))
    again = batch_cli.krea(*RUN, "--sidecar")
    assert (again.code, len(batch_cli.service.posts)) == (0, 6)
    assert list(Path("out").glob("fox-3*.json")) == [sidecar]
    assert sidecar.read_text() == recipe


def test_a_file_called_stdin_is_not_what_comes_through_a_pipe(cli: Cli) -> None:
    """The spending of another batch from a pipe does not count for this one."""
    serve_prices(cli)
    Path("stdin").write_text("it lies here by chance")
    spend = (
        "batch",
        "-",
        "--format",
        "txt",
        "-o",
        "out/",
        "--max-cost",
        "2",
        "--assume-price",
        "2",
    )
    assert cli.krea(*spend, stdin="fox 1\n").code == 0
    assert cli.krea(*spend, stdin="fox 2\n").code == 0
    assert len(cli.service.posts) == 2


def test_the_time_of_a_job_ends_its_download_too(batch_cli: Cli) -> None:
    """A host that sends a little now and then is given up; the result stays to be fetched."""

    def drip() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"x" * 500
            batch_cli.clock.sleep(0.25)

    batch_cli.service.content = drip  # type: ignore[assignment]
    start = batch_cli.clock.monotonic()
    done = batch_cli.krea(*RUN, "--timeout", "10", "-j", "6")
    assert (done.code, "6 items, lines 1-6: the result of job … is paid" in done.err) == (10, True)
    assert batch_cli.clock.monotonic() - start < 60
    batch_cli.service.content = lambda: PNG
    assert (batch_cli.krea(*RUN).code, len(batch_cli.service.posts)) == (0, 6)
