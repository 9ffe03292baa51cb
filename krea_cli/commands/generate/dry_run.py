"""--dry-run of a generate: the request as it would be sent, and its price."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import format_local_files
from krea_cli.catalog.prices import PriceTotal, estimate_price, unclear_note
from krea_cli.commands.request_options import UNKNOWN_WITHOUT_TOKEN
from krea_cli.dollars import format_dollars
from krea_cli.errors import OverBudget, WouldOverwrite
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.seeds import given_seeds
from krea_cli.terminal import formats

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.flows.generate.forecast import Forecast
    from krea_cli.local.ledger.budget import Budget


def show_request(session: "Session", request: GenerateRequest, budget: "Budget | None") -> None:
    """Print the request, its route, its seeds and its price; send nothing.

    The JSON record has model, route, body, count, price, priced_at, seeds and fits. Also `unclear`:
    dimensions that counted at their highest. And the sums cost, about and unpriced of the jobs
    `to_send`. The other numbers of jobs are those of `Forecast`.
    Raises `OverBudget` where not all of it would fit, and `WouldOverwrite`. Raises `InDoubt` for a
    request under way under another key.
    """
    model, count = request.model, request.count
    forecast = _look(session, request, budget)
    body = format_local_files(request.body)
    seeds = given_seeds(model, request.body, count)
    numbers = seeds if seeds and None not in seeds else None
    times = f", {count} times" if count > 1 else ""
    lines = [f"POST {model.route}{times}", json.dumps(body, indent=2, ensure_ascii=False)]
    if model.seed_field and seeds is None and forecast.to_send:
        lines.append("seed: drawn when it is sent")
    elif numbers and count > 1:
        lines.append(f"seeds: {numbers[0]} to {numbers[-1]}")
    lines += _describe_jobs(forecast, count)
    price_lines, price_record = _describe_price(request, forecast.to_send, session.clock.now())
    lines += price_lines
    fits, refusal = _fit(session, request, budget, forecast.to_send) if budget else (None, None)
    if budget:
        lines.append(f"within the budget: {fits} of {forecast.to_send}")
    record = {
        "model": model.id,
        "route": model.route,
        "body": body,
        "count": count,
        **price_record,
        **forecast.counts(),
        "seeds": numbers,
        "fits": fits,
    }
    session.output.print_line("\n".join(lines), record)
    if forecast.refusal:
        raise forecast.refusal
    if refusal:
        raise refusal


def _fit(
    session: "Session", request: GenerateRequest, budget: "Budget", to_send: int
) -> tuple[int, OverBudget | None]:
    """Return the number of jobs of TO_SEND that the caps leave room for, and the refusal."""
    from krea_cli.commands.budget import forecast_spending

    ledger = session.account_ledger_if_logged_in()
    fits, refusal = forecast_spending(
        budget,
        [(request.model.id, request.cost)] * to_send,
        ledger.spending if ledger else None,
        now=session.clock.now(),
        noun="jobs",
    )
    if refusal and fits:
        refusal.message += f", at {format_dollars(request.cost)} each"
    return fits, refusal


def _look(session: "Session", request: GenerateRequest, budget: "Budget | None") -> "Forecast":
    """Look at what is there already, with the ledger of this account, if there are both.

    Earlier runs of the command then count for BUDGET.
    """
    from krea_cli.errors import LedgerUnusable
    from krea_cli.flows.generate.forecast import Forecast
    from krea_cli.local.ledger.ledger import Ledger

    has_ledger = Ledger.exists_in(session.env.state_dir, session.host) and not session.no_ledger
    if has_ledger and session.is_logged_in():
        from krea_cli.flows.generate.plan import Plan

        try:
            session.recognize_keys()
            session.account_ledger.settle_unsent(session.clock.boot()[0])
            context = replace(
                session.best_effort_context, others=session.other_ledgers, budget=budget
            )
            return Plan(request, context).forecast()
        except LedgerUnusable as error:
            session.output.warn(error.message)
    elif has_ledger:
        session.output.say(UNKNOWN_WITHOUT_TOKEN)
    try:
        for n in range(1, request.count + 1):
            request.slot(n).refuse_existing()
    except WouldOverwrite as error:
        return Forecast(request.count, refusal=error)
    return Forecast(request.count)


def _describe_jobs(forecast: "Forecast", count: int) -> list[str]:
    """Return the line about jobs that are not sent, if there are any."""
    if forecast.to_send == count:
        return []
    facts = {
        "done": forecast.done,
        "paid, to be saved": forecast.to_save,
        "ended empty": forecast.empty,
        "under way": forecast.under_way,
        "in doubt": forecast.in_doubt,
        "left to another host": forecast.left_to_host,
        "to be sent": forecast.to_send,
    }
    return [f"jobs: {', '.join(f'{count} {name}' for name, count in facts.items() if count)}"]


def _describe_price(
    request: GenerateRequest, to_send: int, now: float
) -> tuple[list[str], dict[str, object]]:
    """Return the price and the sum as lines, and as a part of the record."""
    model, count = request.model, request.count
    price, total = estimate_price(model, request.body), PriceTotal()
    total.add(request.cost, price.shown_micros, times=to_send)
    each = " each" if count > 1 and price.amount is not None else ""
    age = formats.price_age(model.priced_at, now)
    lines = [f"in all: {total}"] if count > 1 or to_send != count else []
    if to_send:
        lines.append(f"price: {price}{each}{unclear_note(price.unclear)}{age}")
    priced_at = None if model.priced_at is None else formats.utc_date(model.priced_at)
    record = {"price": str(price), "priced_at": priced_at, "unclear": list(price.unclear)}
    return lines, record | total.record()
