"""Spending as a table for people and spreadsheets, and as records."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.dollars import format_dollars, to_dollars
from krea_cli.flows.jobs.record import iso_time
from krea_cli.local.ledger.spend_report import Grouping, SpendingLine, SpendReport

if TYPE_CHECKING:
    from krea_cli.terminal.output import Output

SCHEMA = 1
AMOUNTS = ("paid", "under_way", "in_doubt", "given_back")
COLUMNS = ("paid", "paid_jobs", "under_way", "in_doubt", "given_back", "unknown", "jobs")
ALWAYS_SHOWN = ("paid", "jobs")
FIRST_DROPPED = ("paid_jobs", "jobs", "given_back")  # where the window is narrow
SUM = "sum"


class SpendTable:
    """The lines of REPORT, each a group of requests, and their sum.

    grouping: None for the sum alone
    since: seconds since 1970
    cwd: names of lists below it are relative to it
    """

    def __init__(
        self, report: SpendReport, grouping: Grouping | None, *, since: float, cwd: Path
    ) -> None:
        self._grouping = grouping
        self._since = since
        self._cwd = cwd
        self.total = report.total()
        self._lines = report.lines(grouping) if grouping else []

    @property
    def counts_twice(self) -> bool:
        """True if a request is in several lines."""
        return sum(line.jobs for _, line in self._lines) > self.total.jobs

    def print(self, output: "Output") -> None:
        """Print a table that ends with the sum; for programs without it, as they add up."""
        for_person = output.is_stdout_terminal
        columns = self._columns(for_person=for_person)
        optional = [name for name in FIRST_DROPPED if name in columns]
        output.print_table(
            [name.replace("_", " ") for name in columns],
            self._rows(columns[:-1], for_person=for_person),
            self._records(),
            optional=[name.replace("_", " ") for name in optional],
        )

    def csv(self) -> str:
        """Return the lines with headings, in the form of RFC 4180 but for the line ends."""
        import csv
        from io import StringIO

        text, columns = StringIO(), self._columns(for_person=False)
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(self._rows(columns[:-1], for_person=False))
        return text.getvalue().rstrip("\n")

    def _columns(self, *, for_person: bool) -> list[str]:
        """Return the headings; a person is spared columns that say nothing more."""
        total = self.total
        repeats = {"paid_jobs"} if total.paid_jobs == total.jobs else set()
        names = [
            name
            for name in COLUMNS
            if not for_person
            or name in ALWAYS_SHOWN
            or (getattr(total, name) and name not in repeats)
        ]
        return [*names, self._grouping or "since"]

    def _rows(self, names: Sequence[str], *, for_person: bool) -> Iterator[Sequence[object]]:
        """Yield the cells of each line: NAMES with amounts as dollars, and the group."""

        def cells(line: SpendingLine) -> list[str]:
            return [_format(name, line, for_person=for_person) for name in names]

        for name, line in self._lines:
            shown = None if name is None else self._shorten(name)
            yield [*cells(line), f"(no {self._grouping})" if for_person and not shown else shown]
        if for_person or not self._grouping:
            yield [*cells(self.total), SUM if self._grouping else _describe_time(self._since)]

    def _records(self) -> Iterator[dict[str, Any]]:
        """Yield the record of each line, and at last of the sum: its `by` is None.

        Keys: schema, by, name, since, those of the columns, unsure_jobs, unsure and unsure_unknown.
        The last three are of the paid jobs with an unsure price. They are their number, their sum,
        and the number of those without any price. Amounts are in dollars.
        """
        for name, line in self._lines:
            yield self._record(self._grouping, name, line)
        yield self._record(None, None, self.total)

    def _record(self, by: str | None, name: str | None, line: SpendingLine) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "by": by,
            "name": name,
            "since": iso_time(self._since),
            "jobs": line.jobs,
            "paid_jobs": line.paid_jobs,
            **{amount: to_dollars(getattr(line, amount)) for amount in AMOUNTS},
            "unknown": line.unknown,
            "unsure_jobs": line.unsure_paid.jobs,
            "unsure": to_dollars(line.unsure_paid.amount),
            "unsure_unknown": line.unsure_paid.unknown,
        }

    def _shorten(self, name: str) -> str:
        if self._grouping == "batch" and name.startswith("/"):
            return name.removeprefix(os.path.join(self._cwd, ""))
        return name


def _format(name: str, line: SpendingLine, *, for_person: bool) -> str:
    value = getattr(line, name)
    if name not in AMOUNTS:
        return str(value)
    return format_dollars(value, sign="$" if for_person else "")


def _describe_time(moment: float) -> str:
    """Return a local time as a day, if it is midnight, else with its minute."""
    local = time.localtime(moment)
    is_midnight = not (local.tm_hour or local.tm_min or local.tm_sec)
    return time.strftime("%Y-%m-%d" if is_midnight else "%Y-%m-%d %H:%M", local)
