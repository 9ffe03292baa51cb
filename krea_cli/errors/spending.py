"""Errors with exit code 5: the user's own limits on spending."""

from krea_cli.dollars import to_dollars
from krea_cli.errors.base import KreaError


class OverBudget(KreaError):
    """The next request could cost more than a cap allows, so it was not sent.

    cap_name: name of the cap, as the user sets it: "--max-cost", "budget.day", "budget.month"
    model: the model of the request
    spent: what is spent under the cap or may still be, in millionths of a dollar; None if unknown
    cost: highest cost of the request, in millionths of a dollar; None if unknown
    cap: the cap itself, in millionths of a dollar

    `--json` shows the amounts in dollars.
    """

    code = "over_budget"
    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        cap_name: str | None = None,
        model: str = "",
        spent: int | None = None,
        cost: int | None = None,
        cap: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.cap_name, self.model = cap_name, model
        self.spent, self.cost, self.cap = spent, cost, cap
        amounts = {"spent": spent, "cost": cost, "cap": cap}
        dollars = {name: micros and to_dollars(micros) for name, micros in amounts.items()}
        self.details = {"limit": cap_name, **dollars}


class NotConfirmed(KreaError):
    """The user was asked before a high price, and did not say yes. Nothing was sent."""

    code = "not_confirmed"
    exit_code = 5
    hint = "--yes sends it without a question; krea config set confirm.above 50 asks above $50 only"
