"""What went wrong with batches once, and must not again: doubts, signals, claims, caps."""

import errno
import io
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from krea_cli.env import Env
from krea_cli.local.ledger.run_locks import Claims
from krea_cli.main import main
from tests.commands.batch.batch_helpers import (
    FOXES,
    files,
    nothing,
    priced,
    prompts,
    refused,
    summary,
)
from tests.fakes.krea_service import Service
from tests.harness.cli import World

RUN = ("batch", "foxes.txt", "-o", "out/")


def doubts(world: World) -> list[dict[str, Any]]:
    """What `krea recover` shows."""
    return [json.loads(line) for line in world.krea("recover", "--json").out.splitlines()]


def test_a_refused_resubmit_leaves_the_item_in_doubt(listed: World) -> None:
    """The request that was to replace it was refused: `--retry-failed` must not send a third."""
    listed.service.answers = [lambda *_: None, nothing]
    listed.krea(*RUN)
    listed.clock.advance(600)
    (doubt,) = doubts(listed)
    listed.service.answers = [refused(402, {"error": "Insufficient balance"})]
    assert listed.krea("recover", "--resubmit", str(doubt["row"])).code == 6
    asked = len(listed.service.posts)
    assert listed.krea(*RUN, "--retry-failed").code == 9
    assert len(listed.service.posts) == asked
    assert [each["row"] for each in doubts(listed)] == [doubt["row"]]


def test_the_first_interrupt_stops_what_has_not_left(listed: World) -> None:
    """A request that waits for a connection is not sent after it, when the network is back."""
    tries: list[float] = []

    def unreachable(service: Service, job: dict[str, Any]) -> httpx.Response | None:
        tries.append(listed.clock.now())
        raise httpx.ConnectError("refused")

    listed.service.answers = [unreachable] * 3
    listed.clock.stop_at(listed.clock.now() + 1, 2)
    done = listed.krea(*RUN)
    assert (done.code, len(tries)) == (130, len(listed.service.posts))
    assert listed.service.jobs == {}
    assert "6 of 6 items were not sent" in done.err


def test_history_keep_forgets_no_item(listed: World) -> None:
    """A batch would pay again for what was pruned."""
    listed.krea("config", "set", "history.keep", "1d")
    listed.krea(*RUN)
    listed.clock.advance(3 * 86_400)
    assert listed.krea("batch", "foxes.txt", "-o", "new/").code == 0
    assert (files("new"), len(listed.service.posts)) == (FOXES, 6)


def test_what_was_not_sent_follows_the_options_of_today(listed: World) -> None:
    """The first run put it down and was refused; the second names another webhook."""
    listed.service.answers = [refused(402, {"error": "Insufficient balance"})]
    listed.krea(*RUN, "-j", "1", "--webhook", "https://old.example/")
    seen: list[str | None] = []
    send = listed.service._submit

    def submit(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("x-webhook-url"))
        return send(request)

    listed.service._submit = submit  # type: ignore[method-assign]
    assert listed.krea(*RUN, "--webhook", "https://new.example/").code == 0
    assert seen == ["https://new.example/"] * 6


def test_a_term_during_the_last_download_is_told(listed: World) -> None:
    """It is no success: the picture is not there. Nothing is left over, and it was paid."""
    listed.service.on_file = lambda: listed.clock.stop(15)
    done = listed.krea(*RUN, "-j", "6", "--json")
    assert (done.code, files()) == (143, [])
    told = summary(done)
    assert (told["failed"], told["running"], told["done"]) == (0, 6, 0)
    assert {record["charged"] for record in done.records} == {"yes"}
    listed.service.on_file, listed.clock.signal = None, None
    assert listed.krea(*RUN).code == 0
    assert (files(), len(listed.service.posts)) == (FOXES, 6)


def test_one_wrong_line_of_many_is_no_wrong_usage(listed: World) -> None:
    """Exit 2 would say that nothing was charged."""
    listed.service.answers = [lambda *_: None, refused(422, {"error": "no such fox"})]
    assert listed.krea(*RUN).code == 1


def test_fail_fast_goes_on_after_what_failed_before(listed: World) -> None:
    """What failed in an earlier run does not stop this one before it has begun."""
    listed.service.answers = [refused(422, {"error": "no such fox"})]
    assert listed.krea(*RUN, "--fail-fast", "-j", "1").code == 1
    assert listed.krea(*RUN, "--fail-fast").code == 1
    assert (files(), len(listed.service.posts)) == (FOXES[1:], 6)


def test_a_token_that_is_refused_while_jobs_run_is_no_bug(listed: World) -> None:
    """Their ids are told, and the same command goes on once there is a token."""
    listed.service.seconds = 30
    listed.service.list_status = 401
    done = listed.krea(*RUN, "-j", "2", "--json")
    assert done.code == 3
    assert {record["job_id"] for record in done.records} == {"job-1", "job-2"}
    assert {record["charged"] for record in done.records} == {"unknown"}
    listed.service.list_status = 200
    assert listed.krea(*RUN).code == 0
    assert (files(), len(listed.service.posts)) == (FOXES, 6)


class Full(io.TextIOWrapper):
    """A stream on a disk that is full."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_stdout_stops_the_sending_only(listed: World) -> None:
    """What is with the service is waited for and saved; the error says what to do."""
    listed.service.seconds = 30
    told = io.StringIO()
    env = Env(
        environ=listed.environ,
        stdout=Full(io.BytesIO()),
        stderr=told,
        clock=listed.clock,
        random=Random(7),
        transport=listed.service.transport(),
    )
    assert main([*RUN, "-j", "2"], env) == 1
    assert files() == FOXES[: len(listed.service.posts)] != FOXES
    assert "standard output could not be written: No space left on device" in told.getvalue()
    assert listed.krea(*RUN).code == 0
    assert len(listed.service.posts) == 6


def test_shares_and_the_whole_keep_one_cap(listed: World) -> None:
    """Each of two shares spends no more than its half, and all runs together no more than all."""
    priced(listed)
    spend = (*RUN, "--max-cost", "6", "--assume-price", "2")
    for share in ("1/2", "2/2"):
        listed.krea(*spend, "--shard", share)
    assert len(listed.service.posts) <= 2
    listed.krea(*spend)
    assert len(listed.service.posts) == 3
    assert len(set(prompts(listed))) == 3


def test_a_count_is_read_whole(world: World) -> None:
    """Nothing is cut off, and nothing pays for more than is written."""
    Path("foxes.csv").write_text("prompt,count\na,0000000012\nb,3        7\nc,12345678901\n")
    done = world.krea("batch", "foxes.csv", "--dry-run")
    assert done.code == 2
    assert done.err.count("is not a whole number from 1 to 1000") == 3
    assert world.service.requests == []


def test_fail_fast_does_not_fill_the_place_of_what_failed(listed: World) -> None:
    """The next one would be paid for between the failure and the end."""
    listed.service.ends = "failed"
    done = listed.krea(*RUN, "--fail-fast", "-j", "1")
    assert (done.code, len(listed.service.posts)) == (1, 1)


def test_a_full_disk_is_tried_with_what_is_paid(
    listed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as nothing of it can be saved, no run pays for more."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", full)
        assert listed.krea(*RUN, "-j", "2").code == 10
        paid = len(listed.service.posts)
        for _ in range(3):
            again = listed.krea(*RUN, "-j", "2")
            assert (again.code, len(listed.service.posts)) == (10, paid)
    assert paid < 6
    assert listed.krea(*RUN, "-j", "2").code == 0
    assert (files(), len(listed.service.posts)) == (FOXES, 6)


def test_a_run_that_hangs_is_not_waited_for_for_ever(listed: World) -> None:
    """Its items are told as still running; nothing of them is sent."""
    listed.service.seconds = 30
    listed.clock.stop_at(listed.clock.now() + 5, 15)
    listed.krea(*RUN, "-j", "2")
    listed.clock.signal = None
    state = listed.home / "state"
    hanging = Claims(state)
    with closing(sqlite3.connect(state / "ledger.sqlite3")) as ledger:
        ledger.execute("UPDATE requests SET claim = ?", (hanging.name,))
        ledger.commit()
    done = listed.krea(*RUN, "--timeout", "60")
    assert (done.code, files(), len(listed.service.posts)) == (4, FOXES[2:], 6)
    assert "another krea is at work on some of the items" in done.err
    assert "2 items, lines 1-2: another krea is still at work on it" in done.err
    hanging.release()
    assert listed.krea(*RUN).code == 0
    assert (files(), len(listed.service.posts)) == (FOXES, 6)


def test_the_reason_of_an_earlier_failure_is_told_again(listed: World) -> None:
    """What moderation refused is not to be sent again as it is."""
    listed.service.ends = "failed"
    listed.service.says = {"error": {"code": "nsfw", "message": "nsfw"}}
    first, again = listed.krea(*RUN), listed.krea(*RUN)
    assert (first.code, again.code) == (7, 7)
    assert "--retry-failed" not in again.err


def test_a_picture_that_was_changed_counts_as_done_and_is_told(listed: World) -> None:
    """It may have been edited; whoever wants it fetched removes it."""
    listed.krea(*RUN)
    path = next(Path("out").glob("fox-3*"))
    path.write_bytes(b"")
    again = listed.krea(*RUN)
    assert (again.code, path.read_bytes(), len(listed.service.posts)) == (0, b"", 6)
    assert f"warning: {path} is not what was saved there" in again.err


def test_a_sidecar_gives_way_to_that_of_the_same_item(listed: World) -> None:
    """Its picture was removed, and nobody there has a ledger: the new recipe takes its name."""
    listed.krea(*RUN, "--sidecar")
    next(Path("out").glob("fox-3*.png")).unlink()
    listed.environ["KREA_STATE_DIR"] = str(listed.home / "elsewhere")
    again = listed.krea(*RUN, "--sidecar")
    assert (again.code, len(listed.service.posts)) == (0, 7)
    recipes = sorted(path.name for path in Path("out").glob("fox-3*.json"))
    assert len(recipes) == 1
    assert json.loads((Path("out") / recipes[0]).read_text())["job_id"] == "job-7"


def test_a_file_called_stdin_is_not_what_comes_through_a_pipe(world: World) -> None:
    """What another batch from a pipe has spent does not count for this one."""
    priced(world)
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
    assert world.krea(*spend, stdin="fox 1\n").code == 0
    assert world.krea(*spend, stdin="fox 2\n").code == 0
    assert len(world.service.posts) == 2
