"""The outcome of one item of a batch in this run."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.api.moderation import MODERATED_PHRASE
from krea_cli.api.types import Job
from krea_cli.errors import JobCancelled, JobFailed, KreaError, Moderated, RequestRefused
from krea_cli.flows.batch.item import Item
from krea_cli.flows.events import ItemEnded
from krea_cli.flows.files.output_slot import SavedFile
from krea_cli.flows.jobs.record import job_record

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True, kw_only=True)
class ItemOutcome:
    """The files of an item, or the reason why there are none.

    row: its request in the ledger
    job: the job as it was read last
    free: this run asked the service for nothing that costs
    existing_file: a file that another machine made
    """

    item: Item
    row: "RequestRow | None" = None
    job: Job | None = None
    saved: tuple[SavedFile, ...] = ()
    error: KreaError | None = None
    free: bool = False
    existing_file: str | None = None

    @property
    def job_id(self) -> str | None:
        """The job of the item, if it ever had one."""
        return self.row.job_id if self.row else None

    def event(self) -> ItemEnded:
        """The event that tells of it."""
        return ItemEnded(
            line=self.item.line,
            files=tuple(saved.path for saved in self.saved),
            error=self.error.message if self.error else None,
            job_id=self.job_id,
        )

    def record(self) -> dict[str, Any]:
        """The job record (see `job_record`), with `line` and `index` of the item."""
        record = job_record(self.job, self.row, files=self.saved, error=self.error)
        if self.row is None:
            record |= {"model": self.item.model, "prompt": self.item.prompt}
            record |= {
                "price": self.item.price,
                "files": [self.existing_file] if self.existing_file else [],
            }
        if self.free and self.error is None:
            record["charged"] = "no"  # not this time
        return record | {"line": self.item.line, "index": self.item.index}


def earlier_failure(row: "RequestRow") -> KreaError:
    """Rebuild the error of ROW from the ledger, without the details that it lacks."""
    message = row.error or f"the request is {row.state}"
    if MODERATED_PHRASE in message:
        return Moderated(message, job_id=row.job_id)
    if row.state == "refused":
        return RequestRefused(message)
    kind = JobCancelled if row.state == "cancelled" else JobFailed
    return kind(message, job_id=row.job_id)
