"""The budget of a command: its own cap, those of the day and month, and prices of today."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.catalog.prices import estimate_price
from krea_cli.dollars import format_dollars, to_micros
from krea_cli.errors import Interrupted, KreaError, OverBudget, Unreachable, UsageError

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.rows import RequestRow
    from krea_cli.local.ledger.spending import Spending

MAX_CHANGES = 20


def load_budget(
    session: "Session",
    *,
    max_cost: int | None = None,
    assumed_price: int | None = None,
    sends_many: bool = False,
) -> "Budget | None":
    """Return the caps in force, or None without any. With a cap, refresh an old catalog.

    max_cost: the cap for this command, in millionths of a dollar
    assumed_price: the price of a request without a known one, in millionths of a dollar
    sends_many: without a cap an old catalog is refreshed as well, if the service can be reached

    Raises `OverBudget` without prices of today. Raises `UsageError` for a daily or monthly cap
    without a ledger, and for settings that are not understood.
    """
    session.config.require_understood()
    session.project.require_understood()
    settings = {name: session.config.get(name) for name in ("budget.day", "budget.month")}
    caps = {name: to_micros(float(usd)) for name, usd in settings.items() if usd is not None}
    if max_cost is None and not caps:
        cache, now = session.catalog_cache, session.clock.now()
        if sends_many and not cache.was_asked(now):
            _refresh_old_prices(session)
        return None
    from krea_cli.local.ledger.budget import DAY_CAP, MONTH_CAP, Budget

    if caps and session.no_ledger:
        name = next(iter(caps))
        raise UsageError(
            f"{name} cannot be held without the ledger, which knows what was spent",
            hint=f"drop --no-ledger, or krea config unset {name}",
        )
    _require_current_prices(session)

    def price_of_row(row: "RequestRow") -> int | None:
        model = session.model_if_known(row.model)
        return estimate_price(model, row.body).micros if model else None

    return Budget(
        max_cost=max_cost,
        day=caps.get(DAY_CAP),
        month=caps.get(MONTH_CAP),
        assumed_price=assumed_price,
        current_price=price_of_row,
    )


def reprice(session: "Session", row: "RequestRow") -> "RequestRow":
    """Return ROW with today's price, before it is sent again.

    A model that the catalog lacks keeps the price of before, with its date.
    """
    model = session.model_if_known(row.model)
    if model is None:
        return row
    price = estimate_price(model, row.body)
    return replace(row, price=str(price), cost=price.micros, priced_at=model.priced_at)


def _require_current_prices(session: "Session") -> None:
    """Refresh a catalog older than a day. Raises `OverBudget` if it stays older."""
    reason = _refresh_old_prices(session) or "the service has no list of prices"
    if session.catalog_cache.is_old(session.clock.now()):
        raise OverBudget(
            f"a budget needs today's prices, and they could not be fetched: {reason};"
            " nothing was sent",
            hint="krea models --refresh; then the same command again",
        )


def _refresh_old_prices(session: "Session") -> str | None:
    """Refresh a catalog older than a day, once in a day; return why it failed, if it did."""
    cache, now = session.catalog_cache, session.clock.now()
    if not cache.is_old(now):
        return None
    try:
        session.refresh_catalog()
    except Interrupted:
        raise
    except Unreachable as error:
        return error.message
    except KreaError as error:
        cache.mark_asked(now)
        return error.message
    cache.mark_asked(now)
    return None


def tell_catalog_changes(session: "Session", model_ids: Collection[str]) -> None:
    """Tell what a refresh by this command changed for the models MODEL_IDS."""
    lines = session.catalog_changes.lines_about(model_ids) if session.catalog_changes else ()
    for line in lines[:MAX_CHANGES]:
        session.output.say(f"since the last catalog, {line}")
    if len(lines) > MAX_CHANGES:
        session.output.say(f"and {len(lines) - MAX_CHANGES} more changes: krea models shows them")


def forecast_spending(
    budget: "Budget",
    requests: Sequence[tuple[str, int | None]],
    spending: "Spending | None",
    *,
    now: float,
    noun: str,
) -> tuple[int, OverBudget | None]:
    """Return the number of REQUESTS within BUDGET, and the refusal of the next one, if any.

    requests: model and highest price of each, in millionths of a dollar; None if unknown
    spending: None if earlier spending is unknown; it then counts as none
    now: seconds since 1970
    noun: the word for several requests
    """
    from krea_cli.local.ledger.budget import UNPRICED_HINT
    from krea_cli.local.ledger.low_caps import find_low_caps

    fits, refusal = budget.forecast(requests, spending, now=now)
    if refusal is None:
        return fits, None
    count = len(requests)
    costs = [budget.assumed_price if cost is None else cost for _, cost in requests]
    if fits:
        cap = f"{refusal.cap_name} {format_dollars(refusal.cap)}"
        left = (refusal.cap or 0) - (refusal.spent or 0) + sum(filter(None, costs[:fits]))
        rest = f"the {format_dollars(left)} left of " if left != refusal.cap else ""
        refusal.message = f"{fits} of {count} {noun} fit into {rest}{cap}"
    low = find_low_caps(budget, costs, spending, now=now)
    refusal.hint = (
        low.allowing_hint(f"all {count}" if count > 1 else "it") if low else UNPRICED_HINT
    )
    return fits, refusal
