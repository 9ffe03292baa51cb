"""Let go of a job that was made: only once nobody can read it or its results any more."""

from functools import partial

from krea_cli.api.jobs import job_failure
from krea_cli.api.types import Job
from krea_cli.errors import KreaError, NotFound, UsageError
from krea_cli.flows.backoff import is_transient
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.output_slot import list_results
from krea_cli.flows.files.part_file import open_nameless_part
from krea_cli.flows.transfer.result_source import ResultSource
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestRow


def require_lost(row: RequestRow, context: FlowContext) -> None:
    """Raise UsageError if the job of ROW runs, or has a result that can be fetched.

    A request in doubt passes. Raises the errors of the service and of the result's host as well,
    where they leave it open.
    """
    if row.job_id is None or row.state in IN_DOUBT_STATES:
        return
    job_id = row.job_id
    try:
        job = context.clock.wait_for(lambda: context.api.get_job(job_id))
    except NotFound:
        return
    if not job.ended:
        raise UsageError(
            f"request {row.id} is not in doubt: its job {job_id} is {job.status}",
            hint=f"krea download {job_id} waits for it and saves it; krea cancel {job_id} stops it",
        )
    if job_failure(job) is None and _has_result(job, context):
        raise UsageError(
            f"request {row.id} is not in doubt: the result of its job {job_id} is paid for",
            hint=f"krea download {job_id} saves it",
        )


def _has_result(job: Job, context: FlowContext) -> bool:
    """Tell if the first result of JOB can still be fetched, by fetching it."""
    part = open_nameless_part()
    try:
        for result in list_results(job.outputs)[:1]:
            fetch = partial(ResultSource(context).fetch, job.id, result, part)
            context.clock.wait_for(fetch)
            return True
    except KreaError as error:
        if is_transient(error):
            raise
    finally:
        part.release()
    return False
