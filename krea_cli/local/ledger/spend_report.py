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
# A price that is not sure is a text alone, as "about $0.007": caps do not know it.
HAS_ABOUT = "charged != 'no' AND cost IS NULL AND price LIKE '%$%'"
ABOUT = "CAST(round(1000000 * substr(price, instr(price, '$') + 1)) AS INTEGER)"
# The sums of `SpendingLine`, in the order of its fields.
AMOUNTS = ", ".join(
    f"coalesce(sum({expression}), 0)"
    for expression in (
        "1",
        "CASE WHEN charged = 'yes' THEN cost END",
        "CASE WHEN charged = 'unknown' AND state = 'submitted' THEN cost END",
        "CASE WHEN charged = 'unknown' AND state != 'submitted' THEN cost END",
        "CASE WHEN charged = 'no' THEN cost END",
        f"CASE WHEN {HAS_ABOUT} THEN {ABOUT} END",
        "charged != 'no' AND cost IS NULL AND coalesce(price, '') NOT LIKE '%$%'",
        "charged != 'no' AND cost IS NOT NULL AND price LIKE '%at most%'",
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
class SpendingLine:
    """The sums of a group of requests.

    jobs: number of requests that became a job, or may have
    paid: billed
    under_way: of jobs that may still be billed
    in_doubt: of requests without a clear answer, and of jobs of unknown charge
    given_back: of jobs that failed or were cancelled, and are not billed
    about: of requests, not given back, whose price is not sure; in no other sum
    unpriced: number of requests, not given back, without a known price
    highest: number of requests that count at their highest possible price
    """

    jobs: int = 0
    paid: int = 0
    under_way: int = 0
    in_doubt: int = 0
    given_back: int = 0
    about: int = 0
    unpriced: int = 0
    highest: int = 0

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
            f"SELECT {AMOUNTS} FROM {REQUESTS_BY_TIME} WHERE {self._condition}", self._values
        )
        return SpendingLine(*row)

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
            f"SELECT {group}, {AMOUNTS} FROM {source} WHERE {self._condition} GROUP BY {group}",
            self._values,
        )
        sums: dict[str | None, SpendingLine] = {}
        for row in rows:
            name = name_of(row[: len(columns)])
            line = SpendingLine(*row[len(columns) :])
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
    return -(line.paid + line.under_way + line.in_doubt + line.about), -line.jobs, name or ""


def _to_text(value: object) -> str:
    """Return a text of the ledger as it was written: a path may be no UTF-8."""
    if isinstance(value, bytes):
        return os.fsdecode(value)
    return "" if value is None else str(value)
