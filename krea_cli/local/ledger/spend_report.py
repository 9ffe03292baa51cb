"""Spending of all accounts of a base, by day, model, batch, profile or tag.

Amounts are in millionths of a dollar. Only requests that became a job, or may have, count.
"""

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.keys import key_name, list_accounts
from krea_cli.local.ledger.ownership import PRUNED_BEFORE
from krea_cli.local.ledger.sums import QUARTER_SECONDS
from krea_cli.local.tags import format_tag

Grouping = Literal["day", "model", "batch", "profile", "tag"]
SHARE_PATTERN = r"#\d+/\d+$"  # behind the label of a batch
# The planner would rather read all requests in the order of their groups.
REQUESTS_BY_TIME = "requests INDEXED BY request_sent"
# A request that was refused, or never left, made no job and costs nothing.
SPENT = "sent_at IS NOT NULL AND (charged != 'no' OR job_id IS NOT NULL)"
# What caps count, or else the amount in a price that they do not know: "about $0.007".
AMOUNT = (
    "coalesce(cost, CASE WHEN price LIKE '%$%' THEN"
    " CAST(round(1000000 * substr(price, instr(price, '$') + 1)) AS INTEGER) END)"
)
# A price that is sure is an amount and no more.
IS_UNSURE = "coalesce(price, '') NOT LIKE '$%'"


def _unsure_sums(condition: str) -> tuple[str, ...]:
    """Return the sums of `UnsurePrices` over requests of that CONDITION, in SQL."""
    return (
        f"{condition} AND {IS_UNSURE}",
        f"CASE WHEN {condition} AND {IS_UNSURE} THEN {AMOUNT} END",
        f"{condition} AND {AMOUNT} IS NULL",
        f"{condition} AND {IS_UNSURE} AND coalesce(price, '') NOT LIKE 'at most %'"
        f" AND {AMOUNT} IS NOT NULL",
    )


# The sums of `SpendingLine`, in the order of its fields.
SUMS = ", ".join(
    f"coalesce(sum({expression}), 0)"
    for expression in (
        "1",
        "charged = 'yes'",
        f"CASE WHEN charged = 'yes' THEN {AMOUNT} END",
        f"CASE WHEN charged = 'unknown' AND state = 'submitted' THEN {AMOUNT} END",
        f"CASE WHEN charged = 'unknown' AND state != 'submitted' THEN {AMOUNT} END",
        f"CASE WHEN charged = 'no' THEN {AMOUNT} END",
        *_unsure_sums("charged = 'yes'"),
        *_unsure_sums("charged = 'unknown'"),
    )
)
GROUP_COLUMNS: Mapping[Grouping, tuple[str, ...]] = {
    # No time zone of today has its midnight within a quarter of an hour.
    "day": (f"CAST(sent_at AS INTEGER) / {QUARTER_SECONDS}",),
    "model": ("model",),
    "batch": ("batch",),
    "profile": ("account", "profile"),
    "tag": ("name", "value"),
}


@dataclass(frozen=True)
class UnsurePrices:
    """The requests of a group whose price is not sure.

    jobs: number of them
    amount: of those with any price: the highest possible one, or an old one
    unknown: number of those without any price; in no sum
    about: number of those that may cost more than their price
    """

    jobs: int = 0
    amount: int = 0
    unknown: int = 0
    about: int = 0

    def __add__(self, other: "UnsurePrices") -> "UnsurePrices":
        return UnsurePrices(
            self.jobs + other.jobs,
            self.amount + other.amount,
            self.unknown + other.unknown,
            self.about + other.about,
        )


@dataclass(frozen=True)
class SpendingLine:
    """The sums of a group of requests.

    jobs: number of requests that became a job, or may have
    paid_jobs: number of billed ones, whatever is known of their price
    paid: billed
    under_way: of jobs that may still be billed
    in_doubt: of requests without a clear answer, and of jobs of unknown charge
    given_back: of jobs that failed or were cancelled, and are not billed
    unsure_paid: those in `paid_jobs` whose price is not sure
    unsure_open: those under way or in doubt whose price is not sure
    """

    jobs: int = 0
    paid_jobs: int = 0
    paid: int = 0
    under_way: int = 0
    in_doubt: int = 0
    given_back: int = 0
    unsure_paid: UnsurePrices = UnsurePrices()
    unsure_open: UnsurePrices = UnsurePrices()

    @classmethod
    def of_row(cls, row: Sequence[int]) -> "SpendingLine":
        """Return the line of a row with SUMS."""
        jobs, paid_jobs, paid, under_way, in_doubt, given_back, *unsure = row
        amounts = (paid, under_way, in_doubt, given_back)
        return cls(jobs, paid_jobs, *amounts, UnsurePrices(*unsure[:4]), UnsurePrices(*unsure[4:]))

    @property
    def unknown(self) -> int:
        """Number of requests, not given back, without any price; in no sum."""
        return self.unsure_paid.unknown + self.unsure_open.unknown

    def __add__(self, other: "SpendingLine") -> "SpendingLine":
        return SpendingLine(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(self))
        )


class SpendReport:
    """Sums over the requests of a base that were sent SINCE a time. Raises LedgerUnusable.

    base: address of the service
    since: seconds since 1970
    profiles: the profile of each account that has one
    profile: only requests of this profile; None for all
    """

    def __init__(
        self,
        database: Database,
        base: str,
        since: float,
        *,
        profiles: Mapping[str, str],
        profile: str | None = None,
    ) -> None:
        self._database = database
        self._profiles = profiles
        self._profile = profile
        # The account stands in the index before the time: it is asked for by name.
        self._accounts = list_accounts(database, base)
        marks = ", ".join("?" * len(self._accounts))
        self._condition = f"base = ? AND account IN ({marks}) AND sent_at >= ? AND {SPENT}"
        self._values: list[Any] = [base, *self._accounts, since]
        if profile is not None:
            own = [account for account, name in profiles.items() if name == profile]
            marks = ", ".join("?" * len(own))
            self._condition += f" AND (profile = ? OR (profile IS NULL AND account IN ({marks})))"
            self._values += [profile, *own]

    def total(self) -> SpendingLine:
        """Return the sums of all."""
        [row] = self._database.query(
            f"SELECT {SUMS} FROM {REQUESTS_BY_TIME} WHERE {self._condition}", self._values
        )
        return SpendingLine.of_row(row)

    def lines(self, grouping: Grouping) -> list[tuple[str | None, SpendingLine]]:
        """Return the sums of each group by its name; None for requests without one.

        Days come in their order; else the group that costs most comes first. A request with several
        tags counts for each.
        """
        columns, name_of = GROUP_COLUMNS[grouping], self._name_of(grouping)
        group = ", ".join(columns)
        source = REQUESTS_BY_TIME
        if grouping == "tag":
            source += " LEFT JOIN tags ON request_id = id"
        rows = self._database.query(
            f"SELECT {group}, {SUMS} FROM {source} WHERE {self._condition} GROUP BY {group}",
            self._values,
        )
        sums: dict[str | None, SpendingLine] = {}
        for row in rows:
            name = name_of(row[: len(columns)])
            line = SpendingLine.of_row(row[len(columns) :])
            sums[name] = sums.get(name, SpendingLine()) + line
        if grouping == "day":
            return sorted(sums.items(), key=lambda item: str(item[0]))
        return sorted(sums.items(), key=_rank)

    def has_profile(self) -> bool:
        """Tell if any request, of whatever time, was sent with the profile."""
        rows = self._database.query(
            "SELECT 1 FROM requests WHERE base = ? AND profile = ? LIMIT 1",
            (self._values[0], self._profile),
        )
        return bool(rows)

    def pruned_before(self) -> float | None:
        """Return the time before which requests may be forgotten, in seconds since 1970."""
        rows = self._database.query("SELECT value FROM facts WHERE name = ?", (PRUNED_BEFORE,))
        return float(rows[0][0]) if rows else None

    def _name_of(self, grouping: Grouping) -> Callable[[Sequence[Any]], str | None]:
        match grouping:
            case "day":
                return lambda key: day_of(key[0] * QUARTER_SECONDS)
            case "batch":
                return lambda key: re.sub(SHARE_PATTERN, "", _to_text(key[0])) or None
            case "tag":
                return lambda key: format_tag(str(key[0]), str(key[1])) if key[0] else None
            case "profile":
                return lambda key: _to_text(key[1]) or self._profile_of(str(key[0]))
            case _:
                return lambda key: _to_text(key[0]) or None

    def _profile_of(self, account: str) -> str:
        return self._profiles.get(account) or f"key {key_name(account)}"


def day_of(moment: float) -> str:
    """Return the local day of MOMENT, in seconds since 1970, as 2026-11-30."""
    return time.strftime("%Y-%m-%d", time.localtime(moment))


def _rank(item: tuple[str | None, SpendingLine]) -> tuple[int, int, str]:
    name, line = item
    return -(line.paid + line.under_way + line.in_doubt), -line.jobs, name or ""


def _to_text(value: object) -> str:
    """Return a text of the ledger as it was written: a path may be no UTF-8."""
    if isinstance(value, bytes):
        return os.fsdecode(value)
    return "" if value is None else str(value)
