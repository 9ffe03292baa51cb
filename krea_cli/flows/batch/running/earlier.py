"""Why an item failed in an earlier run, as far as the ledger remembers."""

from typing import TYPE_CHECKING

from krea_cli.api.moderation import BY_MODERATION
from krea_cli.errors import JobCancelled, JobFailed, KreaError, Moderated, RequestRefused

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import Row


def earlier_failure(row: "Row") -> KreaError:
    """The failure of ROW as it was told then; what the ledger has no room for is not in it."""
    message = row.error or f"the request is {row.state}"
    if BY_MODERATION in message:
        return Moderated(message, job_id=row.job_id)
    if row.state == "refused":
        return RequestRefused(message)
    kind = JobCancelled if row.state == "cancelled" else JobFailed
    return kind(message, job_id=row.job_id)
