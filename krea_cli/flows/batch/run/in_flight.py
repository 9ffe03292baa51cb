"""The jobs of a batch that are with the service, or being saved."""

from dataclasses import dataclass

from krea_cli.flows.batch.item import Item
from krea_cli.flows.download.collect import PendingJob


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
