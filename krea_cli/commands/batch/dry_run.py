"""--dry-run of a batch: each request as it would be sent, what is done, and what it costs."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from krea_cli.catalog.prices import UNKNOWN
from krea_cli.commands.batch.budget_forecast import Room
from krea_cli.commands.generate.run import shown_body
from krea_cli.dollars import told
from krea_cli.flows.batch.check.paths import foreseen
from krea_cli.flows.batch.item import Item
from krea_cli.local.ledger.rows import FAILED, IN_DOUBT, UNDER_WAY
from krea_cli.terminal.output import Output

if TYPE_CHECKING:
    from krea_cli.flows.batch.item_store import Roster
    from krea_cli.local.ledger.account_ledger import AccountLedger

COLUMNS = ("line", "model", "file", "seed", "price", "state")
TO_SEND = "to send"
STATES = ("done", TO_SEND, "failed", "in doubt", "under way")
AT_A_TIME = 1000  # rows of a table, which is whole in memory before it is drawn


class Forecast:
    """What a run of ROSTER would do, by what BOOK knows; RETRY sends what failed as well.

    ROOM is what the budget leaves, None without one.
    """

    def __init__(
        self,
        roster: "Roster",
        account_ledger: "AccountLedger | None",
        *,
        retry: bool,
        room: Room | None = None,
    ) -> None:
        self._roster = roster
        self._book = account_ledger
        self._retry = retry
        self._room = room
        self._states: Counter[str] = Counter()
        self._models: Counter[str] = Counter()
        self._costs: Counter[str] = Counter()  # in millionths of a dollar
        self._unpriced: Counter[str] = Counter()
        self._assumed = False

    def tell(self, output: Output) -> None:
        """Print the items one by one, then the sums. Raises `OverBudget` where not all fit."""
        judged = ((item, self._state(item)) for item in self._roster)
        for item, state in judged:
            part = [(item, state), *islice(judged, AT_A_TIME - 1)]
            output.table(
                COLUMNS,
                (self._row(item, state) for item, state in part),
                (self._record(item, state) for item, state in part),
            )
        refusal = self._room.refusal() if self._room else None
        output.summary("\n".join(self._sums()), self._summary())
        if refusal:
            raise refusal

    def _state(self, item: Item) -> str:
        """What is known of ITEM, and counted."""
        state = self._spoken(item)
        self._states[state] += 1
        if state == TO_SEND:
            self._models[item.model] += 1
            self._costs[item.model] += item.cost or 0
            if self._room:
                self._room.add(item.model, item.cost)
            if item.price == str(UNKNOWN):
                self._unpriced[item.model] += 1
                self._assumed = self._assumed or item.cost is not None
        return state

    def _spoken(self, item: Item) -> str:
        known = self._book.items.state(item.digest) if self._book else None
        if known in FAILED and not self._retry and not item.found:
            return "failed"
        if known in IN_DOUBT:
            return "in doubt"
        if known in UNDER_WAY:
            return "under way"
        return "done" if known == "saved" or item.found else TO_SEND

    def _seed(self, item: Item) -> int | None:
        seed = item.body.get("seed")
        return seed if isinstance(seed, int) else None

    def _drawn(self, item: Item) -> bool:
        return bool(self._roster.models[item.model].seed_field) and "seed" not in item.body

    def _row(self, item: Item, state: str) -> tuple[object, ...]:
        seed = "drawn" if self._drawn(item) else self._seed(item)
        return (item.line, item.model, foreseen(item), seed, item.price, state)

    def _record(self, item: Item, state: str) -> dict[str, object]:
        return {
            "line": item.line,
            "index": item.index,
            "item": item.digest,
            "state": state,
            "model": item.model,
            "route": item.route,
            "body": shown_body(item.body),
            "seed": self._seed(item),
            "drawn": self._drawn(item),
            "target": foreseen(item),
            "price": item.price,
            "cost": None if item.cost is None else item.cost / 1_000_000,
        }

    def _sums(self) -> Iterator[str]:
        listed = ", ".join(f"{count} {state}" for state, count in self._states.most_common())
        yield f"{_items(len(self._roster))}: {listed}" if listed else "there is nothing to make"
        for model, count in self._models.most_common():
            yield f"{model}: {count} {TO_SEND}, {self._price(model)}"
        if len(self._models) > 1 and (total := self._costs.total()):
            yield f"in all at most {told(total)}"
        if unpriced := self._unpriced.total():
            have = "has" if unpriced == 1 else "have"
            answered = "; --assume-price answers for that" if self._assumed else ""
            yield f"{_items(unpriced)} {have} no known price{answered}"
        if self._room:
            yield f"within the budget: {self._room.fits} of {self._states[TO_SEND]}"

    def _summary(self) -> dict[str, object]:
        """The sums for `--json`, in dollars; `unpriced` items at what --assume-price says, or 0."""
        return {
            "total": len(self._roster),
            **{state.replace(" ", "_"): self._states[state] for state in STATES},
            "models": [
                {
                    "model": model,
                    "to_send": count,
                    "cost": self._costs[model] / 1_000_000,
                    "unpriced": self._unpriced[model],
                }
                for model, count in self._models.most_common()
            ],
            "cost": self._costs.total() / 1_000_000,
            "unpriced": self._unpriced.total(),
            "fits": self._room.fits if self._room else None,
        }

    def _price(self, model: str) -> str:
        unknown = 0 if self._assumed else self._unpriced[model]
        if unknown == self._models[model]:
            return "price unknown"
        rest = f" and {unknown} of unknown price" if unknown else ""
        return f"at most {told(self._costs[model])}{rest}"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"
