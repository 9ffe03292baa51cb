"""What a batch is called in the ledger, and the budget of all that runs under that name."""

import hashlib
import os
import stat
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from krea_cli.flows.batch.check.options import Brief
from krea_cli.local.ledger.budget import SHARED

if TYPE_CHECKING:
    from krea_cli.flows.batch.item_store import Roster
    from krea_cli.local.ledger.budget import Budget


@dataclass(frozen=True)
class BatchLabel:
    """`batch` is the name of the whole, `own` that of the part which runs here, of `shares`."""

    batch: str
    own: str
    shares: int

    def budget(self, budget: "Budget") -> "Budget":
        """BUDGET for all runs of the batch; each share of it may spend its part."""
        share, most = None, budget.max_cost
        if most is not None and self.shares > 1:
            share = self.own, most // self.shares
        return replace(budget, batch=self.batch, share=share)


def batch_label(brief: Brief, roster: "Roster") -> BatchLabel:
    """The label of the batch: its file, or what came through a pipe.

    All runs of one file count together against --max-cost, whatever its lines became.
    """
    shard, batch = brief.shard, _name(brief, roster)
    part = f"{SHARED}{shard.number}/{shard.count}" if shard.count > 1 else ""
    return BatchLabel(batch, batch + part, shard.count)


def _name(brief: Brief, roster: "Roster") -> str:
    path = os.path.realpath(brief.cwd / brief.name)
    if not brief.piped and _is_regular(path):
        return path
    content = hashlib.sha256()
    for item in roster:
        content.update(item.digest.encode())
    return f"pipe:{content.hexdigest()}"


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False
