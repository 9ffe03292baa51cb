"""Items that another host has sent: nothing of them is sent here."""

from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.messages import (
    AlreadyDone,
    ClaimedElsewhere,
    ItemSubmitted,
    LeftElsewhere,
    WorkerMessage,
)
from krea_cli.flows.batch.run.pending import changed_error, pending_copy, pending_job
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.submit.elsewhere import Elsewhere

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger


def take_from_elsewhere(
    item: Item, found: Elsewhere, slot: OutputSlot, ledger: "AccountLedger"
) -> WorkerMessage:
    """Return the result of ITEM, which was FOUND in the ledger of another host.

    What is finished there is in its place, or is copied or fetched for nothing. LEDGER is our own.
    """
    row, existing = found.request.row, found.existing
    if not found.is_finished:
        return LeftElsewhere(item, row, found.error(), in_doubt=found.is_in_doubt)
    if existing.is_done:
        return AlreadyDone(item, row, existing.files)
    if existing.occupied and not slot.target.force:
        return AlreadyDone(item, row, error=changed_error(existing.occupied[0]))
    if existing.is_complete:
        return AlreadyDone(item, row, copy=pending_copy(row, existing, slot))
    part_file = slot.reserve(row, ledger)
    if part_file is None:
        return ClaimedElsewhere(item)
    slot = replace(slot, part_file=part_file)
    return ItemSubmitted(item, row, pending_job(row, slot), fresh=False)
