"""The sum at the end of several jobs: how they ended, what was spent, how long it took."""

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from krea_cli.catalog.prices import PriceTotal
from krea_cli.dollars import format_dollars, to_dollars
from krea_cli.errors import LedgerUnusable, NotSaved, StillRunning
from krea_cli.terminal import formats

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.download.collect import JobOutcome
    from krea_cli.flows.generate.generate import Generate


class Totals:
    """Counts the ends of the jobs of GENERATE."""

    def __init__(self, session: "Session", generate: "Generate") -> None:
        self._session = session
        self._generate = generate
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

    def print(self) -> None:
        """Show the sum of several jobs; nothing for one, or if none was sent."""
        total, begun = self._generate.count, len(self._generate.job_ids)
        if total < 2 or not begun:
            return
        counts = {
            **{end: self._ends[end] for end in ("failed", "not saved")},
            "running": self._ends["running"] + max(0, begun - self._ends.total()),
            "not submitted": total - begun,
        }
        ends = [f"{self._ends['done']} of {total} done"]
        ends += [f"{count} {end}" for end, count in counts.items() if count]
        spent = PriceTotal()
        with suppress(LedgerUnusable):
            spent = self._generate.spending()
        seconds = self._session.clock.monotonic() - self._started_at
        text = f"{', '.join(ends)}; spent {_spending(spent)} in {formats.duration(seconds)}"
        record = {"total": total, "done": self._ends["done"]}
        record |= {end.replace(" ", "_"): count for end, count in counts.items()}
        money = {"spent": to_dollars(spent.sure), "about": to_dollars(spent.about)}
        money |= {"unpriced": spent.unpriced}
        self._session.output.print_summary(text, {**record, **money, "seconds": round(seconds, 1)})


def _spending(spent: PriceTotal) -> str:
    parts = [
        format_dollars(spent.sure) if spent.sure else "",
        f"about {format_dollars(spent.about)}" if spent.about else "",
        f"{spent.unpriced} of unknown price" if spent.unpriced else "",
    ]
    return " and ".join(filter(None, parts)) or format_dollars(0)
