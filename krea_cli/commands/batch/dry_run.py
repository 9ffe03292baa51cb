"""--dry-run of a batch: each request as it would be sent, the items done, and the cost."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import format_local_files
from krea_cli.catalog.prices import UNKNOWN_PRICE, PriceTotal, unclear_note
from krea_cli.commands.batch.budget_forecast import BudgetForecast
from krea_cli.dollars import format_dollars, to_dollars
from krea_cli.errors import InDoubt
from krea_cli.flows.batch.check.paths import expected_path
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.item_elsewhere import find_item_elsewhere, identify_item
from krea_cli.flows.files.existing_results import (
    ExistingResults,
    find_saved_results,
    is_changed,
)
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.local.ledger.history import has_ended_empty
from krea_cli.local.ledger.rows import FAILED_STATES, IN_DOUBT_STATES, UNDER_WAY_STATES
from krea_cli.terminal.formats import price_age, utc_date
from krea_cli.terminal.output import Output

if TYPE_CHECKING:
    from krea_cli.flows.batch.item_store import ItemStore
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.other_ledgers import OtherLedgers

COLUMNS = ("line", "model", "file", "seed", "price", "state")
TO_SEND = "to send"
TO_SAVE = "to save"  # completed, and paid for
TO_COPY = "to copy"  # from an equal item of the list, which pays
CHANGED = "changed"  # saved, and another file is there by now
STATES = ("done", TO_SEND, TO_SAVE, TO_COPY, CHANGED, "failed", "empty", "in doubt", "under way")
TABLE_ROWS = 1000  # at a time: a table is whole in memory before it is drawn


class DryRun:
    """The forecast of a run.

    ledger: None if there is none; then nothing is done yet
    profile: that of the key in use
    is_retried: tells if a failed item in such a state is sent as well
    force: changed files are replaced by the results
    others: the ledgers of other hosts
    cwd: the folder that targets of items are relative to
    forecast: of the budget; None without one
    now: seconds since 1970
    """

    def __init__(
        self,
        items: "ItemStore",
        ledger: "AccountLedger | None",
        *,
        profile: str | None,
        is_retried: Callable[[Item, str | None], bool],
        force: bool,
        others: "OtherLedgers | None",
        cwd: Path,
        forecast: BudgetForecast | None = None,
        now: float,
    ) -> None:
        self._items = items
        self._ledger = ledger
        self._profile = profile
        self._is_retried = is_retried
        self._force = force
        # One look for all items: it is the forecast of one moment.
        self._others = others if others and others.exist else None
        self._cwd = cwd
        self._forecast = forecast
        self._now = now
        self._states: Counter[str] = Counter()
        self._models: Counter[str] = Counter()
        self._totals: dict[str, PriceTotal] = {}
        self._unclear: dict[str, dict[str, None]] = {}
        self._unsure = 0  # items without a sure price, assumed or not
        self._is_assumed = False
        self._has_other_keys = bool(ledger and ledger.keys.list_others())
        self._twin: InDoubt | None = None

    def print(self, output: Output) -> None:
        """Print the items one by one, then the sums. Raises `OverBudget` where not all fit.

        Raises `InDoubt` as well, for an item that is under way under another key.
        """
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
        if error := self._twin or refusal:
            raise error

    def count_unpaid(self) -> tuple[int, PriceTotal]:
        """Count the items that are still to be paid for, and add up their prices."""
        for item in self._items:
            self._count(item)
        return self._states[TO_SEND], self._total()

    def _count(self, item: Item) -> str:
        """Count ITEM by its state, and return that."""
        state = self._state(item)
        self._states[state] += 1
        if state == TO_SEND:
            self._models[item.model] += 1
            self._totals.setdefault(item.model, PriceTotal()).add(item.cost, item.about)
            self._unclear.setdefault(item.model, {}).update(dict.fromkeys(item.unclear))
            if self._forecast:
                self._forecast.count(item.model, item.cost)
            if item.price == str(UNKNOWN_PRICE) or item.about is not None:
                self._unsure += 1
                self._is_assumed = self._is_assumed or item.cost is not None
        return state

    def _state(self, item: Item) -> str:
        if self._items.find_result(item):
            return "done"  # under another name
        state = self._ledger.items.find_state(item.fingerprint) if self._ledger else None
        is_over = state in FAILED_STATES and not item.existing_file
        if is_over and not self._is_retried(item, state):
            return "failed"
        if state in IN_DOUBT_STATES:
            return "in doubt"
        if state == "completed":
            return self._state_of_completed(item)
        if state in UNDER_WAY_STATES:
            return "under way"
        if state == "saved":
            return self._state_of_saved(item)
        if item.existing_file:
            return "done"
        model = self._items.models[item.model]
        if found := find_item_elsewhere(item, model, self._others, cwd=self._cwd):
            unfinished = "in doubt" if found.is_in_doubt else "under way"
            return self._state_in_place(item, found.existing) if found.is_finished else unfinished
        if item.shares_payment:
            return TO_COPY
        return "in doubt" if self._has_twin(item) else TO_SEND

    def _state_of_completed(self, item: Item) -> str:
        row = self._ledger.items.find_latest(item.fingerprint) if self._ledger else None
        return "empty" if row and has_ended_empty(row) else TO_SAVE

    def _state_of_saved(self, item: Item) -> str:
        if self._ledger is None or self._force:
            return "done"
        files = self._ledger.items.list_files(item.fingerprint)
        # Most are as they were saved. With another -o, the check has looked at the place.
        if files and all(map(is_unchanged, files)):
            return "done"
        row = self._ledger.items.find_latest(item.fingerprint)
        if row is None:
            return "done"
        existing = find_saved_results(row, self._slot(item), self._ledger)
        return self._state_in_place(item, existing)

    def _state_in_place(self, item: Item, existing: ExistingResults) -> str:
        """The state of a saved item, whose EXISTING results are known."""
        return CHANGED if is_changed(existing, self._slot(item)) else "done"

    def _slot(self, item: Item) -> OutputSlot:
        target = parse_target(item.target, cwd=self._cwd, force=self._force)
        return OutputSlot(target=target, n=item.n, count=item.count)

    def _has_twin(self, item: Item) -> bool:
        """Tell if the request of ITEM is under way under a key of perhaps this account."""
        if self._ledger is None or not self._has_other_keys:
            return False
        identity = identify_item(item, self._items.models[item.model])
        try:
            self._ledger.items.refuse_twin(
                item.fingerprint, identity, item.occurrence, self._profile
            )
        except InDoubt as twin:
            self._twin = self._twin or twin
            return True
        return False

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
            "about": None if item.about is None else to_dollars(item.about),
            "unclear": list(item.unclear),
        }

    def _sums(self) -> Iterator[str]:
        listed = ", ".join(f"{count} {state}" for state, count in self._states.most_common())
        items = _items(len(self._items))
        if self._items.is_part:
            items = f"{len(self._items):,} of {_items(self._items.listed_count)}"
        yield f"{items}: {listed}" if listed else "there is nothing to make"
        for model, count in self._models.most_common():
            yield f"{model}: {count} {TO_SEND}, {self._price(model)}"
        if self._models:
            yield f"in all: {self._total()}"
        if self._is_assumed:
            have = "has" if self._unsure == 1 else "have"
            yield f"{_items(self._unsure)} {have} no sure price; an assumed one is used"
        if self._forecast:
            yield f"within the budget: {self._forecast.fits} of {self._states[TO_SEND]}"

    def _summary(self) -> dict[str, object]:
        """The sums for `--json`, in dollars: `cost` is sure, with what --assume-price says."""
        return {
            "total": len(self._items),
            "listed": self._items.listed_count,
            **{state.replace(" ", "_"): self._states[state] for state in STATES},
            "models": [
                {
                    "model": model,
                    "to_send": count,
                    **self._totals[model].record(),
                    "unclear": list(self._unclear[model]),
                    "priced_at": None if (at := self._priced_at(model)) is None else utc_date(at),
                }
                for model, count in self._models.most_common()
            ],
            **self._total().record(),
            "fits": self._forecast.fits if self._forecast else None,
        }

    def _total(self) -> PriceTotal:
        return sum(self._totals.values(), PriceTotal())

    def _priced_at(self, model: str) -> float | None:
        return self._items.models[model].priced_at

    def _price(self, model: str) -> str:
        total, unclear = self._totals[model], unclear_note(self._unclear[model])
        parts = [
            f"at most {format_dollars(total.sure)}" if total.sure else "",
            f"about {format_dollars(total.about)}" if total.about else "",
            f"{total.unpriced} of unknown price" if total.unpriced else "",
        ]
        text = " and ".join(filter(None, parts)) or "$0.00"
        if total.unpriced == self._models[model]:
            text = "price unknown"
        return text + unclear + price_age(self._priced_at(model), self._now)


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"
