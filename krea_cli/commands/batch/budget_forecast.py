"""Forecast how many items of a batch a budget lets through."""

from typing import TYPE_CHECKING

from krea_cli.commands.budget import forecast_spending
from krea_cli.errors import OverBudget

if TYPE_CHECKING:
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.spending import Spending

Request = tuple[str, int | None]  # the model, and its cost in millionths of a dollar


class BudgetForecast:
    """The requests that fit into BUDGET, the one of a batch, one after the other.

    SPENDING is None where earlier spending is unknown; NOW is in seconds since 1970.

    fits: their number, once `refusal` was asked for
    """

    def __init__(self, budget: "Budget", spending: "Spending | None", *, now: float) -> None:
        self.fits = 0
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
        return refusal
