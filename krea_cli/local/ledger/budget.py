"""Caps on what is spent, held by all processes together: see `Book.sending`.

What counts is every request that was sent and is not known to be free: with the service, paid, in
doubt, or forgotten while it was in doubt.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from krea_cli.dollars import told
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.rows import Row
from krea_cli.local.ledger.scope import OURS, Scope

COUNTED = "sent_at IS NOT NULL AND charged != 'no'"
MAX_COST = "--max-cost"
SHARE = "this share of --max-cost"
SHARED = "#"  # between the label of a batch and the name of a share of it
DAY = "budget.day"


@dataclass(frozen=True)
class Spent:
    """What some requests cost, or may: millionths of a dollar, without the `unpriced` ones."""

    priced: int = 0
    unpriced: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.priced + other.priced, self.unpriced + other.unpriced)

    def total(self, assumed: int | None) -> int | None:
        """With ASSUMED for each that has no price; None where that is not known."""
        if not self.unpriced:
            return self.priced
        return None if assumed is None else self.priced + self.unpriced * assumed


class Spending:
    """Sums over the requests of one account. BUT is a request that is left out."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def since(self, moment: float, *, but: int = 0) -> Spent:
        """What was sent from MOMENT (seconds since 1970) on."""
        return self._sum("sent_at >= ?", (moment,), but)

    def batch(self, label: str, *, but: int = 0) -> Spent:
        """What all runs of a batch sent, and of its shares."""
        shares = (label + SHARED, label + chr(ord(SHARED) + 1))
        whole = self._sum("batch = ?", (label,), but)
        return whole + self._sum("batch >= ? AND batch < ?", shares, but)

    def requests(self, row_ids: Collection[int], *, but: int = 0) -> Spent:
        """These requests, and those in doubt that they were sent in place of."""
        # Written out: older SQLites take 999 values, and -n may ask for a thousand requests.
        ids = f"({', '.join(str(int(row_id)) for row_id in row_ids)})"
        replaced = f"id IN (SELECT replaces FROM requests WHERE id IN {ids})"
        return self._sum(f"(id IN {ids} OR {replaced})", (), but)

    def book(self, row_id: int, cost: int | None) -> None:
        """The request may cost COST, whatever was thought before."""
        self._scope.database.write(
            f"UPDATE requests SET cost = ? WHERE id = ? AND {OURS}",
            (cost, row_id, *self._scope.values),
        )

    def _sum(self, condition: str, values: Sequence[Any], but: int) -> Spent:
        ((priced, unpriced),) = self._scope.database.rows(
            "SELECT coalesce(sum(cost), 0), count(*) - count(cost) FROM requests"
            f" WHERE {OURS} AND {COUNTED} AND id != ? AND {condition}",
            (*self._scope.values, but, *values),
        )
        return Spent(priced, unpriced)


@dataclass(frozen=True)
class Cap:
    """The `most` that may be spent under a `name`, and what was; in millionths of a dollar."""

    name: str
    most: int
    spent: Spent

    def room(self, assumed: int | None) -> int:
        """What may be spent yet; 0 where it is not known what was."""
        total = self.spent.total(assumed)
        return 0 if total is None else max(0, self.most - total)

    def after(self, micros: int) -> "Cap":
        """The same when MICROS more are spent."""
        return replace(self, spent=replace(self.spent, priced=self.spent.priced + micros))

    def refusal(self, model: str, cost: int | None, assumed: int | None) -> OverBudget:
        """Why a request to MODEL that may cost COST is not sent, and what to type."""
        spent, shown = self.spent.total(assumed), f"{self.name} {told(self.most)}"
        hint = "--assume-price USD says what a request without a known price may cost"
        if cost is None:
            message = f"the price of {model} is unknown, which is more than {shown} allows"
        elif spent is None:
            several = self.spent.unpriced > 1
            requests = f"{self.spent.unpriced} earlier request{'s have' if several else ' has'}"
            message = f"{requests} no known price, which is more than {shown} allows"
        else:
            used = f", and {told(spent)} of {shown} is spent" if spent else f", more than {shown}"
            message = f"{model} may cost {told(cost)}{used}"
            hint = self._more(told(spent + cost).removeprefix("$"))
        return OverBudget(
            message, hint=hint, limit=self.name, spent=spent, cost=cost, cap=self.most
        )

    def _more(self, dollars: str) -> str:
        if self.name == DAY:
            return f"krea config set {DAY} {dollars} allows it; at midnight a new day begins"
        if self.name == SHARE:
            return f"a higher {MAX_COST} allows it: each share has its part of it"
        return f"{self.name} {dollars} allows it"


def _kept_cost(row: Row) -> int | None:
    return row.cost


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What may be spent, in millionths of a dollar; None is no cap.

    `max_cost` is for all requests of the `batch` of that label; without one for those that
    `count` was told of. `share` is the label of a share of the batch, and what that may spend.
    `day` is for all of the account since local midnight. `assumed` stands for each unknown
    price; `price` tells that of a request today.
    """

    max_cost: int | None = None
    day: int | None = None
    batch: str | None = None
    share: tuple[str, int] | None = None
    assumed: int | None = None
    price: Callable[[Row], int | None] = _kept_cost
    _counted: set[int] = field(default_factory=set, repr=False)

    def count(self, row_id: int) -> None:
        """This request is one of those that `max_cost` is for."""
        self._counted.add(row_id)

    def cost(self, row: Row) -> int | None:
        """What the request may cost."""
        price = self.price(row)
        return self.assumed if price is None else price

    def caps(self, spending: Spending | None, now: float, *, but: int = 0) -> Iterator[Cap]:
        """Each cap, with what was spent under it (None: nothing), the request BUT left out."""
        if spending is None:
            limits = ((MAX_COST, self.max_cost), (DAY, self.day))
            yield from (Cap(name, most, Spent()) for name, most in limits if most is not None)
            return
        if self.max_cost is not None:
            if self.batch is None:
                spent = spending.requests(self._counted, but=but)
            else:
                spent = spending.batch(self.batch, but=but)
            yield Cap(MAX_COST, self.max_cost, spent)
        if self.share is not None:
            label, most = self.share
            yield Cap(SHARE, most, spending.batch(label, but=but))
        if self.day is not None:
            yield Cap(DAY, self.day, spending.since(midnight(now), but=but))

    def reserve(self, row: Row, spending: Spending) -> None:
        """Let ROW, in state `sending`, take what it may cost; raises `OverBudget` where a cap
        does not leave that.

        Inside the transaction that makes it `sending`: no two processes can take the same rest.
        """
        assert row.sent_at is not None
        cost = self.cost(row)
        self.count(row.id)
        for cap in self.caps(spending, row.sent_at, but=row.id):
            if cost is None or cost > cap.room(self.assumed):
                raise cap.refusal(row.model, cost, self.assumed)
        spending.book(row.id, cost)

    def foresee(
        self, requests: Iterable[tuple[str, int | None]], spending: Spending | None, *, now: float
    ) -> tuple[int, OverBudget | None]:
        """How many of REQUESTS, sent one after the other, fit; and why not the next, if any.

        Each is its model and what it may cost.
        """
        caps, used, count = list(self.caps(spending, now)), 0, 0
        for model, price in requests:
            cost = self.assumed if price is None else price
            for cap in caps:
                if cost is None or used + cost > cap.room(self.assumed):
                    return count, cap.after(used).refusal(model, cost, self.assumed)
            used += cost or 0
            count += 1
        return count, None


def enough(refusal: OverBudget, count: int) -> str | None:
    """The cap, as one types it, that lets COUNT such requests through; None if it is unknown."""
    if refusal.spent is None or refusal.cost is None:
        return None
    return told(refusal.spent + count * refusal.cost).removeprefix("$")


def midnight(now: float) -> float:
    """When the day of NOW began here; both in seconds since 1970."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))
