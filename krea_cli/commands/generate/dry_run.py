"""--dry-run of a generate: each request as it would be sent, and its price."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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


def show_requests(
    session: "Session", requests: Sequence[GenerateRequest], budget: "Budget | None"
) -> None:
    """Print each request, its route, its seeds and its price, and a sum; send nothing.

    The JSON record has model, route, body, count, price, priced_at, seeds and fits. Also `unclear`:
    dimensions that counted at their highest. And the sums cost, about and unpriced of the jobs
    `to_send`. The other numbers of jobs are those of `Forecast`. Several models have one more
    record, of the sums, with their names in `models`.
    Raises `OverBudget` where not all of it would fit, and `WouldOverwrite`. Raises `InDoubt` for a
    request under way under another key.
    """
    forecasts = _look(session, requests, budget)
    blocks = list(zip(requests, forecasts, strict=True))
    to_send = [(each.model.id, each.cost) for each, seen in blocks for _ in range(seen.to_send)]
    fits, refusal = _fit(session, to_send, budget) if budget else (None, None)
    fits_line = f"within the budget: {fits} of {len(to_send)}"
    is_one = len(requests) == 1
    sum_of_all = PriceTotal()
    for request, forecast in blocks:
        lines, record, total = _describe(request, forecast, session.clock.now(), with_sum=is_one)
        if is_one:
            lines += [fits_line] if budget else []
            record["fits"] = fits
        session.output.print_line("\n".join(lines), record)
        sum_of_all += total
    if not is_one:
        counts = Counter[str]()
        for forecast in forecasts:
            counts.update(forecast.counts())
        record = {
            "models": list({each.model.id: None for each in requests}),
            "count": sum(each.count for each in requests),
            **sum_of_all.record(),
            **counts,
            "fits": fits,
        }
        lines = [f"in all: {sum_of_all}", *([fits_line] if budget else [])]
        session.output.print_line("\n".join(lines), record)
    for error in (*(each.refusal for each in forecasts), refusal):
        if error:
            raise error


def _describe(
    request: GenerateRequest, forecast: "Forecast", now: float, *, with_sum: bool
) -> tuple[list[str], dict[str, Any], PriceTotal]:
    """Return the lines about REQUEST, its record, and the price of what is to be sent.

    NOW is in seconds since 1970. WITH_SUM: tell what all its jobs cost
    """
    model, count = request.model, request.count
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
    price_lines, price_record, total = _describe_price(
        request, forecast.to_send, now, with_sum=with_sum
    )
    record = {
        "model": model.id,
        "route": model.route,
        "body": body,
        "count": count,
        **price_record,
        **forecast.counts(),
        "seeds": numbers,
    }
    return [*lines, *price_lines], record, total


def _fit(
    session: "Session", to_send: Sequence[tuple[str, int | None]], budget: "Budget"
) -> tuple[int, OverBudget | None]:
    """Return the number of jobs of TO_SEND that the caps leave room for, and the refusal.

    TO_SEND: model and highest cost of each job, in millionths of a dollar
    """
    from krea_cli.commands.budget import forecast_spending

    ledger = session.account_ledger_if_logged_in()
    fits, refusal = forecast_spending(
        budget,
        to_send,
        ledger.spending if ledger else None,
        now=session.clock.now(),
        noun="jobs",
    )
    if refusal and fits and len(set(to_send)) == 1:
        refusal.message += f", at {format_dollars(to_send[0][1])} each"
    return fits, refusal


def _look(
    session: "Session", requests: Sequence[GenerateRequest], budget: "Budget | None"
) -> "list[Forecast]":
    """Look at what is there already, with the ledger of this account, if there are both.

    Earlier runs of the command then count for BUDGET.
    """
    from krea_cli.errors import LedgerUnusable
    from krea_cli.local.ledger.ledger import Ledger

    has_ledger = Ledger.exists_in(session.env.state_dir, session.host) and not session.no_ledger
    if has_ledger and session.is_logged_in():
        from krea_cli.flows.generate.plan import Plan, look_all

        try:
            session.recognize_keys()
            session.account_ledger.settle_unsent(session.clock.boot()[0])
            context = replace(
                session.best_effort_context, others=session.other_ledgers, budget=budget
            )
            plans = [Plan(request, context) for request in requests]
            is_new_run = look_all(plans)
            return [plan.forecast(anew=is_new_run) for plan in plans]
        except LedgerUnusable as error:
            session.output.warn(error.message)
    elif has_ledger:
        session.output.say(UNKNOWN_WITHOUT_TOKEN)
    return [_look_at_files(request) for request in requests]


def _look_at_files(request: GenerateRequest) -> "Forecast":
    """Look at the places of REQUEST only."""
    from krea_cli.flows.generate.forecast import Forecast

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
    request: GenerateRequest, to_send: int, now: float, *, with_sum: bool
) -> tuple[list[str], dict[str, object], PriceTotal]:
    """Return the price and the sum as lines, as a part of the record, and the sum itself."""
    model, count = request.model, request.count
    price, total = estimate_price(model, request.body), PriceTotal()
    total.add(request.cost, price.shown_micros, times=to_send)
    each = " each" if count > 1 and price.amount is not None else ""
    age = formats.price_age(model.priced_at, now)
    lines = [f"in all: {total}"] if with_sum and (count > 1 or to_send != count) else []
    if to_send:
        lines.append(f"price: {price}{each}{unclear_note(price.unclear)}{age}")
    priced_at = None if model.priced_at is None else formats.utc_date(model.priced_at)
    record = {"price": str(price), "priced_at": priced_at, "unclear": list(price.unclear)}
    return lines, record | total.record(), total
