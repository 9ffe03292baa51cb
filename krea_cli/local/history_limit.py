"""The time after which old requests leave the ledger."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from krea_cli.local.config import Config
    from krea_cli.local.ledger.ledger import Ledger


def prune_history(config: "Config", ledger: "Ledger", now: float) -> int:
    """Delete requests of LEDGER older than the setting history.keep, and return their number.

    Those of this month stay as long as budget.month has to count them. NOW is in seconds since
    1970.
    """
    if (keep := config.get("history.keep")) is None:
        return 0
    before = now - float(keep)
    if config.get("budget.month") is not None:
        from krea_cli.local.ledger.budget import month_start

        before = min(before, month_start(now))
    if (pruned := ledger.prune(before)) and ledger.path:
        from krea_cli.local.ledger.request_list import remove_request_list

        remove_request_list(ledger.path.parent)
    return pruned
