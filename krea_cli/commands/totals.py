"""The sum at the end of several jobs: how they ended, what they cost, how long it took."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from krea_cli.catalog.prices import PriceTotal
from krea_cli.dollars import shown_micros, to_dollars
from krea_cli.errors import LedgerUnusable, NotSaved, StillRunning
from krea_cli.terminal import formats

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.download.collect import JobOutcome
    from krea_cli.flows.generate.generate import Generate


class _Totals:
    """Counts the ends of jobs, and the time."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._ends: Counter[str] = Counter()
        self._started_at = session.clock.monotonic()

    def add(self, outcome: "JobOutcome") -> None:
        """Count the job that ended with OUTCOME."""
        match outcome.error:
            case None:
                end = "done"
            case StillRunning():
                end = "running"
            case NotSaved():
                end = "not saved"
            case _:
                end = "failed"
        self._ends[end] += 1

    def _print(self, total: int, others: Mapping[str, int], cost: PriceTotal, verb: str) -> None:
        """Show how many of TOTAL are done, the OTHERS by their end, and that they VERB so much."""
        ends = [f"{self._ends['done']} of {total} done"]
        ends += [f"{count} {end}" for end, count in others.items() if count]
        seconds = self._session.clock.monotonic() - self._started_at
        text = f"{', '.join(ends)}; {verb} {cost.in_words()} in {formats.duration(seconds)}"
        record = {"total": total, "done": self._ends["done"]}
        record |= {end.replace(" ", "_"): count for end, count in others.items()}
        money = {"spent": to_dollars(cost.sure), "about": to_dollars(cost.about)}
        money |= {"unpriced": cost.unpriced}
        self._session.output.print_summary(text, {**record, **money, "seconds": round(seconds, 1)})


class GenerateTotals(_Totals):
    """The sum of the jobs of GENERATE."""

    def __init__(self, session: "Session", generate: "Generate") -> None:
        super().__init__(session)
        self._generate = generate

    def print(self) -> None:
        """Show the sum of several jobs; nothing for one, or if none was sent."""
        total, begun = self._generate.count, len(self._generate.job_ids)
        if total < 2 or not begun:
            return
        others = {
            **{end: self._ends[end] for end in ("failed", "not saved")},
            "running": self._ends["running"] + max(0, begun - self._ends.total()),
            "not submitted": total - begun,
        }
        spent = PriceTotal()
        with suppress(LedgerUnusable):
            spent = self._generate.spending()
        self._print(total, others, spent, "spent")


class DownloadTotals(_Totals):
    """The sum of jobs that were paid for before."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._cost = PriceTotal()

    def add(self, outcome: "JobOutcome") -> None:
        """Count the job that ended with OUTCOME, and its price."""
        super().add(outcome)
        record = outcome.record()
        if record["charged"] == "no":
            return
        micros = shown_micros(str(record["price"]))
        is_sure = record["cost"] is not None
        self._cost.add(micros if is_sure else None, micros)

    def print(self) -> None:
        """Show the sum of several jobs; nothing for one."""
        total = self._ends.total()
        others = {end: self._ends[end] for end in ("failed", "not saved", "running")}
        if total > 1:
            self._print(total, others, self._cost, "cost")
