"""Tell if a request may still bring a result, before another one like it is made."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from krea_cli.api.types import Job
from krea_cli.errors import Interrupted, KreaError, TokenRefused
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.part_file import is_held
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestRow


class OpenState(Enum):
    """The state of a request that is not over, in words."""

    UNDER_WAY = "under way"
    IN_DOUBT = "in doubt"


def find_open_state(
    row: RequestRow, context: FlowContext, read_job: Callable[[str], Job]
) -> OpenState | None:
    """Return how ROW is still open; None if it is over, or was never sent.

    READ_JOB asks the service: the ledger may be the last to hear of an end. A job that cannot be
    read counts as under way. Raises `TokenRefused` and `Interrupted`.
    """
    if row.state in IN_DOUBT_STATES:
        return OpenState.IN_DOUBT
    if row.state == "checked":  # a process may be about to send it
        return OpenState.UNDER_WAY if _has_process(row, context) else None
    if row.state == "submitted" and row.job_id:
        return None if _has_ended(row.job_id, context, read_job) else OpenState.UNDER_WAY
    return OpenState.UNDER_WAY if row.state == "sending" else None


def _has_process(row: RequestRow, context: FlowContext) -> bool:
    """Tell if a running process holds the part file of ROW, or its stream."""
    ledger = context.account_ledger
    if ledger is None:
        return False
    if row.claim and ledger.is_run_alive(row.claim):
        return True
    parts = ledger.parts.list()
    return any(is_held(Path(part.path)) for part in parts if part.request_id == row.id)


def _has_ended(job_id: str, context: FlowContext, read_job: Callable[[str], Job]) -> bool:
    try:
        job = context.clock.wait_for(lambda: read_job(job_id))
    except (Interrupted, TokenRefused):
        raise
    except KreaError:
        return False
    context.records.record_job(job_id, job)
    return job.ended
