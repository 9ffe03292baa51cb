"""How one item of a batch ended in this run."""

from typing import TYPE_CHECKING

from krea_cli.api.moderation import BY_MODERATION
from krea_cli.errors import JobCancelled, JobFailed, KreaError, Moderated, RequestRefused

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import Row

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.api.types import Job
from krea_cli.flows.batch.item import Item
from krea_cli.flows.events import ItemEnded
from krea_cli.flows.files.destination import Saved
from krea_cli.flows.jobs.record import record

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import Row


@dataclass(frozen=True, kw_only=True)
class ItemOutcome:
    """The files of an item, or why there are none.

    `row` is its request in the ledger, `job` the job as it was read last. `free`: this run asked
    the service for nothing that costs, as the files were there, or are copies. `found` is a file
    of another machine.
    """

    item: Item
    row: "Row | None" = None
    job: Job | None = None
    saved: tuple[Saved, ...] = ()
    error: KreaError | None = None
    free: bool = False
    found: str | None = None

    @property
    def job_id(self) -> str | None:
        """The job of the item, if it ever had one."""
        return self.row.job_id if self.row else None

    def event(self) -> ItemEnded:
        """What is told of it."""
        return ItemEnded(
            line=self.item.line,
            files=tuple(saved.path for saved in self.saved),
            error=self.error.message if self.error else None,
            job_id=self.job_id,
        )

    def record(self) -> dict[str, Any]:
        """The job record, with the line of the item and its place in the batch."""
        told = record(self.job, self.row, files=self.saved, error=self.error)
        if self.row is None:
            told |= {"model": self.item.model, "prompt": self.item.prompt}
            told |= {"price": self.item.price, "files": [self.found] if self.found else []}
        if self.free and self.error is None:
            told["charged"] = "no"  # not this time
        return told | {"line": self.item.line, "index": self.item.index}


def earlier_failure(row: "Row") -> KreaError:
    """The failure of ROW as it was told then; what the ledger has no room for is not in it."""
    message = row.error or f"the request is {row.state}"
    if BY_MODERATION in message:
        return Moderated(message, job_id=row.job_id)
    if row.state == "refused":
        return RequestRefused(message)
    kind = JobCancelled if row.state == "cancelled" else JobFailed
    return kind(message, job_id=row.job_id)
