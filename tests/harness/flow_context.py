"""The context of a flow for tests that enter at a flow: a fake clock, and a seeded random."""

from collections.abc import Callable
from random import Random

from krea_cli.api.client import ApiClient
from krea_cli.api.http import HttpClient
from krea_cli.clock import Clock
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Event
from krea_cli.local.ledger.account_ledger import AccountLedger


def make_context(
    http: HttpClient,
    clock: Clock,
    *,
    tell: Callable[[Event], None] = lambda event: None,
    ledger: AccountLedger | None = None,
) -> FlowContext:
    """Make a context over HTTP; LEDGER is None for a flow that goes on without."""
    return FlowContext(
        api=ApiClient(http),
        http=http,
        account_ledger=ledger,
        clock=clock,
        tell=tell,
        random=Random(1),
    )
