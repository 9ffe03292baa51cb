"""Caps over several runs of one command, and hints at caps that are enough for all of it."""

from pathlib import Path

import pytest

from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import summary
from tests.commands.test_budget import BRUSH, count_posts, document_with_price, error_and_hint
from tests.harness.cli import Cli, CliResult

DAY = ("config", "set", "budget.day")
NEW_DAY = "; at midnight a new day begins"


@pytest.fixture
def cents(cli: Cli) -> Cli:
    """A service with one model for 6 cents."""
    cli.service.openapi = document_with_price("0.06")
    return cli


def write_list(count: int) -> tuple[str, ...]:
    """Write a list of COUNT lines; the command that makes it."""
    Path("f.txt").write_text("".join(f"fox {number}\n" for number in range(count)))
    return ("batch", "f.txt", "-m", "brush", "-o", "f/")


def test_a_dry_run_counts_what_the_command_spent_before(cents: Cli) -> None:
    """The forecast is as the run, and names the cap that is enough."""
    run = (*BRUSH, "-n", "3", "-o", "w/{n}.png", "--max-cost")
    assert (cents.krea(*run, "0.07").code, count_posts(cents)) == (5, 1)
    dry = cents.krea(*run, "0.13", "--dry-run")
    assert (dry.code, dry.out.splitlines()[-1]) == (5, "within the budget: 1 of 2")
    assert error_and_hint(dry) == [
        "error: 1 of 2 jobs fit into the $0.07 left of --max-cost $0.13, at $0.06 each",
        "hint: --max-cost 0.18 allows all 2",
    ]
    assert (cents.krea(*run, "0.13").code, count_posts(cents)) == (5, 2)
    assert cents.krea(*run, "0.18", "--dry-run").code == 0
    assert (cents.krea(*run, "0.18").code, count_posts(cents)) == (0, 3)


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "z/"),
        ("-n", "2", "-o", "z/{n}.{ext}", "--force"),
        ("-o", "y.png", "--force"),
        ("-o", "y.png", "--again", "--force"),
        ("-o", "-"),
    ],
)
def test_a_command_that_begins_anew_has_the_whole_cap(cents: Cli, options: tuple[str, ...]) -> None:
    """All of it was made: another run is asked for, in the forecast as in the run."""
    cap = "0.12" if "-n" in options else "0.06"
    run = (*BRUSH, *options, "--max-cost", cap)
    for _ in range(2):
        assert cents.krea(*run, "--dry-run").code == 0
        assert cents.krea(*run).code == 0


@pytest.mark.parametrize("place", ["z/", "z/{n}.png", "-"])
def test_a_command_that_goes_on_counts_what_it_spent(cents: Cli, place: str) -> None:
    """One of two was sent, and waits: its cost is a part of the cap."""
    run = (*BRUSH, "-n", "2", "-o", place, "--max-cost")
    run = run if place != "-" else (*BRUSH, "-o", place, "--max-cost")
    count = 1 if place == "-" else 2
    assert cents.krea(*run, "0.07", "--no-wait").code == (0 if count == 1 else 5)
    assert cents.krea(*run, f"{0.06 * count - 0.01:.2f}").code == (0 if count == 1 else 5)
    assert count_posts(cents) == 1
    if count == 2:
        assert cents.krea(*run, "0.11", "--dry-run").code == 5
        assert (cents.krea(*run, "0.12").code, count_posts(cents)) == (0, 2)


def test_another_command_has_a_cap_of_its_own(cents: Cli) -> None:
    """Another input, another -o, and a run without -o, of which no other run is known."""
    for _ in range(2):
        assert cents.krea(*BRUSH, "--max-cost", "0.07").code == 0
    for options in (("-o", "a/"), ("-o", "b/"), ("-o", "a/", "-i", "seed=2")):
        assert cents.krea(*BRUSH, *options, "--max-cost", "0.07").code == 0


def test_the_rest_of_a_command_without_a_place_has_a_cap_of_its_own(cents: Cli) -> None:
    """The hint names one that is enough for the rest alone."""
    result = cents.krea(*BRUSH, "-n", "4", "--max-cost", "0.07")
    assert error_and_hint(result)[-1] == "hint: -n 3 with --max-cost 0.18 makes the rest"
    assert (cents.krea(*BRUSH, "-n", "3", "--max-cost", "0.18").code, count_posts(cents)) == (0, 4)


def test_the_cap_for_the_rest_allows_what_is_retried(cents: Cli) -> None:
    """Failed items are sent again with --retry-failed, and each takes its price out of the cap."""
    run = write_list(3)
    cents.service.final_status = "failed"
    assert cents.krea(*run).code == 1
    cents.service.final_status = "completed"
    retry = (*run, "--retry-failed", "--max-cost")
    result = cents.krea(*retry, "0.06")
    assert (result.code, count_posts(cents)) == (5, 4)
    assert error_and_hint(result)[-1] == (
        "hint: the same command with --max-cost 0.18 goes on with the rest"
    )
    assert (cents.krea(*retry, "0.18").code, count_posts(cents)) == (0, 6)


def test_every_cap_that_is_too_low_is_named(cents: Cli) -> None:
    """Raising the first one alone would end at the next."""
    assert cents.krea(*BRUSH, "-o", "fox.png").code == 0
    assert cents.krea(*DAY, "0.30").code == 0
    run = (*write_list(10), "--max-cost")
    dry = cents.krea(*run, "0.10", "--dry-run")
    assert error_and_hint(dry) == [
        "error: 1 of 10 items fit into --max-cost $0.10",
        f"hint: --max-cost 0.60 and krea config set budget.day 0.66 allow all 10{NEW_DAY}",
    ]
    result = cents.krea(*run, "0.10")
    assert error_and_hint(result)[-1] == (
        "hint: krea config set budget.day 0.66; then the same command with --max-cost 0.60"
        f" goes on with the rest{NEW_DAY}"
    )
    assert cents.krea(*DAY, "0.66").code == 0
    assert (cents.krea(*run, "0.60").code, count_posts(cents)) == (0, 11)


def test_the_cap_of_the_day_is_named_for_the_whole_list(cents: Cli) -> None:
    """In the forecast and in the run."""
    assert cents.krea(*DAY, "0.10").code == 0
    run = write_list(5)
    dry = cents.krea(*run, "--dry-run")
    assert error_and_hint(dry)[-1] == (
        f"hint: krea config set budget.day 0.30 allows all 5{NEW_DAY}"
    )
    result = cents.krea(*run)
    assert (result.code, error_and_hint(result)[-1]) == (
        5,
        "hint: krea config set budget.day 0.30; then the same command goes on with the rest"
        + NEW_DAY,
    )
    assert cents.krea(*DAY, "0.30").code == 0
    assert (cents.krea(*run).code, count_posts(cents)) == (0, 5)


def test_the_cap_of_the_day_is_named_for_the_whole_command(cents: Cli) -> None:
    """In the forecast and in the run, before the first job and after it."""
    assert cents.krea(*DAY, "0.05").code == 0
    run = (*BRUSH, "-n", "3", "-o", "fox.png")
    for result in (cents.krea(*run, "--dry-run"), cents.krea(*run)):
        assert error_and_hint(result)[-1] == (
            f"hint: krea config set budget.day 0.18 allows all 3{NEW_DAY}"
        )
    assert cents.krea(*DAY, "0.06").code == 0
    result = cents.krea(*run)
    assert (count_posts(cents), error_and_hint(result)[-1]) == (
        1,
        "hint: krea config set budget.day 0.18; then the same command goes on with the rest"
        + NEW_DAY,
    )
    assert cents.krea(*DAY, "0.18").code == 0
    assert (cents.krea(*run).code, count_posts(cents)) == (0, 3)


def test_what_another_window_spends_meanwhile_is_told(cents: Cli) -> None:
    """The figures of the sum are those of the cap, whoever spent them and when."""
    run = (*write_list(6), "-j", "1", "--max-cost", "0.30")
    assert cents.krea(*run[:-1], "0.06").code == 5

    cents.service.job_seconds = 0
    others = list[CliResult]()

    def another_window() -> None:
        cents.service.on_download = None
        clock, cents.clock = cents.clock, FakeClock(cents.clock.now())
        others.append(cents.krea(*run[:-1], "0.24"))
        cents.clock = clock

    cents.service.on_download = another_window
    result = cents.krea(*run)
    assert (result.code, count_posts(cents)) == (5, 5)
    assert "spent $0.06 now and $0.18 in other runs, in " in others[0].err
    assert "spent $0.18 now and $0.12 in other runs, in " in result.err
    assert "$0.30 of --max-cost $0.30 is spent" in result.err
    as_json = summary(cents.krea(*run, "--json"))
    assert (as_json["spent"], as_json["spent_in_other_runs"]) == (0.0, 0.3)


def test_the_cap_of_the_month(cents: Cli) -> None:
    """The cap counts from the first on, beside that of the day; both are named."""
    month = ("config", "set", "budget.month")
    new_month = "; on the first a new month begins"
    assert cents.krea(*month, "0.10").code == 0
    assert cents.krea(*BRUSH, "-o", "a.png").code == 0
    cents.clock.advance(2 * 86_400)
    result = cents.krea(*BRUSH, "-o", "b.png")
    assert (result.code, error_and_hint(result)) == (
        5,
        [
            "error: maker/brush may cost $0.06, and $0.06 of budget.month $0.10 is spent",
            f"hint: krea config set budget.month 0.12 allows it{new_month}",
        ],
    )
    assert cents.krea(*DAY, "0.05").code == 0
    dry = cents.krea(*BRUSH, "-o", "b.png", "--dry-run")
    assert error_and_hint(dry)[-1] == (
        "hint: krea config set budget.day 0.06 and krea config set budget.month 0.12 allow it"
        + new_month
    )
    lists = cents.krea(*write_list(2))
    assert error_and_hint(lists)[-1] == (
        "hint: krea config set budget.day 0.12; krea config set budget.month 0.18; then the same"
        f" command goes on with the rest{new_month}"
    )
    cents.krea("config", "unset", "budget.day")
    cents.clock.advance(31 * 86_400)
    assert cents.krea(*BRUSH, "-o", "b.png").code == 0


def test_the_month_is_counted_whole(cents: Cli) -> None:
    """The setting history.keep deletes nothing that budget.month has to count."""
    cents.krea("config", "set", "history.keep", "1d")
    assert cents.krea(*BRUSH, "-o", "a.png").code == 0
    cents.krea("config", "set", "budget.month", "0.10")
    cents.clock.advance(3 * 86_400)
    assert cents.krea(*BRUSH, "-o", "b.png").code == 5
    cents.krea("config", "unset", "budget.month")
    assert cents.krea(*BRUSH, "-o", "b.png").code == 0


def test_a_month_without_a_ledger(cents: Cli) -> None:
    """Nothing is known of what was spent, so nothing is sent."""
    cents.krea("config", "set", "budget.month", "0.10")
    result = cents.krea(*BRUSH, "--no-ledger", "-o", "a.png")
    assert (result.code, error_and_hint(result)) == (
        2,
        [
            "error: budget.month cannot be held without the ledger, which knows what was spent",
            "hint: drop --no-ledger, or krea config unset budget.month",
        ],
    )
