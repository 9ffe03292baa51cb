"""Usual times of models: from the catalog, else from the jobs of this ledger."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from krea_cli.errors import LedgerUnusable
from krea_cli.terminal import formats

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model
    from krea_cli.commands.session import Session


def read_usual_times(session: "Session", models: "Sequence[Model]") -> dict[str, float]:
    """Return id -> seconds for those of MODELS whose time this ledger alone tells.

    No token is needed, and no ledger is made.
    """
    from krea_cli.local.ledger.ledger import Ledger

    times: dict[str, float] = {}
    # The list of the models is no place to hear of a broken ledger.
    with suppress(LedgerUnusable):
        if not Ledger.exists_in(session.env.state_dir, session.host):
            return {}
        from krea_cli.flows.jobs.poll_schedule import usual_seconds

        accounts = session.ledger.list_accounts(session.base)
        ledgers = [session.ledger.for_account(session.base, account) for account in accounts]
        for model in models:
            if model.typical_seconds is None:
                durations = [
                    seconds for each in ledgers for seconds in each.statistics.durations(model.id)
                ]
                seconds, _ = usual_seconds(None, durations)
                times |= {} if seconds is None else {model.id: seconds}
    return times


def usual_time(model: "Model", seconds_here: float | None) -> str | None:
    """Return the usual time of a job of MODEL as text; None if nobody knows it.

    seconds_here: of this ledger; the catalog's time goes before it
    """
    if model.typical_seconds is not None:
        return formats.duration(model.typical_seconds)
    return None if seconds_here is None else f"{formats.duration(seconds_here)} here"
