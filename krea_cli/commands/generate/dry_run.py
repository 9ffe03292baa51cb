"""--dry-run of a generate: the request as it would be sent, and its price."""

import json
from typing import TYPE_CHECKING

from krea_cli.catalog.local_files import format_local_files
from krea_cli.catalog.prices import PriceTotal, estimate_price, unclear_note
from krea_cli.dollars import format_dollars
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.seeds import given_seeds
from krea_cli.terminal import formats

if TYPE_CHECKING:
    from krea_cli.commands.session import Session
    from krea_cli.local.ledger.budget import Budget


def show_request(session: "Session", request: GenerateRequest, budget: "Budget | None") -> None:
    """Print the request, its route, its seeds and its price; send nothing.

    The JSON record has model, route, body, count, price, priced_at, seeds and fits. Also `unclear`:
    dimensions that counted at their highest. And the sums cost, about and unpriced.
    Raises `OverBudget` where not all of it would fit.
    """
    model, count = request.model, request.count
    body = format_local_files(request.body)
    seeds = given_seeds(model, request.body, count)
    numbers = seeds if seeds and None not in seeds else None
    times = f", {count} times" if count > 1 else ""
    lines = [f"POST {model.route}{times}", json.dumps(body, indent=2, ensure_ascii=False)]
    if model.seed_field and seeds is None:
        lines.append("seed: drawn when it is sent")
    elif numbers and count > 1:
        lines.append(f"seeds: {numbers[0]} to {numbers[-1]}")
    price_lines, price_record = _describe_price(request, session.clock.now())
    lines += price_lines
    fits, refusal = None, None
    if budget:
        from krea_cli.commands.budget import forecast_spending

        if ledger := session.account_ledger_if_logged_in():
            ledger.settle_unsent(session.clock.boot()[0])
        fits, refusal = forecast_spending(
            budget,
            [(model.id, request.cost)] * count,
            ledger.spending if ledger else None,
            now=session.clock.now(),
            noun="jobs",
        )
        if refusal and fits:
            refusal.message += f", at {format_dollars(request.cost)} each"
        lines.append(f"within the budget: {fits} of {count}")
    record = {
        "model": model.id,
        "route": model.route,
        "body": body,
        "count": count,
        **price_record,
        "seeds": numbers,
        "fits": fits,
    }
    session.output.print_line("\n".join(lines), record)
    if refusal:
        raise refusal


def _describe_price(request: GenerateRequest, now: float) -> tuple[list[str], dict[str, object]]:
    """Return the price and the sum as lines, and as a part of the record."""
    model, count = request.model, request.count
    price, total = estimate_price(model, request.body), PriceTotal()
    total.add(request.cost, price.shown_micros, times=count)
    each = " each" if count > 1 and price.amount is not None else ""
    age = formats.price_age(model.priced_at, now)
    lines = [f"in all: {total}"] if count > 1 else []
    lines.append(f"price: {price}{each}{unclear_note(price.unclear)}{age}")
    priced_at = None if model.priced_at is None else formats.utc_date(model.priced_at)
    record = {"price": str(price), "priced_at": priced_at, "unclear": list(price.unclear)}
    return lines, record | total.record()
