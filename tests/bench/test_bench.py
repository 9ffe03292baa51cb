"""The bench itself works, with numbers too small for its figures to mean anything."""

from functools import partial

import pytest

from tests.bench import (
    batch,
    check,
    download,
    faults,
    files,
    growth,
    in_flight,
    lateness,
    ledger,
    long_lists,
    profile_commands,
    simulated_lateness,
    status,
    submits,
    trace_generate,
    version,
)
from tests.bench.checkout import Checkout
from tests.bench.line import Line, Table
from tests.bench.lines import LINES, NAMED_ONLY, QUICK, Measure
from tests.faults.matrix import Case, play

FEW = batch.Batch(jobs=2, seconds=0.001, at_once=2, post_seconds=0.0)
FREE = batch.Batch(jobs=2, seconds=0.001, at_once=2, post_seconds=0.0, has_j=False)
PARALLEL = batch.Batch(jobs=2, seconds=0.001, at_once=2, post_seconds=0.0, setting=batch.PARALLEL)
SHORT = simulated_lateness.SHORT
TINY: dict[str, Measure] = {
    "version": partial(version.measure, rounds=1),
    "status": partial(status.cpu, rounds=1),
    "instructions": status.instructions,
    "first-post": partial(submits.first, rounds=1),
    "lateness": partial(lateness.measure, jobs=1, learnt_from=0, seconds=0.05, interval=0.2),
    "lateness-new": partial(simulated_lateness.measure, times=SHORT, seen=0, jobs=1),
    "late-mid": partial(simulated_lateness.measure, times=SHORT, seen=1, jobs=1),
    "account-2": partial(batch.elapsed, batch=FREE, reach=1.05),
    "batch": partial(batch.elapsed, batch=FEW, reach=1.05),
    "batch-polls": partial(batch.polling, batch=FEW),
    "batch-cpu": partial(batch.cpu, batch=FEW),
    "slow-posts": partial(batch.seconds_beside_threads, batch=FEW, reach=42),
    "parallel": partial(batch.against_threads, batch=PARALLEL),
    "post-tls": partial(submits.in_batch, posts=3),
    "own-time": partial(submits.own_time, posts=4),
    "in-flight": partial(in_flight.measure, jobs=3, seconds=1),
    "files": partial(files.of_batch, files=2),
    "files-missing": partial(files.of_missing, files=2),
    "check": partial(check.elapsed, lines=3),
    "check-memory": partial(check.memory, lines=3),
    "finished-list": partial(long_lists.run_again, lines=3),
    "history": partial(long_lists.search, lines=3),
    "cap": partial(long_lists.sum_for_cap, lines=3, submits=5),
    "ledger": partial(ledger.measure, submits=2),
    "throughput": partial(download.throughput, megabytes=1, rounds=1),
    "rooms": trace_generate.files_passed,
    "room-changes": trace_generate.changes_of_file,
}
# Measured as another line of the table with other numbers, or the suite itself.
ALIKE = {
    "late-mid-new",
    "late-long",
    "late-long-new",
    "account-12",
    "memory",
    "suite",
}
# The others need openssl, curl or valgrind, or would take much of the suite's time.
FAST = {
    "version",
    "batch",
    "batch-polls",
    "in-flight",
    "check",
    "check-memory",
    "cap",
    "ledger",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in FAST else pytest.mark.machine) for name in TINY],
)
def test_a_line_of_the_table_can_be_measured(name: str) -> None:
    """Each kind of measurement runs to its end and has a figure."""
    line = TINY[name](Checkout())
    assert isinstance(line.figure, float | int)
    assert line.measured


def test_every_line_is_measured_here() -> None:
    """A line of the table has a test, and a quick line has a full one."""
    assert set(TINY) | ALIKE == set(LINES) | set(NAMED_ONLY)
    assert set(QUICK) <= set(LINES)


SLOW = Line("start", "python", 3.0, " x", 2.5, "30 ms, 10 ms")


def test_the_table_says_what_misses() -> None:
    """A figure is held against its reach, in the direction that counts."""
    fast = Line("download", "curl", 0.75, " x", 0.6, at_least=True)
    greedy = Line("lateness", "2 s", 0.3, " x", 0.35, other_bound_kept=False)
    table = Table()
    lines = (table.heading(), *(table.row("name", line) for line in (SLOW, fast, greedy)))
    assert [" ".join(line.split()) for line in lines] == [
        "what against measured reach",
        "start python 3.00 x (30 ms, 10 ms) at most 2.5 x MISSES",
        "download curl 0.75 x at least 0.6 x ok",
        "lateness 2 s 0.30 x at most 0.35 x MISSES",
    ]


def test_the_table_of_the_guide_has_the_old_figures_beside() -> None:
    """In Markdown, with another checkout: its figure, and the ratio of both."""
    table = Table(markdown=True, beside=True)
    before = Line("start", "python", 6.0, " x", 2.5)
    assert f"{table.heading()}\n{table.row('version', SLOW, before)}" == (
        "| line | against | measured | reach | before | new/old |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        "| `version`: start | python | 3.00 × (30 ms, 10 ms) | 2.5 ×, missed | 6.00 × | 0.50 |"
    )


@pytest.mark.machine
def test_the_cost_of_a_batch_by_its_length() -> None:
    """The cells of one size: each request of each item is counted."""
    cells = growth.measure(Checkout(), 2, post_seconds=0.0).cells()
    assert (cells[0], cells[4], cells[6]) == ("2", "2 (1.00)", "2 (1.00)")
    assert len(cells) == len(growth.HEADINGS)


@pytest.mark.machine
@pytest.mark.parametrize("command", profile_commands.COMMANDS)
def test_a_profile_knows_the_modules_of_a_command(command: str) -> None:
    """A module that every command enters, one of httpx in a thread, and the tables' headings."""
    text = profile_commands.profile_command(command, Checkout(), items=2)
    tables = ["by module", "by function, without what it calls", "by imported package"]
    headings = [f"| {title} | ms | share |" for title in tables]
    assert [heading in text for heading in headings] == [True, True, command != "batch"]
    assert "| httpx |" in text


def test_the_table_of_faults_has_a_line_for_a_case() -> None:
    """The cells of a case stand below the words of the heading."""
    case = Case("poll-500", always=True, requests=3, results=1)
    lines = (
        faults.format_line(faults.HEADING),
        faults.format_line(faults.cells_of(case, play(case))),
    )
    assert [" ".join(line.split()) for line in lines] == [
        "fault results requests exit charged POSTs jobs files ledger completed by then POSTs"
        " jobs files",
        "poll-500 always 1 3 4 unknown 3 3 0 3 submitted krea download 3 3 3",
    ]
