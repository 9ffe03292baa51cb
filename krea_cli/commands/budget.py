"""What a command may spend: its own cap, that of the day, and prices that can be relied on."""

from itertools import repeat
from typing import TYPE_CHECKING

from krea_cli.dollars import micros, told
from krea_cli.errors import Interrupted, KreaError, OverBudget, UsageError
from krea_cli.local.ledger.budget import DAY, MAX_COST, Budget, enough

if TYPE_CHECKING:
    from decimal import Decimal

    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.rows import Row

REFRESH = "krea models --refresh, then the same command again"


def budget(
    session: "Session",
    *,
    max_cost: "Decimal | None" = None,
    assume: "Decimal | None" = None,
) -> Budget | None:
    """The caps in force, None without any; amounts in US dollars, ASSUME for an unknown price.

    MAX_COST is for this command. With a cap, the session's catalogue is one of today afterwards.
    Raises `OverBudget` where that cannot be had.
    """
    day = session.config.get(DAY)
    if max_cost is None and day is None:
        return None
    if day is not None and session.without_ledger:
        raise UsageError(
            f"{DAY} cannot be held without the ledger, which knows what was spent",
            hint=f"leave --no-ledger away, or krea config unset {DAY}",
        )
    _have_prices_of_today(session)

    def price(row: "Row") -> int | None:
        from krea_cli.catalog.prices import estimate

        model = session.model_if_known(row.model)
        return estimate(model, row.body).micros if model else None

    return Budget(
        max_cost=None if max_cost is None else micros(max_cost),
        day=None if day is None else _micros(day),
        assumed=None if assume is None else micros(assume),
        price=price,
    )


def _micros(setting: object) -> int:
    from decimal import Decimal

    return micros(Decimal(str(setting)))


def _have_prices_of_today(session: "Session") -> None:
    """Ask the service for its catalogue, unless it was asked within a day."""
    from krea_cli.flows.generate.compose import DAY as OLD
    from krea_cli.flows.generate.compose import refreshed

    store, clock = session.store(), session.clock
    age = store.age(clock.now())
    if age is not None and age <= OLD:
        return
    why = "the service has no list of prices"
    try:
        refreshed(store, session.api_without_token, clock)
    except Interrupted:
        raise
    except KreaError as error:
        why = error.message
    age = store.age(clock.now())
    if age is None or age > OLD:
        raise OverBudget(
            f"a budget needs prices of today, which cannot be had: {why}; nothing was sent",
            hint=REFRESH,
        )


def foresee(
    session: "Session", budget: Budget, *, model: str, cost: int | None, count: int
) -> tuple[int, OverBudget | None]:
    """How many of COUNT requests to MODEL would be sent, and why not the next; COST as in `Draft`.

    Without a token nothing is known of what was spent before.
    """
    account_ledger = session.account_ledger_if_known()
    fits, refusal = budget.foresee(
        repeat((model, cost), count),
        account_ledger.spending if account_ledger else None,
        now=session.clock.now(),
    )
    if refusal and fits:
        limit, cap = refusal.limit, told(refusal.cap)
        refusal.message = f"{fits} of {count} jobs fit into {limit} {cap}, at {told(cost)} each"
    if refusal and refusal.limit == MAX_COST and (more := enough(refusal, count - fits)):
        refusal.hint = f"{MAX_COST} {more} allows {'it' if count == 1 else f'all {count}'}"
    return fits, refusal
