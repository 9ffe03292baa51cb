"""The counts of a batch under way."""

from dataclasses import dataclass

from krea_cli.flows.batch.item import Item
from krea_cli.flows.events import BatchProgress


@dataclass
class Tally:
    """How many of TOTAL items came to which end; what this run may have cost."""

    total: int
    done: int = 0
    made: int = 0
    failed: int = 0
    doubtful: int = 0
    left: int = 0  # still running when their time was over
    spent: int = 0
    unpriced: int = 0

    def charge(self, item: Item) -> None:
        """ITEM was sent, and may be billed."""
        if item.cost is None:
            self.unpriced += 1
        else:
            self.spent += item.cost

    def refund(self, item: Item) -> None:
        """ITEM, which was charged, is not billed after all."""
        if item.cost is None:
            self.unpriced -= 1
        else:
            self.spent -= item.cost

    def standing(self, *, running: int, limit: int, stopping: str | None) -> BatchProgress:
        """All of it, with how many jobs are RUNNING."""
        over = self.done + self.failed + self.doubtful + self.left
        return BatchProgress(
            total=self.total,
            done=self.done,
            made=self.made,
            failed=self.failed,
            doubtful=self.doubtful,
            running=running + self.left,
            waiting=self.total - over - running,
            limit=limit,
            spent=self.spent,
            unpriced=self.unpriced,
            stopping=stopping,
        )
