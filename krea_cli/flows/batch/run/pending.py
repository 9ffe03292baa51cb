"""The jobs of requests from before this run, or from other hosts."""

from dataclasses import replace

from krea_cli.errors import KreaError
from krea_cli.flows.download.collect import PendingJob
from krea_cli.flows.files.existing_results import ExistingResults
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.generate.result_cache import CachedResult
from krea_cli.local.ledger.rows import RequestRow


def pending_job(row: RequestRow, slot: OutputSlot) -> PendingJob:
    """The job of ROW, whose results are wanted at SLOT."""
    return PendingJob(job_id=row.job_id or "", slot=replace(slot, row=row))


def pending_copy(row: RequestRow, existing: ExistingResults, slot: OutputSlot) -> PendingJob:
    """The job of ROW; its EXISTING results elsewhere are copied to SLOT."""
    pending = pending_job(row, replace(slot, copies=existing.copies))
    return replace(pending, job=CachedResult(row, existing.copies).job)


def changed_error(path: str) -> KreaError:
    """Error for a file at PATH that is not the item's result, although it was saved there."""
    return KreaError(
        f"{path} is not what was saved there: it was changed, and is left alone",
        hint="the same command with --force puts the result back, and pays nothing;"
        " move the file away to keep it",
    )
