"""The failures of one run of a batch: which are tried again, and when they end the sending."""

from typing import TYPE_CHECKING

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.error_policy import ItemStop, item_stop
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.batch.run.retries import Retries
from krea_cli.flows.events import Note, Tell

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow


class Failures:
    """Counts the jobs and requests that failed in this run.

    count: their number; a job that is followed by another one counts as well
    """

    def __init__(self, options: RunOptions, retries: Retries, tell: Tell) -> None:
        self.count = 0
        self._options = options
        self._retries = retries
        self._tell = tell

    def note_job(self, row: "RequestRow | None", job: Job) -> ItemStop | None:
        """Count JOB of ROW, which failed; return the reason to send nothing more, if it is one."""
        return self.note(is_over=not self._retries.allows(row, job_failure(job)))

    def note(self, *, is_over: bool = True) -> ItemStop | None:
        """Count a failure; return the reason to send nothing more, if it is one.

        IS_OVER: it is not tried again
        """
        self.count += 1
        if self._options.fail_fast and is_over:
            return item_stop("as an item failed")
        limit = self._options.max_failures
        if limit is None or self.count < limit:
            return None
        jobs = "a job" if self.count == 1 else f"{self.count} jobs"
        return item_stop(f"as {jobs} failed")

    def retry(self, item: Item, row: "RequestRow | None", error: KreaError) -> bool:
        """Tell if ITEM, whose job of ROW failed with ERROR, is tried again; count it then."""
        self._retries.note_failure(item)
        if row is None or not self._retries.allows(row, error):
            return False
        number, limit = row.retry + 1, self._retries.limit
        reason = error.message.replace(f"job {error.job_id} ", "")
        self._tell(Note(f"line {item.line}: {reason}; sent again ({number} of {limit})"))
        return True
