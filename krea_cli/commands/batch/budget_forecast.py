"""Forecast how many items of a batch a budget lets through."""

from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.commands.budget import forecast_spending
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.budget import MAX_COST_CAP, SHARE_CAP, Budget

if TYPE_CHECKING:
    from krea_cli.local.ledger.budget import Spending

Request = tuple[str, int | None]  # the model, and its cost in millionths of a dollar


class BudgetForecast:
    """The requests that fit into BUDGET, the one of a batch, one after the other.

    SPENDING is None where earlier spending is unknown; NOW is in seconds since 1970.

    fits: their number, once `refusal` was asked for
    """

    def __init__(self, budget: Budget, spending: "Spending | None", *, now: float) -> None:
        self.fits = 0
        self._share = budget.share
        if spending is None and budget.share:
            # Where nothing was spent, a share is the lower of the two caps.
            budget = replace(budget, max_cost=budget.share[1], share=None)
        self._budget = budget
        self._spending = spending
        self._now = now
        self._requests: list[Request] = []
        self._same: dict[Request, Request] = {}  # a million items have a handful of prices

    def count(self, model: str, cost: int | None) -> None:
        """Add a request to MODEL for at most COST."""
        request = (model, cost)
        self._requests.append(self._same.setdefault(request, request))

    def refusal(self) -> OverBudget | None:
        """The reason why not all requests would be sent, with a hint; None if they fit."""
        self.fits, refusal = forecast_spending(
            self._budget, self._requests, self._spending, now=self._now, noun="items"
        )
        if refusal and self._share and self._spending is None and refusal.cap_name == MAX_COST_CAP:
            refusal.message = refusal.message.replace(MAX_COST_CAP, SHARE_CAP)
            refusal.cap_name = SHARE_CAP
            refusal.details = {**refusal.details, "limit": SHARE_CAP}
            refusal.hint = f"a higher {MAX_COST_CAP} allows more: each share has its part of it"
        return refusal
