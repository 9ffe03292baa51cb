"""How many of the items of a batch a budget lets through, before anything is sent."""

from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.dollars import told
from krea_cli.errors import OverBudget
from krea_cli.local.ledger.budget import MAX_COST, SHARE, Budget

if TYPE_CHECKING:
    from krea_cli.local.ledger.budget import Spending

Request = tuple[str, int | None]  # the model, and what it may cost in millionths of a dollar


class Room:
    """What BUDGET, that of one batch, leaves at the moment NOW (seconds since 1970).

    SPENDING is None where nothing is known of what was spent before. `fits` is how many of the
    requests it lets through, one after the other, once `refusal` was asked for.
    """

    def __init__(self, budget: Budget, spending: "Spending | None", *, now: float) -> None:
        self._share = budget.share
        if spending is None and budget.share:
            # Where nothing was spent, a share is the lower of the two caps.
            budget = replace(budget, max_cost=budget.share[1], share=None)
        self._budget = budget
        self._spending = spending
        self._now = now
        self._requests: list[Request] = []
        self._same: dict[Request, Request] = {}  # a million items have a handful of prices
        self.fits = 0

    def add(self, model: str, cost: int | None) -> None:
        """One more request would be sent: to MODEL, for at most COST."""
        request = (model, cost)
        self._requests.append(self._same.setdefault(request, request))

    def refusal(self) -> OverBudget | None:
        """Why not all requests would be sent, and what to type; None if they fit."""
        self.fits, refusal = self._budget.foresee(self._requests, self._spending, now=self._now)
        if refusal is None:
            return None
        if self._share and self._spending is None and refusal.limit == MAX_COST:
            refusal.limit = SHARE
            refusal.details = {**refusal.details, "limit": SHARE}
            refusal.hint = f"a higher {MAX_COST} allows more: each share has its part of it"
        if self.fits:
            limit, cap = refusal.limit, told(refusal.cap)
            refusal.message = f"{self.fits} of {len(self._requests)} items fit into {limit} {cap}"
        if refusal.limit == MAX_COST and (more := self._enough(refusal)):
            refusal.hint = f"{MAX_COST} {more} allows all {len(self._requests)}"
        return refusal

    def _enough(self, refusal: OverBudget) -> str | None:
        """The cap that lets all through, as one types it; None where a price is unknown."""
        costs = [
            self._budget.assumed if cost is None else cost
            for _, cost in self._requests[self.fits :]
        ]
        if refusal.spent is None or None in costs:
            return None
        return told(refusal.spent + sum(filter(None, costs))).removeprefix("$")
