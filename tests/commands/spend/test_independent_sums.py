"""`krea spend` against sums of a plain reader of the ledger's file."""

import sqlite3
from contextlib import closing
from typing import Any

from tests.commands.spend.conftest import DAY
from tests.harness.cli import Cli

ZONE_SECONDS = 5.5 * 3600
# Independent of the product: of a plain reader of the file, who knows what prices look like.
AMOUNTS_BY_HAND = """
    CREATE TEMP TABLE today AS SELECT *, coalesce(cost, CASE
        WHEN price LIKE 'about $%' THEN round(1000000 * substr(price, 8))
        WHEN price LIKE 'at most $%' THEN round(1000000 * substr(price, 10))
        WHEN price LIKE '$%' THEN round(1000000 * substr(price, 2))
    END) AS amount FROM requests WHERE sent_at BETWEEN ? AND ? AND state != 'refused'
"""
SUMS_BY_HAND = """
    SELECT
        {group},
        count(*),
        count(CASE WHEN charged = 'yes' THEN 1 END),
        total(CASE WHEN charged = 'yes' THEN amount END),
        total(CASE WHEN charged = 'unknown' AND state = 'submitted' THEN amount END),
        total(CASE WHEN charged = 'unknown' AND state != 'submitted' THEN amount END),
        total(CASE WHEN state IN ('failed', 'cancelled') THEN amount END),
        count(CASE WHEN charged != 'no' AND amount IS NULL THEN 1 END),
        count(CASE WHEN charged = 'yes' AND price NOT LIKE '$%' THEN 1 END),
        total(CASE WHEN charged = 'yes' AND price NOT LIKE '$%' THEN amount END)
    FROM {source} GROUP BY 1
"""
COLUMNS_BY_HAND = (
    *("jobs", "paid_jobs", "paid", "under_way", "in_doubt", "given_back", "unknown"),
    *("unsure_jobs", "unsure"),
)
DOLLARS = ("paid", "under_way", "in_doubt", "given_back", "unsure")
GROUPS_BY_HAND = {
    "day": "date(sent_at + 19800, 'unixepoch')",  # half past five in India
    "model": "model",
    "batch": "CASE WHEN instr(batch, '#') THEN substr(batch, 1, instr(batch, '#') - 1)"
    " ELSE batch END",
    "profile": "coalesce(profile, 'key ' || substr(account, 1, 8))",
    "tag": "name || CASE WHEN value = '' THEN '' ELSE '=' || value END",
}


def add_up(cli: Cli, start: float, group: str | None = None) -> dict[object, dict[str, int]]:
    """The sums of the day that begins at START, by the names of the GROUP."""
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        ledger.execute(AMOUNTS_BY_HAND, (start, start + DAY))
        source = "today" + (" LEFT JOIN tags ON request_id = id" if group == "tag" else "")
        expression = GROUPS_BY_HAND[group] if group else "NULL"
        rows = ledger.execute(SUMS_BY_HAND.format(group=expression, source=source))
        return {name: dict(zip(COLUMNS_BY_HAND, sums, strict=True)) for name, *sums in rows}


def read_sums(record: dict[str, Any]) -> dict[str, int]:
    """The sums of a RECORD of `krea spend`, with amounts in millionths of a dollar."""
    factors = {name: 1_000_000 if name in DOLLARS else 1 for name in COLUMNS_BY_HAND}
    return {name: round(record[name] * factor) for name, factor in factors.items()}


def midnight_before(moment: float) -> float:
    """The midnight before MOMENT in the zone of these tests; both in seconds since 1970."""
    return moment - (moment + ZONE_SECONDS) % DAY


def test_a_day_is_the_sum_of_its_rows(day: Cli) -> None:
    """Failures, doubts, two logins, batches, unsure prices: as an independent query adds them up.

    To the millionth.
    """
    start = midnight_before(day.clock.now())
    (total,) = day.krea("spend", "--json").records
    (by_hand,) = add_up(day, start).values()
    assert all(by_hand.values())
    assert read_sums(total) == by_hand
    for group in GROUPS_BY_HAND:
        *lines, last = day.krea("spend", "--by", group, "--json").records
        assert last == total
        assert {line["name"]: read_sums(line) for line in lines} == add_up(day, start, group)
