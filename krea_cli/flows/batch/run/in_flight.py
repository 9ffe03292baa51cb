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
