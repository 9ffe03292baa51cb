"""The question before a command that may cost much: `confirm.above`, and `--yes`."""

from typing import TYPE_CHECKING

from krea_cli.catalog.prices import PriceTotal
from krea_cli.dollars import format_dollars, shown_micros, to_micros
from krea_cli.errors import NotConfirmed
from krea_cli.local.settings import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from krea_cli.commands.session import Session
    from krea_cli.flows.generate.generate import Confirm
    from krea_cli.flows.generate.request import GenerateRequest
    from krea_cli.local.ledger.rows import RequestRow

DEFAULT_LIMIT_DOLLARS = 1.0
MAX_UNPRICED_JOBS = 10


class Confirmation:
    """The question of one command. Nobody is asked after --yes, or without a terminal.

    max_cost: the cap of the command, in millionths of a dollar; it cannot cost more
    """

    def __init__(self, session: "Session", *, yes: bool, max_cost: int | None = None) -> None:
        self._session = session
        self._max_cost = max_cost
        limit = session.config.get("confirm.above")
        self._is_off = yes or limit == NEVER or not session.output.can_ask
        dollars = DEFAULT_LIMIT_DOLLARS if limit in (None, NEVER) else float(limit)
        self._limit = to_micros(dollars)

    @property
    def can_ask(self) -> bool:
        """True unless nothing is ever asked, or nobody could answer."""
        return not self._is_off

    def is_needed(self, total: PriceTotal) -> bool:
        """Tell if a command that may cost TOTAL is to be asked for, and somebody can answer."""
        if self._is_off:
            return False
        unpriced = total.unpriced if self._max_cost is None else 0  # refused by the cap
        is_dear = self._cost(total) > self._limit or unpriced > MAX_UNPRICED_JOBS
        return is_dear or (self._limit == 0 and unpriced > 0)

    def require(self, total: PriceTotal, what: str) -> None:
        """Ask before WHAT is sent, such as "3 jobs of bfl/flux-1-dev". Its price is TOTAL.

        Raises `NotConfirmed` unless the answer is yes, and `Interrupted`.
        """
        is_needed = self.is_needed(total)
        if is_needed and self._session.output.ask(self._question(total, what)) is False:
            raise NotConfirmed("it was not confirmed, so nothing was sent")

    def _question(self, total: PriceTotal, what: str) -> str:
        cost = self._cost(total)
        if not cost:
            return f"the price of {what} is unknown: go on?"
        capped = ", as --max-cost says" if cost < total.sure + total.about else ""
        about = "about " if total.about and not capped else ""
        is_open = total.unpriced and self._max_cost is None
        more = f" and {total.unpriced:,} times an unknown price" if is_open else ""
        price = f"{about}{format_dollars(cost)}{capped}{more}"
        if self._session.output.is_rehearsal():
            return f"{what} would cost {price} in earnest: go on?"
        return f"{what} may cost {price}: go on?"

    def _cost(self, total: PriceTotal) -> int:
        cost = total.sure + total.about
        return cost if self._max_cost is None else min(cost, self._max_cost)


def confirm_jobs(
    session: "Session", requests: "Sequence[GenerateRequest]", *, yes: bool, max_cost: int | None
) -> "Confirm | None":
    """Return the function that asks before jobs of REQUESTS are sent.

    None where no number of their jobs is to be asked for. MAX_COST is in millionths of a dollar.
    """
    confirmation = Confirmation(session, yes=yes, max_cost=max_cost)
    if not confirmation.is_needed(_price([(each, each.count) for each in requests])):
        return None

    def confirm(unpaid: "Sequence[tuple[GenerateRequest, int]]") -> None:
        count = sum(jobs for _, jobs in unpaid)
        models = list({request.model.id: None for request, jobs in unpaid if jobs})
        of_models = f"of {models[0]}" if len(models) == 1 else f"of {len(models)} models"
        what = "1 job" if count == 1 else f"{count} jobs"
        confirmation.require(_price(unpaid), f"{what} {of_models}")

    return confirm


def confirm_rows(
    session: "Session", rows: "Sequence[RequestRow]", *, yes: bool, assumed_price: int | None
) -> None:
    """Ask before ROWS are sent once more. Raises `NotConfirmed`, and `Interrupted`.

    ASSUMED_PRICE, in millionths of a dollar, is that of a request without a known one.
    """
    total = PriceTotal()
    for row in rows:
        total.add(assumed_price if row.cost is None else row.cost, shown_micros(row.price or ""))
    models = {row.model for row in rows}
    of_model = f" to {models.pop()}" if len(models) == 1 else ""
    what = "1 request" if len(rows) == 1 else f"{len(rows)} requests"
    Confirmation(session, yes=yes).require(total, f"{what}{of_model}, sent again,")


def _price(jobs: "Sequence[tuple[GenerateRequest, int]]") -> PriceTotal:
    """The price of a number of jobs of each request."""
    total = PriceTotal()
    for request, count in jobs:
        total.add(request.cost, request.about, times=count)
    return total
