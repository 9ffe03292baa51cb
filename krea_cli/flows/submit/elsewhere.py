"""Requests in the ledgers of other hosts: done, to be copied or fetched, or left to that host."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from krea_cli.errors import LeftToHost
from krea_cli.flows.files.existing_results import ExistingResults, find_existing_results
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.local.ledger.other_ledgers import OtherRequest
from krea_cli.local.ledger.rows import IN_DOUBT_STATES


@dataclass(frozen=True)
class Elsewhere:
    """A request of another host.

    existing: its results on disk, if it is finished there
    """

    request: OtherRequest
    existing: ExistingResults = field(default_factory=ExistingResults)

    @property
    def is_finished(self) -> bool:
        """True if the other host has saved all of it: what is missing here costs nothing."""
        return self.request.row.state == "saved"

    @property
    def is_in_doubt(self) -> bool:
        """True if the other host does not know if its request was received."""
        return self.request.row.state in ("sending", *IN_DOUBT_STATES)

    def error(self) -> LeftToHost:
        """The error of a request that is left to the other host."""
        row, host = self.request.row, self.request.host
        state = "in doubt" if self.is_in_doubt else "under way"
        job = f" (job {row.job_id})" if row.job_id else ""
        return LeftToHost(
            f"{host.where} has the same request as {state}{job}; it is left to that host,"
            " and nothing was sent",
            host=host.name,
            can_go_on=host.can_be_own,
            job_id=row.job_id,
        )


def find_elsewhere(requests: Sequence[OtherRequest], slot: OutputSlot) -> Elsewhere | None:
    """Choose from REQUESTS, all of the same, the one that counts at SLOT; None without any.

    First a result in its place, then a request under way, then a result to be copied.
    """
    found = [_look_at(request, slot) for request in requests]
    return min(
        found,
        key=lambda each: (not each.existing.is_done, each.is_finished, not each.existing.copies),
        default=None,
    )


def _look_at(request: OtherRequest, slot: OutputSlot) -> Elsewhere:
    row = request.row
    if row.state != "saved":
        return Elsewhere(request)
    facts = NameFacts.of_row(row)
    return Elsewhere(request, find_existing_results(request.files, slot, facts))
