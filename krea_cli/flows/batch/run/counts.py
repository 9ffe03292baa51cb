"""The counts of a batch under way."""

from dataclasses import dataclass

from krea_cli.errors import KreaError, NotSaved
from krea_cli.flows.batch.item import Item
from krea_cli.flows.events import BatchProgress


@dataclass
class Counts:
    """The number of items by their end, and the cost of this run.

    made: items done whose job this run paid for
    unsaved: items that are paid for, and could not be saved
    unwatched: items whose job may still run, and is watched no more
    elsewhere: items that another run sends, or has a job for
    retried: jobs that failed, and were followed by another one
    spent: the most that this run may cost, in millionths of a dollar
    about: cost of jobs with an uncertain price, in millionths of a dollar, not in `spent`
    unpriced: jobs of unknown price, in neither
    """

    total: int
    done: int = 0
    made: int = 0
    failed: int = 0
    unsaved: int = 0
    doubtful: int = 0
    unwatched: int = 0
    elsewhere: int = 0
    retried: int = 0
    spent: int = 0
    about: int = 0
    unpriced: int = 0

    def fail(self, error: KreaError | None) -> None:
        """Count an item that ended with ERROR."""
        if isinstance(error, NotSaved):
            self.unsaved += 1
        else:
            self.failed += 1

    def charge(self, item: Item) -> None:
        """Add the cost of ITEM, which was sent and may be billed."""
        self._add(item, 1)

    def refund(self, item: Item) -> None:
        """Take back the cost of ITEM, which is not billed after all."""
        self._add(item, -1)

    def _add(self, item: Item, times: int) -> None:
        if item.cost is not None:
            self.spent += item.cost * times
        elif item.about is not None:
            self.about += item.about * times
        else:
            self.unpriced += times

    def progress(self, *, running: int, limit: int, stopping: str | None) -> BatchProgress:
        """The progress event, with RUNNING jobs and the reason for STOPPING."""
        ended = self.done + self.failed + self.unsaved + self.doubtful
        over = ended + self.unwatched + self.elsewhere
        return BatchProgress(
            total=self.total,
            done=self.done,
            made=self.made,
            failed=self.failed,
            unsaved=self.unsaved,
            doubtful=self.doubtful,
            running=running + self.unwatched,
            elsewhere=self.elsewhere,
            retried=self.retried,
            waiting=self.total - over - running,
            limit=limit,
            spent=self.spent,
            about=self.about,
            unpriced=self.unpriced,
            stopping=stopping,
        )
