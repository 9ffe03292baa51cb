"""The bench itself works, with numbers too small for its figures to mean anything."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.bench import batch, check, download, faults, in_flight, lateness, ledger
from tests.bench.line import Line, heading
from tests.faults.matrix import Case, play

FEW = batch.Batch(jobs=2, seconds=0.001, at_once=2)
TINY: dict[str, Callable[[], Line]] = {
    "lateness": partial(lateness.measure, jobs=1, learnt_from=0, seconds=0.05, interval=0.2),
    "in-flight": partial(in_flight.measure, jobs=3, seconds=1),
    "ledger": partial(ledger.measure, submits=2),
    "throughput": partial(download.throughput, megabytes=1, rounds=1),
    "batch": partial(batch.elapsed, FEW),
    "batch-polls": partial(batch.polling, FEW),
    "batch-cpu": partial(batch.cpu, FEW),
    "check": partial(check.elapsed, 3),
    "check-memory": partial(check.memory, 3),
}

WITH_CURL = {"throughput"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.machine if name in WITH_CURL else ()) for name in TINY],
)
def test_a_line_of_the_table_can_be_measured(name: str) -> None:
    """Each kind of measurement runs to its end and has a figure."""
    assert TINY[name]().figure > 0


def test_the_table_says_what_misses() -> None:
    """A figure is held against its reach, in the direction that counts."""
    slow = Line("start", "python", 3.0, " x", 2.5, "30 ms, 10 ms")
    fast = Line("download", "curl", 0.75, " x", 0.6, at_least=True)
    greedy = Line("lateness", "2 s", 0.3, " x", 0.35, other_bound_kept=False)

    assert [" ".join(line.split()) for line in (heading(), str(slow), str(fast), str(greedy))] == [
        "what against measured reach",
        "start python 3.00 x (30 ms, 10 ms) at most 2.5 x MISSES",
        "download curl 0.75 x at least 0.6 x ok",
        "lateness 2 s 0.30 x at most 0.35 x MISSES",
    ]


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
