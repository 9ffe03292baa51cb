"""World: what a flow needs of the outside, handed in by the command."""

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from krea_cli.clock import Clock
from krea_cli.flows.events import Tell

if TYPE_CHECKING:
    from krea_cli.api.client import Api
    from krea_cli.api.http import Http
    from krea_cli.local.ledger.budget import Budget
    from krea_cli.local.ledger.ledger import AccountLedger


@dataclass(frozen=True, kw_only=True)
class FlowContext:
    """The service, the ledger as this account sees it, time, chance, and whom to tell.

    `shared` says that others submit jobs on this account, so that a job in the list proves nothing.
    `budget` is what may be spent; None is no cap.
    """

    api: "Api"
    http: "Http"
    ledger: "AccountLedger"
    clock: Clock
    tell: Tell
    random: Random
    shared: bool = False
    budget: "Budget | None" = None
