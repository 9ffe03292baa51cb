"""Name a batch in the ledger, and its budget: all runs under one name count together."""

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from krea_cli.flows.batch.check.options import CheckOptions
from krea_cli.local.ledger.spending import SHARE_SEPARATOR

if TYPE_CHECKING:
    from krea_cli.flows.batch.item_store import ItemStore
    from krea_cli.local.ledger.budget import Budget


@dataclass(frozen=True)
class LedgerLabel:
    """The name of a batch in the ledger.

    batch: name of the whole batch
    own: name of the share that runs here
    shares: number of shares
    """

    batch: str
    own: str
    shares: int

    def budget(self, budget: "Budget") -> "Budget":
        """BUDGET for all runs of the batch; each share of it may spend its part."""
        share = None
        if budget.max_cost is not None and self.shares > 1:
            share = self.own, budget.max_cost // self.shares
        return replace(budget, batch_label=self.batch, share=share)


def ledger_label(options: CheckOptions, items: "ItemStore") -> LedgerLabel:
    """The label of the batch: the path of its list, or a hash of a piped one.

    All runs of one list count together against --max-cost, even after its lines changed.
    """
    shard, batch = options.shard, _batch_name(options, items)
    part = f"{SHARE_SEPARATOR}{shard.number}/{shard.count}" if shard.count > 1 else ""
    return LedgerLabel(batch, batch + part, shard.count)


def _batch_name(options: CheckOptions, items: "ItemStore") -> str:
    path = os.path.realpath(options.cwd / options.name)
    if not options.is_stdin and os.path.isfile(path):
        return path
    content = hashlib.sha256()
    for item in items.list_all():
        content.update(item.own_fingerprint.encode())
    return f"pipe:{content.hexdigest()}"
