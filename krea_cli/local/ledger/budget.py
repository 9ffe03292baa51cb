"""Caps on spending, kept by all processes together: `RequestRows.mark_sending` reserves the cost.

All amounts are in millionths of a dollar.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from krea_cli.dollars import format_dollars
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.rows import RequestRow
from krea_cli.local.ledger.spending import Spending, SpendingTotal

MAX_COST_CAP = "--max-cost"
SHARE_CAP = "this share of --max-cost"
DAY_CAP = "budget.day"
MONTH_CAP = "budget.month"
RENEWAL_NOTES = {
    DAY_CAP: "at midnight a new day begins",
    MONTH_CAP: "on the first a new month begins",
}
UNPRICED_HINT = (
    "--assume-price USD says what a request without a known price may cost;"
    " krea config set price.assume USD says it for good"
)


@dataclass(frozen=True)
class Cap:
    """A limit on spending, in millionths of a dollar, and the spending under it so far.

    name: the option or setting, as the user types it
    """

    name: str
    amount: int
    spending: SpendingTotal

    def remaining(self, assumed_price: int | None) -> int:
        """Return the remaining amount; 0 if past spending is unknown."""
        total = self.spending.amount(assumed_price)
        return 0 if total is None else max(0, self.amount - total)

    def after_spending(self, micros: int) -> "Cap":
        """Return this cap with MICROS more spent."""
        return replace(self, spending=replace(self.spending, priced=self.spending.priced + micros))

    def refusal(self, model: str, cost: int | None, assumed_price: int | None) -> OverBudget:
        """Return the error for a request to MODEL of that COST, with the next command to type."""
        spent = self.spending.amount(assumed_price)
        limit = f"{self.name} {format_dollars(self.amount)}"
        hint = UNPRICED_HINT
        if cost is None:
            message = f"no sure price of {model} is known, so {limit} cannot be kept"
        elif spent is None:
            unpriced = self.spending.unpriced
            requests = f"{unpriced} earlier request{'s have' if unpriced > 1 else ' has'}"
            message = f"{requests} no sure price, so {limit} cannot be kept"
        else:
            doubt = " or may still be" if self.spending.open else ""
            used = f"and {format_dollars(spent)} of {limit} is spent{doubt}"
            excess = used if spent else f"more than {limit}"
            message = f"{model} may cost {format_dollars(cost)}, {excess}"
            hint = self._allowing_hint(format_dollars(spent + cost, sign=""))
        return OverBudget(
            message,
            hint=hint,
            cap_name=self.name,
            model=model,
            spent=spent,
            cost=cost,
            cap=self.amount,
        )

    def update(self, refusal: OverBudget, assumed_price: int | None) -> None:
        """Bring REFUSAL up to date: jobs that were under way may have ended unbilled since."""
        new = self.refusal(refusal.model, refusal.cost, assumed_price)
        if refusal.cost is not None and refusal.cost <= self.remaining(assumed_price):
            limit = f"{self.name} {format_dollars(self.amount)}"
            new.message = (
                f"{refusal.model} may cost {format_dollars(refusal.cost)}, and"
                f" {format_dollars(refusal.spent or 0)} of {limit} was spent or under way;"
                f" now it is {format_dollars(new.spent or 0)}"
            )
            new.hint = "the same command goes on with the rest"
        refusal.message, refusal.args, refusal.hint = new.message, new.args, new.hint
        refusal.spent, refusal.details = new.spent, new.details

    def _allowing_hint(self, dollars: str) -> str:
        if note := RENEWAL_NOTES.get(self.name):
            return f"krea config set {self.name} {dollars} allows it; {note}"
        if self.name == SHARE_CAP:
            return f"a higher {MAX_COST_CAP} allows it: each share has its part of it"
        return f"{self.name} {dollars} allows it"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The caps on a command's spending, in millionths of a dollar; None is no cap.

    max_cost: cap on all runs of the batch, or on the counted requests of a single command
    day: cap on all requests of the account since local midnight
    month: cap on all requests of the account since the first of the month, local midnight
    batch_label: the batch under `max_cost`; None for a single command
    share: label of a share of the batch, and its cap
    assumed_price: price of a request without a known one
    current_price: returns today's price of a request, None if unknown
    """

    max_cost: int | None = None
    day: int | None = None
    month: int | None = None
    batch_label: str | None = None
    share: tuple[str, int] | None = None
    assumed_price: int | None = None
    current_price: Callable[[RequestRow], int | None] = lambda row: row.cost
    _counted_row_ids: set[int] = field(default_factory=set, repr=False)

    def count_request(self, row_id: int) -> None:
        """Count a request of a single command under `max_cost`."""
        self._counted_row_ids.add(row_id)

    def for_new_command(self) -> "Budget":
        """Return this budget for a single command of which nothing was sent."""
        return replace(self, _counted_row_ids=set())

    def cost(self, row: RequestRow) -> int | None:
        """Return the highest cost of a request; None if unknown."""
        price = self.current_price(row)
        return self.assumed_price if price is None else price

    def caps(self, spending: Spending | None, now: float, *, excluding: int = 0) -> Iterator[Cap]:
        """Yield each cap with its past SPENDING (None: nothing), without the request EXCLUDING.

        NOW is in seconds since 1970.
        """
        total = SpendingTotal()
        if self.max_cost is not None:
            if spending and self.batch_label is None:
                total = spending.sum_requests(self._counted_row_ids, excluding=excluding)
            elif spending and self.batch_label is not None:
                total = spending.sum_batch(self.batch_label, excluding=excluding)
            yield Cap(MAX_COST_CAP, self.max_cost, total)
        if self.share is not None:
            label, limit = self.share
            total = spending.sum_batch(label, excluding=excluding) if spending else total
            yield Cap(SHARE_CAP, limit, total)
        for name, amount, start in (
            (DAY_CAP, self.day, midnight),
            (MONTH_CAP, self.month, month_start),
        ):
            if amount is not None:
                total = SpendingTotal()
                if spending:
                    total = spending.sum_since(start(now), excluding=excluding)
                yield Cap(name, amount, total)

    def reserve(self, row: RequestRow, spending: Spending) -> None:
        """Reserve the highest cost of ROW, in state `sending`. Raises OverBudget.

        Call it inside the transaction that makes the row `sending`: no two processes can reserve
        one remaining amount.
        """
        assert row.sent_at is not None
        cost = self.cost(row)
        self.count_request(row.id)
        for cap in self.caps(spending, row.sent_at, excluding=row.id):
            if cost is None or cost > cap.remaining(self.assumed_price):
                raise cap.refusal(row.model, cost, self.assumed_price)
        spending.record_cost(row.id, cost)

    def update(self, refusal: OverBudget, spending: Spending, now: float) -> None:
        """Bring REFUSAL of one of the caps up to date, for its end; NOW as in `caps`."""
        for cap in self.caps(spending, now):
            if cap.name == refusal.cap_name:
                cap.update(refusal, self.assumed_price)

    def forecast(
        self, requests: Iterable[tuple[str, int | None]], spending: Spending | None, *, now: float
    ) -> tuple[int, OverBudget | None]:
        """Return how many of REQUESTS fit, sent in order, and the error of the next one.

        Each request is its model and its highest cost. The error is None if all fit.
        """
        caps, total, count = list(self.caps(spending, now)), 0, 0
        for model, price in requests:
            cost = self.assumed_price if price is None else price
            for cap in caps:
                if cost is None or total + cost > cap.remaining(self.assumed_price):
                    error = cap.after_spending(total).refusal(model, cost, self.assumed_price)
                    return count, error
            total += cost or 0
            count += 1
        return count, None


def midnight(now: float) -> float:
    """Return the local midnight before NOW; both in seconds since 1970."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))


def month_start(now: float) -> float:
    """Return the local midnight that began the month of NOW; both in seconds since 1970."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, 1, 0, 0, 0, 0, 0, -1))
