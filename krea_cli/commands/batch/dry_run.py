"""--dry-run of a batch: each request as it would be sent, the items done, and the cost."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import format_local_files
from krea_cli.catalog.prices import UNKNOWN_PRICE
from krea_cli.commands.batch.budget_forecast import BudgetForecast
from krea_cli.dollars import format_dollars, to_dollars
from krea_cli.flows.batch.check.paths import expected_path
from krea_cli.flows.batch.item import Item
from krea_cli.local.ledger.rows import FAILED_STATES, IN_DOUBT_STATES, UNDER_WAY_STATES
from krea_cli.terminal.output import Output

if TYPE_CHECKING:
    from krea_cli.flows.batch.item_store import ItemStore
    from krea_cli.local.ledger.account_ledger import AccountLedger

COLUMNS = ("line", "model", "file", "seed", "price", "state")
TO_SEND = "to send"
TO_COPY = "to copy"  # from an equal item of the list, which pays
STATES = ("done", TO_SEND, TO_COPY, "failed", "in doubt", "under way")
TABLE_ROWS = 1000  # at a time: a table is whole in memory before it is drawn


class DryRun:
    """The forecast of a run.

    ledger: None if there is none; then nothing is done yet
    retry_failed: failed items are sent as well
    forecast: of the budget; None without one
    """

    def __init__(
        self,
        items: "ItemStore",
        ledger: "AccountLedger | None",
        *,
        retry_failed: bool,
        forecast: BudgetForecast | None = None,
    ) -> None:
        self._items = items
        self._ledger = ledger
        self._retry_failed = retry_failed
        self._forecast = forecast
        self._states: Counter[str] = Counter()
        self._models: Counter[str] = Counter()
        self._costs: Counter[str] = Counter()  # in millionths of a dollar
        self._unpriced: Counter[str] = Counter()
        self._is_assumed = False

    def print(self, output: Output) -> None:
        """Print the items one by one, then the sums. Raises `OverBudget` where not all fit."""
        with_states = ((item, self._count(item)) for item in self._items)
        for item, state in with_states:
            part = [(item, state), *islice(with_states, TABLE_ROWS - 1)]
            output.print_table(
                COLUMNS,
                (self._row(item, state) for item, state in part),
                (self._record(item, state) for item, state in part),
            )
        refusal = self._forecast.refusal() if self._forecast else None
        output.print_summary("\n".join(self._sums()), self._summary())
        if refusal:
            raise refusal

    def _count(self, item: Item) -> str:
        """Count ITEM by its state, and return that."""
        state = self._state(item)
        self._states[state] += 1
        if state == TO_SEND:
            self._models[item.model] += 1
            self._costs[item.model] += item.cost or 0
            if self._forecast:
                self._forecast.count(item.model, item.cost)
            if item.price == str(UNKNOWN_PRICE):
                self._unpriced[item.model] += 1
                self._is_assumed = self._is_assumed or item.cost is not None
        return state

    def _state(self, item: Item) -> str:
        state = self._ledger.items.find_state(item.fingerprint) if self._ledger else None
        if state in FAILED_STATES and not self._retry_failed and not item.existing_file:
            return "failed"
        if state in IN_DOUBT_STATES:
            return "in doubt"
        if state in UNDER_WAY_STATES:
            return "under way"
        if state == "saved" or item.existing_file:
            return "done"
        return TO_COPY if item.shares_payment else TO_SEND

    def _seed(self, item: Item) -> int | None:
        seed = item.body.get("seed")
        return seed if isinstance(seed, int) else None

    def _is_drawn(self, item: Item) -> bool:
        return bool(self._items.models[item.model].seed_field) and "seed" not in item.body

    def _row(self, item: Item, state: str) -> tuple[object, ...]:
        seed = "drawn" if self._is_drawn(item) else self._seed(item)
        return (item.line, item.model, expected_path(item), seed, item.price, state)

    def _record(self, item: Item, state: str) -> dict[str, object]:
        return {
            "line": item.line,
            "index": item.index,
            "item": item.own_fingerprint,
            "state": state,
            "model": item.model,
            "route": item.route,
            "body": format_local_files(item.body),
            "seed": self._seed(item),
            "drawn": self._is_drawn(item),
            "target": expected_path(item),
            "price": item.price,
            "cost": None if item.cost is None else to_dollars(item.cost),
        }

    def _sums(self) -> Iterator[str]:
        listed = ", ".join(f"{count} {state}" for state, count in self._states.most_common())
        yield f"{_items(len(self._items))}: {listed}" if listed else "there is nothing to make"
        for model, count in self._models.most_common():
            yield f"{model}: {count} {TO_SEND}, {self._price(model)}"
        if len(self._models) > 1 and (total := self._costs.total()):
            yield f"in all at most {format_dollars(total)}"
        if unpriced := self._unpriced.total():
            have = "has" if unpriced == 1 else "have"
            assumed = "; --assume-price is used" if self._is_assumed else ""
            yield f"{_items(unpriced)} {have} no known price{assumed}"
        if self._forecast:
            yield f"within the budget: {self._forecast.fits} of {self._states[TO_SEND]}"

    def _summary(self) -> dict[str, object]:
        """The sums for `--json`, in dollars; `unpriced` items at what --assume-price says, or 0."""
        return {
            "total": len(self._items),
            **{state.replace(" ", "_"): self._states[state] for state in STATES},
            "models": [
                {
                    "model": model,
                    "to_send": count,
                    "cost": to_dollars(self._costs[model]),
                    "unpriced": self._unpriced[model],
                }
                for model, count in self._models.most_common()
            ],
            "cost": to_dollars(self._costs.total()),
            "unpriced": self._unpriced.total(),
            "fits": self._forecast.fits if self._forecast else None,
        }

    def _price(self, model: str) -> str:
        unknown = 0 if self._is_assumed else self._unpriced[model]
        if unknown == self._models[model]:
            return "price unknown"
        rest = f" and {unknown} of unknown price" if unknown else ""
        return f"at most {format_dollars(self._costs[model])}{rest}"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"
