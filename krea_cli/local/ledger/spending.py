"""The sums of what requests cost, or may cost, in millionths of a dollar.

Every sent request counts unless it is known to be free. That is: with the service, paid, in doubt,
or forgotten in doubt.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.scope import Scope
from krea_cli.local.ledger.sums import COUNTED_REQUESTS, QUARTER_SECONDS

SHARE_SEPARATOR = "#"  # between the label of a batch and the name of a share of it
# What is added up: the sums of batches, and of quarters of an hour; requests; one to leave out.
BATCHES = "SELECT priced, unpriced, open FROM batch_sums WHERE"
QUARTERS = "SELECT priced, unpriced, open FROM quarter_sums WHERE"
REQUESTS = (
    "SELECT cost AS priced, cost IS NULL AS unpriced, charged != 'yes' AS open FROM requests"
    f" WHERE {COUNTED_REQUESTS} AND"
)
EXCLUDED = (
    "SELECT -cost AS priced, -(cost IS NULL) AS unpriced, -(charged != 'yes') AS open FROM requests"
    f" WHERE {COUNTED_REQUESTS} AND"
)


@dataclass(frozen=True)
class SpendingTotal:
    """The sum of what requests cost, or may cost.

    priced: millionths of a dollar, for requests with a price
    unpriced: number of requests without a known price
    open: number of requests, in either, that are not known as billed: under way or in doubt
    """

    priced: int = 0
    unpriced: int = 0
    open: int = field(default=0, compare=False)

    def __add__(self, other: "SpendingTotal") -> "SpendingTotal":
        return SpendingTotal(
            self.priced + other.priced, self.unpriced + other.unpriced, self.open + other.open
        )

    def amount(self, assumed_price: int | None) -> int | None:
        """Return the sum, with ASSUMED_PRICE for each unpriced request; None if unknown."""
        if not self.unpriced:
            return self.priced
        return None if assumed_price is None else self.priced + self.unpriced * assumed_price


class _Part(NamedTuple):
    """Rows to add up: those of SOURCE that fulfil CONDITION, with its VALUES."""

    source: str
    condition: str
    values: tuple[Any, ...] = ()


class Spending:
    """Sums over the sent requests of one account; EXCLUDING is the id of one to leave out.

    Each is added up in one statement: other processes cannot move a request meanwhile.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def sum_since(self, moment: float, *, excluding: int = 0) -> SpendingTotal:
        """Sum up the requests sent from MOMENT on, in seconds since 1970.

        With those of other keys, as long as the user has not said that they are another account's.
        """
        wide = Scope(self._scope.database, self._scope.base, self._scope.account)
        wide.cover(Keys(self._scope).list_possibly_same())
        quarter = max(0, int(moment) // QUARTER_SECONDS)
        if moment != quarter * QUARTER_SECONDS or quarter == 0:
            quarter += 1  # the first that is whole; that of 1970 begins before it
        return Spending(wide)._add_up(
            _Part(QUARTERS, "quarter >= ?", (quarter,)),
            _Part(
                REQUESTS,
                "sent_at >= ? AND sent_at < ?",
                (moment, quarter * QUARTER_SECONDS),
            ),
            _Part(EXCLUDED, "id = ? AND sent_at >= ?", (excluding, moment)),
        )

    def sum_batch(self, label: str, *, excluding: int = 0) -> SpendingTotal:
        """Sum up the requests of all runs of a batch, and of its shares."""
        first, end = label + SHARE_SEPARATOR, label + chr(ord(SHARE_SEPARATOR) + 1)
        # Between the two may be other batches: that of the label and a space, say.
        condition = "batch >= ? AND batch < ? AND (batch = ? OR batch >= ?)"
        values = (label, end, label, first)
        return self._add_up(
            _Part(BATCHES, condition, values),
            _Part(EXCLUDED, f"id = ? AND {condition}", (excluding, *values)),
        )

    def sum_requests(self, row_ids: Collection[int], *, excluding: int = 0) -> SpendingTotal:
        """Sum up the requests ROW_IDS, and the requests in doubt that they replace."""
        # Written out: older SQLites take 999 values, and -n may ask for a thousand requests.
        ids = f"({', '.join(str(int(row_id)) for row_id in row_ids)})"
        replaced = f"id IN (SELECT replaces FROM requests WHERE id IN {ids})"
        return self._add_up(
            _Part(REQUESTS, f"id != ? AND (id IN {ids} OR {replaced})", (excluding,))
        )

    def record_cost(self, row_id: int, cost: int | None) -> None:
        """Replace the cost of a request by COST; None if it is unknown."""
        self._scope.database.execute(
            f"UPDATE requests SET cost = ? WHERE id = ? AND {self._scope.condition}",
            (cost, row_id, *self._scope.values),
        )

    def _add_up(self, *parts: _Part) -> SpendingTotal:
        scope, values = self._scope, list[Any]()
        for part in parts:
            values += (*scope.values, *part.values)
        rows = " UNION ALL ".join(
            f"{part.source} {scope.condition} AND {part.condition}" for part in parts
        )
        ((priced, unpriced, open),) = scope.database.query(
            "SELECT coalesce(sum(priced), 0), coalesce(sum(unpriced), 0), coalesce(sum(open), 0)"
            f" FROM ({rows})",
            values,
        )
        return SpendingTotal(priced, unpriced, open)
