"""When the requests in doubt left, and when their jobs can have been made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from krea_cli.flows.context import FlowContext
from krea_cli.flows.submit.listing import Listing
from krea_cli.flows.submit.match import MIN_ANSWERS, Window, make_window, make_window_of_host
from krea_cli.local.ledger.request_identity import request_fingerprint
from krea_cli.local.ledger.rows import RequestRow

if TYPE_CHECKING:
    from krea_cli.local.ledger.other_ledgers import OtherLedgers


def make_windows(
    context: FlowContext, rows: Sequence[RequestRow], listing: Listing
) -> dict[int, Window]:
    """Make the windows of ROWS by the clocks of now, which may have leapt since they left."""
    ledger, now, boot = context.ledger, context.clock.now(), context.clock.boot()
    statistics = ledger.statistics
    lag = statistics.clock_offset_range(now, boot, least=MIN_ANSWERS)
    cut = (statistics.cuts_to_seconds(), listing.cuts_to_seconds)
    windows = {}
    for row in rows:
        sendings = ledger.ownership.list_sendings(row)
        windows[row.id] = make_window(
            [sending.on_clock(now, boot) for sending in sendings],
            lag=lag,
            skew=listing.skew,
            whole_seconds=False not in cut and True in cut,
            since=min(sending.sent_at for sending in sendings),
            types=frozenset(statistics.job_types(row.model)),
            body=_body_key(context, row),
        )
    return windows


def make_windows_of_others(
    context: FlowContext, others: "OtherLedgers", listing: Listing
) -> dict[int, Window]:
    """Make the windows of the requests of other hosts that may own an unowned job."""
    return {
        request.row.id: make_window_of_host(
            [sending.sent_at for sending in sendings],
            skew=listing.skew,
            name=f"{request.number} in {request.host.where}",
        )
        for request, sendings in others.list_claimants()
    }


def seconds_since_sent(context: FlowContext, row: RequestRow) -> float:
    """Return the seconds since the request left, however the wall clock leapt meanwhile."""
    return context.clock.now() - list_sent_at(context, row)[-1]


def list_sent_at(context: FlowContext, row: RequestRow) -> list[float]:
    """Each time that the request left, on the clock of now."""
    now, boot = context.clock.now(), context.clock.boot()
    return sorted(each.on_clock(now, boot) for each in context.ledger.ownership.list_sendings(row))


def _body_key(context: FlowContext, row: RequestRow) -> str:
    """Return a text that is equal for requests of this account with equal bodies."""
    if row.erased_at is not None or context.ledger.requests.find(row.id) is None:
        return f"request {row.id}"
    return request_fingerprint(row.route, row.body)
