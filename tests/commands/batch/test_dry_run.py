"""`krea batch --dry-run`: the sums, and how much of it a budget lets through."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.commands.batch.batch_helpers import serve_prices, summary
from tests.commands.batch.test_batch_check import MODEL, dry
from tests.harness.cli import Cli

TWO_DOLLARS = ("--assume-price", "2")


def last_lines(cli: Cli, count: int, *options: str) -> tuple[int, list[str]]:
    """The exit code of a dry run of COUNT foxes, and its last lines."""
    text = "".join(f"fox {number}\n" for number in range(count))
    result = dry(cli, text, *options, file="b.txt")
    return result.code, [line.strip() for line in result.err.splitlines()]


def test_not_all_fit_into_the_cap(cli: Cli) -> None:
    """The number that fits, the cap for all, and exit 5; nothing is sent."""
    serve_prices(cli)
    code, lines = last_lines(cli, 8, "--max-cost", "7", *TWO_DOLLARS)
    assert (code, cli.service.posts) == (5, [])
    assert lines[-4:] == [
        "within the budget: 3 of 8",
        "error: 3 of 8 items fit into --max-cost $7.00",
        "hint: --max-cost 16.00 allows all 8",
        "charged: no",
    ]
    code, lines = last_lines(cli, 8, "--max-cost", "16", *TWO_DOLLARS)
    assert (code, lines[-1]) == (0, "within the budget: 8 of 8")


def test_an_unknown_price_is_over_any_cap(cli: Cli) -> None:
    """As in the run, which would send nothing."""
    serve_prices(cli)
    code, lines = last_lines(cli, 5, "--max-cost", "5")
    assert code == 5
    assert lines[-4] == "within the budget: 0 of 5"
    assert lines[-3] == (
        f"error: no sure price of {MODEL} is known, so --max-cost $5.00 cannot be kept"
    )


def test_what_was_spent_before_counts(cli: Cli) -> None:
    """All runs of a file share the cap; without a token nothing is known of them."""
    serve_prices(cli)
    last_lines(cli, 2)
    assert cli.krea("batch", "b.txt", "--max-cost", "9", *TWO_DOLLARS).code == 0
    code, lines = last_lines(cli, 8, "--max-cost", "9", *TWO_DOLLARS)
    assert (code, lines[-4]) == (5, "within the budget: 2 of 6")
    assert lines[-2] == "hint: --max-cost 16.00 allows all 6"
    del cli.environ["KREA_API_KEY"]
    code, lines = last_lines(cli, 8, "-o", "new/", "--max-cost", "9", *TWO_DOLLARS)
    assert (code, lines[-4]) == (5, "within the budget: 4 of 8")


def test_the_budget_of_the_day(cli: Cli) -> None:
    """The budget counts for a batch as for all else."""
    serve_prices(cli)
    cli.krea("config", "set", "budget.day", "5")
    code, lines = last_lines(cli, 3, *TWO_DOLLARS)
    assert (code, lines[-4]) == (5, "within the budget: 2 of 3")


def test_a_share_has_its_part_of_the_cap(cli: Cli) -> None:
    """With a token and a ledger, and without."""
    serve_prices(cli)
    for key in (True, False):
        if not key:
            del cli.environ["KREA_API_KEY"]
        code, lines = last_lines(cli, 20, "--shard", "1/2", "--max-cost", "8", *TWO_DOLLARS)
        assert (code, lines[-4].startswith("within the budget: 2 of ")) == (5, True)
        assert "fit into this share of --max-cost $4.00" in lines[-3]


def test_the_sums_as_json(cli: Cli) -> None:
    """One record, amounts in dollars."""
    serve_prices(cli)
    text = "model,prompt,count\nkrea-2/large,a,1\nflux-1-dev,b,3\n"
    result = dry(cli, text, "--json")
    of_september: dict[str, Any] = {"unclear": [], "priced_at": "2026-09-20"}
    expected: dict[str, Any] = {
        "total": 4,
        "listed": 4,
        "done": 0,
        "to_send": 4,
        "to_save": 0,
        "to_copy": 0,
        "changed": 0,
        "failed": 0,
        "empty": 0,
        "in_doubt": 0,
        "under_way": 0,
        "models": [
            dict(model=MODEL, to_send=3, cost=0.0, about=0.021, unpriced=0, **of_september),
            dict(
                model="krea/krea-2/large",
                to_send=1,
                cost=0.06,
                about=0.0,
                unpriced=0,
                **of_september,
            ),
        ],
        "cost": 0.06,
        "about": 0.021,
        "unpriced": 0,
        "fits": None,
    }
    assert (result.code, summary(result)) == (0, expected)
    capped = dry(cli, text, "--json", "--max-cost", "1", "--assume-price", "0.5")
    assert (capped.code, summary(capped)["fits"]) == (5, 2)


@pytest.mark.parametrize("change", ["longer", "of-one-size"])
@pytest.mark.parametrize("output", ["o/", "o/{line}.{ext}", "o/{line}.png"])
def test_a_changed_file_is_not_done(batch_cli: Cli, output: str, change: str) -> None:
    """As in the run, by size and time before content; --force puts the result back."""
    run = ("batch", "foxes.txt", "-o", output)
    assert batch_cli.krea(*run).code == 0
    first = min(Path("o").iterdir())
    content = first.read_bytes()
    first.write_bytes(content + b"x" if change == "longer" else b"x" + content[1:])
    shown = batch_cli.krea(*run, "--dry-run")
    assert (shown.code, shown.out.count("\tchanged\n")) == (0, 1)
    assert "6 items: 5 done, 1 changed" in shown.err
    counted = summary(batch_cli.krea(*run, "--dry-run", "--json"))
    assert (counted["changed"], counted["done"]) == (1, 5)
    assert batch_cli.krea(*run).err.count("is not what was saved there") == 1
    forced = summary(batch_cli.krea(*run, "--dry-run", "--force", "--json"))
    assert (forced["changed"], forced["done"]) == (0, 6)


def test_a_touched_file_and_a_deleted_one_are_done(batch_cli: Cli) -> None:
    """The run reads the one and fetches the other, for nothing."""
    run = ("batch", "foxes.txt", "-o", "o/")
    batch_cli.krea(*run)
    first, second = sorted(Path("o").iterdir())[:2]
    os.utime(first, (1, 1))
    second.unlink()
    assert "6 items: 6 done" in batch_cli.krea(*run, "--dry-run").err


def test_only_the_copy_that_was_changed_is_not_done(batch_cli: Cli) -> None:
    """The results are in two folders; one file in one of them is another by now."""
    for folder in ("a/", "b/"):
        assert batch_cli.krea("batch", "foxes.txt", "-o", folder).code == 0
    min(Path("b").iterdir()).write_bytes(b"edited")
    states = {
        folder: summary(batch_cli.krea("batch", "foxes.txt", "-o", folder, "--dry-run", "--json"))[
            "changed"
        ]
        for folder in ("a/", "b/", "c/")
    }
    assert states == {"a/": 0, "b/": 1, "c/": 0}
