"""The counts of a batch under way."""

from dataclasses import dataclass

from krea_cli.flows.batch.item import Item
from krea_cli.flows.events import BatchProgress


@dataclass
class Counts:
    """The number of items by their end, and the cost of this run.

    made: items done whose job this run paid for
    unwatched: items whose job may still run, and is watched no more
    spent: the most that this run may cost, in millionths of a dollar
    unpriced: jobs of unknown price, not in `spent`
    """

    total: int
    done: int = 0
    made: int = 0
    failed: int = 0
    doubtful: int = 0
    unwatched: int = 0
    spent: int = 0
    unpriced: int = 0

    def charge(self, item: Item) -> None:
        """Add the cost of ITEM, which was sent and may be billed."""
        if item.cost is None:
            self.unpriced += 1
        else:
            self.spent += item.cost

    def refund(self, item: Item) -> None:
        """Take back the cost of ITEM, which is not billed after all."""
        if item.cost is None:
            self.unpriced -= 1
        else:
            self.spent -= item.cost

    def progress(self, *, running: int, limit: int, stopping: str | None) -> BatchProgress:
        """The progress event, with RUNNING jobs and the reason for STOPPING."""
        over = self.done + self.failed + self.doubtful + self.unwatched
        return BatchProgress(
            total=self.total,
            done=self.done,
            made=self.made,
            failed=self.failed,
            doubtful=self.doubtful,
            running=running + self.unwatched,
            waiting=self.total - over - running,
            limit=limit,
            spent=self.spent,
            unpriced=self.unpriced,
            stopping=stopping,
        )
