"""The results of a job on their way into a part file: which there are, and their addresses."""

import os
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from krea_cli.api.types import Job
from krea_cli.clock import Clock
from krea_cli.errors import KreaError
from krea_cli.flows.backoff import Backoff, is_transient
from krea_cli.flows.events import Downloading, Tell
from krea_cli.flows.files.part_file import Reservation
from krea_cli.flows.files.result import Result
from krea_cli.flows.transfer.fetch import Fetched, Gone, fetch

if TYPE_CHECKING:
    from krea_cli.api.client import Api
    from krea_cli.api.http import Http

FRESH_ADDRESSES = 3  # how often a refused address is replaced by reading the job again
READS = 5


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where results come from: the service that knows the addresses, the hosts behind them."""

    api: "Api"
    http: "Http"
    clock: Clock
    tell: Tell
    random: Random

    def bring(self, job_id: str, result: Result, part: Reservation) -> tuple[Fetched, str]:
        """Fill PART with RESULT; gives back what came, and the address it came from.

        An address that the host refuses is replaced by what the job says now.
        """
        url = result.url
        patience = Backoff(self.random)
        while True:
            try:
                return self._fetch(job_id, url, part), url
            except Gone as error:
                seconds = patience.hold(error)
                if patience.faults > FRESH_ADDRESSES:
                    raise
                if patience.faults > 1:
                    self.clock.pause(seconds)
                outputs = self.read(job_id).outputs
                if result.position <= len(outputs):
                    url = outputs[result.position - 1].url

    def read(self, job_id: str) -> Job:
        """Read a job through a few passing faults."""
        patience = Backoff(self.random)
        while True:
            try:
                return self.clock.attend(lambda: self.api.job(job_id))
            except KreaError as error:
                seconds = patience.hold(error)
                if not is_transient(error) or patience.faults >= READS:
                    raise
                self.clock.pause(seconds)

    def _fetch(self, job_id: str, url: str, part: Reservation) -> Fetched:
        name = os.path.basename(url.partition("?")[0])[:80]
        return fetch(
            url,
            part,
            http=self.http,
            clock=self.clock,
            random=self.random,
            progress=lambda received, total: self.tell(Downloading(job_id, name, received, total)),
        )
