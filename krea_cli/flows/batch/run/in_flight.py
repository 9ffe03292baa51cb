"""The jobs of a batch that are with the service, or being saved."""

from dataclasses import dataclass
from math import inf

from krea_cli.errors import KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.outcome import ItemOutcome
from krea_cli.flows.download.collect import PendingJob

PAID_STATES = ("completed", "saved")  # of a request whose results are there to be saved


@dataclass
class InFlight:
    """A job on its way.

    until: end of the waiting, monotonic
    fresh: this run paid for it
    """

    item: Item
    pending: PendingJob
    until: float
    fresh: bool

    @property
    def is_paid_before(self) -> bool:
        """True if an earlier run paid for the job, and could not save its results."""
        slot = self.pending.slot
        is_paid = slot.row is not None and slot.row.state in PAID_STATES
        return is_paid and not (self.fresh or slot.copies)


class InFlightJobs(dict[str, InFlight]):
    """The jobs with the service that are waited for, by id.

    overdue: ids of those that timed out; they may run on, and hold their places
    """

    def __init__(self) -> None:
        super().__init__()
        self.overdue: set[str] = set()

    @property
    def places(self) -> int:
        """The number of jobs that may be with the service."""
        return len(self) + len(self.overdue)

    def leave(self, job_id: str, error: KreaError) -> ItemOutcome:
        """Return the outcome, by ERROR, of an item whose job is watched no longer."""
        flight = self.pop(job_id)
        slot = flight.pending.slot
        slot.release()
        return ItemOutcome(item=flight.item, row=slot.row, error=error)

    def expire(self, now: float) -> list[str]:
        """Return, each once, the jobs whose time is over at NOW (monotonic)."""
        expired = [job_id for job_id, flight in self.items() if flight.until <= now]
        for job_id in expired:
            self[job_id].until = inf
        return expired

    def release(self) -> None:
        """Release the part files of the jobs, which are left running."""
        for flight in self.values():
            flight.pending.slot.release()
