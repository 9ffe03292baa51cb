"""Fetch a result into a part file, with a fresh address if the host refuses the first."""

import os
from collections.abc import Callable
from math import inf

from krea_cli.api.data_url import is_data_url
from krea_cli.flows.backoff import Backoff, retry
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Downloading
from krea_cli.flows.files.output_slot import Result
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.fetch import PartContent, fetch
from krea_cli.flows.transfer.result_status import ResultGone

MAX_FRESH_ADDRESSES = 3  # times that a refused address is replaced by reading the job again
MAX_READS = 5


class ResultSource:
    """The service that knows the addresses of results, and the hosts behind them."""

    def __init__(self, context: FlowContext) -> None:
        self._context = context

    def fetch(
        self,
        job_id: str,
        result: Result,
        part: PartFile,
        *,
        until: float | None = None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> tuple[PartContent, str]:
        """Fill PART with RESULT of a job; return the content and the address it came from.

        UNTIL (monotonic) ends the waiting for the job. IS_WANTED tells if it is to go on.
        If the host refuses the address, read the job again for a fresh one.
        """
        url, context = result.url, self._context
        backoff = Backoff(context.random)
        while True:
            try:
                return self._fetch_from(job_id, url, part, until, is_wanted), url
            except ResultGone as error:
                seconds = backoff.next_pause(error)
                if backoff.faults > MAX_FRESH_ADDRESSES:
                    raise
                if backoff.faults > 1:
                    context.clock.sleep(seconds)
                limit = inf if until is None else max(until - context.clock.monotonic(), 0.0)
                job = retry(
                    context, lambda: context.api.get_job(job_id), tries=MAX_READS, seconds=limit
                )
                outputs = job.outputs
                if result.position <= len(outputs):
                    url = outputs[result.position - 1].url

    def _fetch_from(
        self,
        job_id: str,
        url: str,
        part: PartFile,
        until: float | None,
        is_wanted: Callable[[], bool],
    ) -> PartContent:
        name = "result" if is_data_url(url) else os.path.basename(url.partition("?")[0])[:80]
        return fetch(
            url,
            part,
            http=self._context.http,
            clock=self._context.clock,
            random=self._context.random,
            progress=lambda received, total: self._context.tell(
                Downloading(job_id, name, received, total)
            ),
            until=until,
            is_wanted=is_wanted,
        )
