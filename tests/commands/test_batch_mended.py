"""What went wrong with batches once, and must not again: doubts, signals, claims, caps."""

import errno
import io
import json
from pathlib import Path
from random import Random
from typing import Any

import httpx

from krea_cli.env import Env
from krea_cli.main import main
from tests.command import World
from tests.commands.batch_desk import FOXES, files, nothing, priced, prompts, refused, summary
from tests.service import Service

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
