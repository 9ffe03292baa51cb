"""The summary at the end of a batch."""

import io
import json
from typing import Any

import pytest

from krea_cli.commands.batch.summary import Summary, list_lines
from krea_cli.commands.exit_status import ExitStatus
from krea_cli.env import Env
from krea_cli.errors import (
    BalanceEmpty,
    Busy,
    InDoubt,
    Interrupted,
    JobFailed,
    KreaError,
    ModelRetired,
    Moderated,
    NotSaved,
    RequestRefused,
    StillRunning,
    Unreachable,
)
from krea_cli.flows.events import BatchProgress
from krea_cli.terminal.output import Output
from tests.clocks.fake_clock import FakeClock

RETRY = "krea batch foxes.txt -o out/"
END = {
    "total": 400,
    "done": 396,
    "made": 296,
    "failed": 3,
    "doubtful": 1,
    "running": 0,
    "waiting": 0,
    "limit": 4,
    "spent": 7_920_000,
    "about": 0,
    "unpriced": 0,
}


def stderr_of(
    summary: Summary,
    *,
    mode: str = "plain",
    in_other_runs: int = 0,
    at_once: int = 12,
    retry: str = RETRY,
    **changes: Any,
) -> str:
    """The text of SUMMARY on stderr; nothing is written on stdout."""
    env = Env(
        environ={},
        stdin=io.StringIO(),
        stdout=io.StringIO(),
        stderr=io.StringIO(),
        clock=FakeClock(),
    )
    output = Output(env, json=mode == "json", quiet=mode == "quiet", verbose=False)
    summary.print(
        output,
        BatchProgress(**END | changes),
        in_other_runs=in_other_runs,
        at_once=at_once,
        retry=retry,
        seconds=120,
    )
    assert env.stdout.getvalue() == ""  # type: ignore[attr-defined]
    written: str = env.stderr.getvalue()  # type: ignore[attr-defined]
    return written


def job_failure(job_id: str) -> JobFailed:
    """The failure of a job in the words of the service."""
    return JobFailed(f"job {job_id} failed: out of memory", job_id=job_id)


def summary_of_four() -> Summary:
    """Two reasons, one of them three times."""
    summary = Summary()
    for line in (12, 3, 11):
        summary.add(line, job_failure(f"job-{line}"))
    summary.add(40, InDoubt("the outcome of a request is unknown"))
    return summary


def test_all_went_well() -> None:
    """One sentence, none with --quiet."""
    everything = {"done": 400, "failed": 0, "doubtful": 0}
    sentence = "400 of 400 done; spent $7.92 in 2 min"
    assert stderr_of(Summary(), **everything) == f"{sentence}; 12 ran at once\n"
    assert stderr_of(Summary(), at_once=1, **everything) == f"{sentence}\n"
    assert stderr_of(Summary(), mode="quiet", **everything) == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"in_other_runs": 1_000_000},
            "396 of 400 done, 3 failed, 1 in doubt; spent $7.92 now and $1.00 in other runs,"
            " in 2 min",
        ),
        (
            {"unpriced": 3, "failed": 0, "doubtful": 0},
            "396 of 400 done; spent $7.92 and 3 of unknown price in 2 min",
        ),
        (
            {"failed": 0, "doubtful": 0, "running": 1, "waiting": 3, "stopping": "interrupted"},
            "396 of 400 done, 1 running, 3 waiting; spent $7.92 in 2 min",
        ),
    ],
)
def test_totals(changes: dict[str, Any], sentence: str) -> None:
    """Earlier spending and items without a known price are told apart."""
    assert stderr_of(Summary(), **changes) == f"{sentence}; 12 ran at once\n"


def test_each_reason_once() -> None:
    """Each reason with its count, lines, cost and remedy; the worst first."""
    assert stderr_of(summary_of_four()) == (
        "396 of 400 done, 3 failed, 1 in doubt; spent $7.92 in 2 min; 12 ran at once\n"
        "error: line 40: the outcome of a request is unknown\n"
        f"  hint: krea recover looks for their jobs; then {RETRY}\n"
        "  charged: unknown\n"
        "error: 3 items, lines 3, 11-12: job … failed: out of memory\n"
        f"  hint: {RETRY} --retry-failed\n"
        "  charged: no\n"
    )


def test_errors_stay_with_quiet() -> None:
    """Only the totals go."""
    assert stderr_of(summary_of_four(), mode="quiet").startswith("error: line 40: ")


def test_for_a_program() -> None:
    """One object, with every line."""
    (line,) = stderr_of(summary_of_four(), mode="json", in_other_runs=1_000_000).splitlines()
    assert json.loads(line) == {
        "summary": {
            "total": 400,
            "done": 396,
            "made": 296,
            "failed": 3,
            "unsaved": 0,
            "doubtful": 1,
            "running": 0,
            "elsewhere": 0,
            "retried": 0,
            "waiting": 0,
            "spent": 7.92,
            "about": 0.0,
            "unpriced": 0,
            "stopping": None,
            "spent_in_other_runs": 1.0,
            "seconds": 120,
            "at_once": 12,
            "groups": [
                {
                    "code": "in_doubt",
                    "count": 1,
                    "lines": [40],
                    "message": "the outcome of a request is unknown",
                    "hint": f"krea recover looks for their jobs; then {RETRY}",
                    "charged": "unknown",
                },
                {
                    "code": "job_failed",
                    "count": 3,
                    "lines": [3, 11, 12],
                    "message": "job … failed: out of memory",
                    "hint": f"{RETRY} --retry-failed",
                    "charged": "no",
                },
            ],
        }
    }


RETIRED = ModelRetired("bfl/flux was retired")
RETIRED.replacement = "bfl/flux-2"


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (NotSaved("x"), f"{RETRY} saves what is paid, as does krea download --missing"),
        (StillRunning("x"), f"{RETRY} goes on with what is left, and pays nothing twice"),
        (Interrupted(2), f"{RETRY} goes on with what is left, and pays nothing twice"),
        (Moderated("x"), f"change the prompt or the inputs there, then {RETRY}"),
        (RETIRED, f"name the model bfl/flux-2 there, then {RETRY}"),
        (RequestRefused("x"), f"correct what is there, then {RETRY}"),
        (Busy("x"), f"{RETRY} later"),
        (
            Unreachable("x"),
            f"krea doctor checks network, proxy and address; then {RETRY}",
        ),
        (
            BalanceEmpty("x"),
            "top up the API balance, which is separate from a plan's compute units, at "
            f"krea.ai/app/api; then {RETRY} --retry-failed",
        ),
        (KreaError("x", hint="krea download job-1", job_id="job-1"), "krea download job-1"),
        (KreaError("x"), RETRY),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, KreaError) else "",
)
def test_what_deals_with_it(error: KreaError, hint: str) -> None:
    """Each kind of failure has a command of its own; only what was not billed is sent again."""
    summary = Summary()
    summary.add(7, error)
    assert stderr_of(summary).splitlines()[2] == f"  hint: {hint}"


def test_an_option_is_not_put_behind_the_end_of_the_options() -> None:
    """Behind `--`, it would be the name of a second list."""
    summary = Summary()
    summary.add(7, BalanceEmpty("x"))
    told = stderr_of(summary, retry="krea batch -o out/ -- -foxes.txt")
    assert "; then krea batch --retry-failed -o out/ -- -foxes.txt\n" in told


def test_reasons_that_differ_in_particulars_are_one() -> None:
    """Numbers, paths and ids are particulars; a server's status is not."""
    summary = Summary()
    for line in range(1, 100):
        summary.add(line, NotSaved(f"out/{line}.png could not be saved after {line} s"))
        summary.add(line, Busy(f"not now (HTTP {503 if line % 2 else 429})"))
    lines = stderr_of(summary).splitlines()
    assert [line for line in lines if line.startswith("error")] == [
        "error: 99 items, lines 1-99: out/1.png could not be saved after 1 s",
        "error: 50 items, lines 1, 3, 5, 7 …: not now (HTTP 503)",
        "error: 49 items, lines 2, 4, 6, 8 …: not now (HTTP 429)",
    ]


def test_never_more_than_a_screen() -> None:
    """Hundreds of reasons: the worst and most frequent, then how many there are besides."""
    summary = Summary()
    for number in range(200):
        letters = chr(97 + number % 26) + chr(97 + number // 26)
        for _ in range(number + 1):
            summary.add(number, KreaError(f"{letters}\n" * 150))
    lines = stderr_of(summary).splitlines()
    assert len(lines) == 19
    assert lines[1].startswith("error: 200 items, line 199: rh rh rh")
    assert len(lines[1]) < 400
    assert lines[16:] == [
        "error: 19110 items for 195 other reasons, lines 0-194",
        f"  hint: {RETRY} --report FILE writes down each",
        "  charged: no",
    ]


def test_a_hundred_thousand_failures() -> None:
    """Many failures take as few words as a few, with their lines in order."""
    summary = Summary()
    for line in range(100_000, 0, -1):
        summary.add(line, job_failure(f"job-{line}"))
    assert stderr_of(summary).splitlines()[1] == (
        "error: 100000 items, lines 1-100000: job … failed: out of memory"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([3], "line 3"),
        ([3, 9, 10, 11, 12, 40, 50, 60], "lines 3, 9-12, 40, 50 …"),
        ([1, 3, 5, 7], "lines 1, 3, 5, 7"),
        ([1, 3, 5, 7, 8], "lines 1, 3, 5, 7-8"),
    ],
)
def test_list_lines(lines: list[int], expected: str) -> None:
    """Neighbours are a range, and only the first few are named."""
    assert list_lines(lines) == expected


def test_a_noted_error_counts_and_is_not_told() -> None:
    """The summary tells it; the exit code knows it."""
    import typer

    env = Env(environ={}, stdin=io.StringIO(), stdout=io.StringIO(), stderr=io.StringIO())
    output = Output(env, json=False, quiet=False, verbose=False)
    with pytest.raises(typer.Exit) as caught, ExitStatus(output) as ending:
        ending.count(job_failure("j1"))
        ending.count(NotSaved("not saved", job_id="j2"))
        ending.count(StillRunning("runs", job_id="j3"))
    assert caught.value.exit_code == 10
    assert env.stderr.getvalue() == ""  # type: ignore[attr-defined]


def test_what_names_one_request_is_not_said_of_several() -> None:
    """Each is under way under the other key as another job, or in doubt as another request."""
    summary = Summary()
    for line, which in ((3, "job j-3"), (4, "job j-4")):
        error = InDoubt(f"the same request is under way under another key ({which}), not sent")
        error.charged, error.job_id = "no", which.split()[1]
        summary.add(line, error)
    told = "2 items, lines 3-4: the same request is under way under another key, not sent\n"
    assert f"error: {told}" in stderr_of(summary)
