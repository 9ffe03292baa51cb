"""Another window: `krea batch FILE --status`, `krea cancel --batch FILE`, and events of --json."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from krea_cli.clock import Clock
from krea_cli.local.ledger.request_rows import RequestRows
from tests.clocks.fake_clock import FakeClock
from tests.clocks.parallel_commands import CommandClock, ParallelCommands
from tests.commands.batch.batch_helpers import FOXES, die_at, file_stems, serve_prices, summary
from tests.fakes.krea_service import KreaService, ScriptedJob
from tests.harness.cli import Cli, CliResult, run_main

RUN = ("batch", "foxes.txt", "-o", "out/", "-j", "2")
STATUS = ("batch", "foxes.txt", "--status")


def window(cli: Cli, *argv: str, after: float = 0.0) -> Callable[[Clock], CliResult]:
    """A command in a window of its own, typed AFTER some seconds."""

    def call(clock: Clock) -> CliResult:
        clock.sleep(after)
        transport = cli.service.transport()
        return run_main(
            argv, environ=cli.environ, clock=clock, random=Random(7), transport=transport
        )

    return call


def type_in_windows(cli: Cli, *calls: Callable[[Clock], CliResult]) -> list[CliResult]:
    """The outcome of each command, once all have ended."""
    return ParallelCommands(cli.clock).run(calls)


def test_status_of_a_batch_at_work(batch_cli: Cli) -> None:
    """The counts, the money and the time left, without a token; nothing is asked or written."""
    batch_cli.service.job_seconds = 20
    without_token = {name: value for name, value in batch_cli.environ.items() if "KEY" not in name}
    requests: list[int] = []

    def look(clock: Clock) -> CliResult:
        clock.sleep(30)
        requests.append(len(batch_cli.service.requests))
        result = run_main(STATUS, environ=without_token, clock=clock, random=Random(7))
        requests.append(len(batch_cli.service.requests))
        return result

    run, status = type_in_windows(batch_cli, window(batch_cli, *RUN), look)
    assert (run.code, status.code, status.err) == (0, 0, "")
    assert requests[0] == requests[1]
    assert status.out == (
        "foxes.txt: at work for 30 s: 2 of 6 done, 2 running, 2 waiting; spent about $0.028;"
        " about 1 min left\n"
    )


def test_status_for_a_program(batch_cli: Cli) -> None:
    """One record for each run that is known; another run of the list has spent before."""
    serve_prices(batch_cli)
    price = ("--max-cost", "99", "--assume-price", "2")
    assert batch_cli.krea(*RUN, *price, "--lines", "1").code == 0
    batch_cli.service.job_seconds = 20
    look = window(batch_cli, *STATUS, "--json", after=30)
    run, status = type_in_windows(batch_cli, window(batch_cli, *RUN, *price), look)
    assert (run.code, status.code) == (0, 0)
    assert status.records == [
        {
            "total": 6,
            "done": 3,
            "made": 2,
            "failed": 0,
            "unsaved": 0,
            "doubtful": 0,
            "running": 2,
            "elsewhere": 0,
            "retried": 0,
            "waiting": 1,
            "spent": 8.0,
            "about": 0.0,
            "unpriced": 0,
            "stopping": None,
            "list": os.path.realpath("foxes.txt"),
            "share": None,
            "at_work": True,
            "spent_in_other_runs": 2.0,
            "seconds": 30.0,
            "seconds_left": 45,
            "seconds_since_change": status.records[0]["seconds_since_change"],
        }
    ]
    assert 0 <= status.records[0]["seconds_since_change"] < 10


def test_status_when_no_run_is_at_work(batch_cli: Cli) -> None:
    """The last run is told, whether it ended or broke off."""
    batch_cli.krea(*RUN, "--first", "2")
    batch_cli.clock.advance(7200)
    ended = batch_cli.krea(*STATUS)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        "foxes.txt: no run is at work; the last one ended 2 h ago: 2 of 2 done; spent about"
        " $0.014\n"
    )


def test_status_after_a_kill(batch_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed run is not at work."""
    if (child := os.fork()) == 0:
        die_at(monkeypatch, RequestRows, "mark_submitted", call=2, is_after=True)
        batch_cli.clock = FakeClock()  # the threads of the other are not in this process
        batch_cli.krea(*RUN)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    batch_cli.clock.advance(600)
    result = batch_cli.krea(*STATUS)
    assert result.code == 0
    start = "foxes.txt: no run is at work; the last one broke off "
    assert result.out.startswith(start)
    assert "0 of 6 done, " in result.out


def test_status_of_shares(batch_cli: Cli) -> None:
    """Each share of this machine has a line, the last one first."""
    for share in ("1/2", "2/2"):
        assert batch_cli.krea(*RUN, "--shard", share).code == 0
        batch_cli.clock.advance(60)
    lines = batch_cli.krea(*STATUS).out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["foxes.txt 2/2", "foxes.txt 1/2"]


@pytest.mark.parametrize(
    "argv", [STATUS, ("cancel", "--batch", "foxes.txt")], ids=["status", "cancel"]
)
def test_an_unknown_list(batch_cli: Cli, argv: tuple[str, ...]) -> None:
    """The command ends with exit code 2, before and after there is a ledger."""
    expected = (
        "error: this ledger knows no run of foxes.txt\n"
        "  hint: krea batch foxes.txt --dry-run shows what a run would send\n"
    )
    assert (batch_cli.krea(*argv).code, batch_cli.krea(*argv).err) == (2, expected)
    Path("owls.txt").write_text("an owl\n")
    assert batch_cli.krea("batch", "owls.txt").code == 0
    assert (batch_cli.krea(*argv).code, batch_cli.krea(*argv).err) == (2, expected)


def test_stdin_has_no_name(batch_cli: Cli) -> None:
    """Neither command can tell which list is meant."""
    for argv in (("batch", "-", "--status"), ("cancel", "--batch", "-")):
        result = batch_cli.krea(*argv)
        assert (result.code, result.err.splitlines()[0]) == (
            2,
            f"error: {argv[-1] if argv[0] == 'batch' else argv[1]} needs the name of a list",
        )


def test_cancel_ends_a_batch_at_work(batch_cli: Cli) -> None:
    """The jobs that run are cancelled, and the rest is not sent; the same command goes on."""
    batch_cli.service.job_seconds = 60
    run, cancel = type_in_windows(
        batch_cli,
        window(batch_cli, *RUN),
        window(batch_cli, "cancel", "--batch", "foxes.txt", after=70),
    )
    assert (cancel.code, cancel.out) == (0, "job-3\tcancelled\njob-4\tcancelled\n")
    assert cancel.err == "the krea batch at work on foxes.txt sends nothing more\n"
    assert (run.code, len(batch_cli.service.posts), file_stems()) == (1, 4, FOXES[:2])
    assert (
        "error: nothing more is sent: the batch was cancelled\n"
        "  hint: the same command goes on with what is left\n"
    ) in run.err
    rest = batch_cli.krea(*RUN, "--retry-failed")
    assert (rest.code, file_stems(), len(batch_cli.service.posts)) == (0, FOXES, 8)


def test_cancel_waits_for_the_answer_to_a_request(batch_cli: Cli) -> None:
    """A request that is on its way gets its job cancelled as well."""
    batch_cli.service.job_seconds = 60
    results: list[CliResult] = []

    def cancel_now(service: KreaService, job: ScriptedJob) -> None:
        batch_cli.service.answers = []
        call = window(batch_cli, "cancel", "--batch", "foxes.txt")
        clock = CommandClock(parallel.turns)
        parallel.turns.spawn(lambda: results.append(call(clock)))

    parallel = ParallelCommands(batch_cli.clock)
    batch_cli.service.answers = [lambda *_: None, cancel_now]
    (run,) = parallel.run([window(batch_cli, *RUN)])
    assert (run.code, len(batch_cli.service.posts)) == (1, 2)
    assert results[0].out == "job-1\tcancelled\njob-2\tcancelled\n"


def test_cancel_after_the_batch_has_left(batch_cli: Cli) -> None:
    """Jobs of an interrupted run are cancelled; then nothing runs any more."""
    batch_cli.service.job_seconds = 60
    batch_cli.clock.stop_at(batch_cli.clock.now() + 5, 15)
    assert batch_cli.krea(*RUN).code == 143
    batch_cli.clock = FakeClock(batch_cli.clock.now())
    cancel = batch_cli.krea("cancel", "--batch", "foxes.txt", "--json")
    assert (cancel.code, [each["status"] for each in cancel.records]) == (0, ["cancelled"] * 2)
    again = batch_cli.krea("cancel", "--batch", "foxes.txt")
    assert (again.code, again.out, again.err) == (0, "", "nothing of foxes.txt runs\n")


def test_ids_beside_a_list(batch_cli: Cli) -> None:
    """One of the two is meant."""
    result = batch_cli.krea("cancel", "job-1", "--batch", "foxes.txt")
    assert (result.code, result.err) == (
        2,
        "error: ids and --batch were both given\n  hint: krea cancel --batch foxes.txt\n",
    )


def test_another_list_with_the_separator_in_its_name(batch_cli: Cli) -> None:
    """A list called as a share would be is left alone, unless it is one."""
    Path("foxes.txt#more.txt").write_text("an owl\n")
    assert batch_cli.krea("batch", "foxes.txt#more.txt").code == 0
    assert batch_cli.krea(*STATUS).code == 2


def test_counts_for_a_program(batch_cli: Cli) -> None:
    """Counts come as they change, a second apart at least."""
    batch_cli.service.job_seconds = 5
    done = batch_cli.krea(*RUN, "--json")
    lines = [json.loads(line) for line in done.err.splitlines()]
    counts = [line for line in lines if line.get("event") == "standing"]
    assert counts[0] | {"limit": 2} == {
        "event": "standing",
        "total": 6,
        "done": 0,
        "made": 0,
        "failed": 0,
        "unsaved": 0,
        "doubtful": 0,
        "running": 0,
        "elsewhere": 0,
        "retried": 0,
        "waiting": 6,
        "limit": 2,
        "spent": 0.0,
        "about": 0.0,
        "unpriced": 0,
        "stopping": None,
    }
    assert [each["done"] for each in counts] == sorted(each["done"] for each in counts)
    assert {each["done"] for each in counts} >= {0, 2, 4}
    assert 5 <= len(counts) <= 25
    assert summary(done)["done"] == 6
