"""Update the files and the ledger for a request that ended before this run."""

from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.api.types import Job
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import PendingJob
from krea_cli.flows.download.embed_saved import embed_in_saved
from krea_cli.flows.download.recipe_writer import write_missing_sidecars
from krea_cli.flows.files.existing_results import ExistingResults
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.local.ledger.rows import RequestRow

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger


def write_recipes(
    pending: PendingJob, files: tuple[SavedFile, ...], context: FlowContext
) -> tuple[SavedFile, ...]:
    """Write the recipes that are asked for now into FILES, and beside them."""
    slot, job = pending.slot, Job(pending.job_id, "completed")
    if slot.embed:
        files = tuple(embed_in_saved(job, slot, file, context) for file in files)
        # A sidecar made way for the new bytes, perhaps in a run that was killed.
        slot = replace(slot, sidecar=slot.sidecar or bool(slot.row and slot.row.sidecar))
    write_missing_sidecars(pending.job_id, slot, files, context)
    return files


def record_places(
    row: RequestRow, existing: ExistingResults, slot: OutputSlot, ledger: "AccountLedger"
) -> None:
    """Record where the files of a request are by now."""
    if existing.moved:
        target = slot.key if existing.gone else None
        ledger.files.move(row.job_id or "", existing.moved, existing.gone, target=target)
