"""Name the caps that are too low for the rest of a command, and sufficient amounts."""

from collections.abc import Iterable
from dataclasses import dataclass

from krea_cli.dollars import format_dollars
from krea_cli.local.ledger.budget import (
    DAY_CAP,
    MAX_COST_CAP,
    MONTH_CAP,
    RENEWAL_NOTES,
    SHARE_CAP,
    Budget,
)
from krea_cli.local.ledger.spending import Spending

SHARE_NOTE = ": each share has its part of it"


@dataclass(frozen=True, kw_only=True)
class LowCaps:
    """The caps that are too low for a number of requests.

    max_cost: a sufficient amount of --max-cost, in dollars; None if it is high enough
    day: a sufficient amount of budget.day, in dollars; None if it is high enough
    month: a sufficient amount of budget.month, in dollars; None if it is high enough
    has_low_share: True if this share of --max-cost is too low
    """

    max_cost: str | None = None
    day: str | None = None
    month: str | None = None
    has_low_share: bool = False

    def allowing_hint(self, requests: str) -> str:
        """Return the hint that these caps allow REQUESTS: "it", or a number of them."""
        caps = [cap for cap in (self._max_cost_option, *self._commands) if cap]
        if not caps:
            return "the same command again"
        verb = "allow" if len(caps) > 1 else "allows"
        return f"{' and '.join(caps)} {verb} {requests}{self._notes}"

    def resuming_hint(self, command: str, verb: str = "goes on with") -> str:
        """Return the hint that COMMAND, with these caps, goes on with the rest."""
        option = f" with {self._max_cost_option}" if self._max_cost_option else ""
        first = "".join(f"{each}; " for each in self._commands) + (
            "then " if self._commands else ""
        )
        return f"{first}{command}{option} {verb} the rest{self._notes}"

    @property
    def _max_cost_option(self) -> str:
        if self.has_low_share:
            return f"a higher {MAX_COST_CAP}"
        return f"{MAX_COST_CAP} {self.max_cost}" if self.max_cost else ""

    @property
    def _commands(self) -> list[str]:
        """The commands that raise the caps of a day and of a month."""
        amounts = {DAY_CAP: self.day, MONTH_CAP: self.month}
        return [f"krea config set {name} {usd}" for name, usd in amounts.items() if usd]

    @property
    def _notes(self) -> str:
        share = SHARE_NOTE if self.has_low_share else ""
        if self.month:
            return f"{share}; {RENEWAL_NOTES[MONTH_CAP]}"
        return share + (f"; {RENEWAL_NOTES[DAY_CAP]}" if self.day else "")


def find_low_caps(
    budget: Budget, costs: Iterable[int | None], spending: Spending | None, *, now: float
) -> LowCaps | None:
    """Return the caps of BUDGET that are too low for requests of COSTS, after past SPENDING.

    costs: the highest cost of each, in millionths of a dollar; None if unknown
    spending: None if nothing is known of it; it then counts as none
    now: seconds since 1970

    Returns None where no amount is known to be enough, for want of a price.
    """
    total = 0
    for cost in costs:
        price = budget.assumed_price if cost is None else cost
        if price is None:
            return None
        total += price
    enough: dict[str, str] = {}
    for cap in budget.caps(spending, now):
        spent = cap.spending.amount(budget.assumed_price)
        if spent is None:
            return None
        if spent + total > cap.amount:
            enough[cap.name] = format_dollars(spent + total, sign="")
    return LowCaps(
        max_cost=enough.get(MAX_COST_CAP),
        day=enough.get(DAY_CAP),
        month=enough.get(MONTH_CAP),
        has_low_share=SHARE_CAP in enough,
    )
