"""Compare a job with the request that the user gives it to."""

from krea_cli.api.types import Job
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import WarningNote
from krea_cli.flows.jobs.record import iso_time
from krea_cli.flows.submit.match import STRANGER_SECONDS
from krea_cli.local.ledger.rows import RequestRow


def warn_of_differences(row: RequestRow, job: Job, context: FlowContext) -> None:
    """Warn if JOB does not look like the request ROW; the user has the last word."""
    sent = row.sent_at or row.created_at
    if (
        job.created_at is not None
        and not -STRANGER_SECONDS < job.created_at - sent < STRANGER_SECONDS
    ):
        context.tell(
            WarningNote(
                f"job {job.id} was made {iso_time(job.created_at)}, and the request left"
                f" {iso_time(sent)}"
            )
        )
    types = context.ledger.statistics.job_types(row.model)
    if job.type and types and job.type not in types:
        context.tell(WarningNote(f"job {job.id} is of type {job.type}, not {', '.join(types)}"))
