"""Cancel the jobs of a batch, and let the runs at work send nothing more."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import WarningNote
from krea_cli.flows.jobs.record import Reference

if TYPE_CHECKING:
    from krea_cli.local.ledger.batch_runs import BatchRunRow

POLL_SECONDS = 0.5
ANSWER_SECONDS = 20.0  # for the answers to requests that are on their way


class BatchCancellation:
    """Finds the jobs to cancel of the batch LABEL, as their ids come.

    stopped: the runs at work, which send nothing more
    count: number of jobs that were found
    """

    def __init__(self, context: FlowContext, label: str) -> None:
        self.stopped: list[BatchRunRow] = []
        self.count = 0
        self._context = context
        self._label = label
        self._clock = context.clock

    @property
    def is_known(self) -> bool:
        """True if the ledger knows a run of the batch, or a request of it."""
        ledger = self._context.ledger
        return bool(ledger.batch_runs.list(self._label) or ledger.items.has_batch(self._label))

    def stop_runs(self) -> None:
        """Let the runs at work send nothing more. Raises LedgerUnusable."""
        ledger = self._context.ledger
        for run in ledger.batch_runs.list(self._label):
            if run.ended_at is None and ledger.is_run_alive(run.run):
                ledger.batch_runs.ask_to_stop(run.run, self._clock.now())
                self.stopped.append(run)

    def jobs(self) -> Iterator[Reference]:
        """Yield the jobs under way, each once, and those of answers that come within 20 s."""
        end = self._clock.monotonic() + ANSWER_SECONDS
        seen: set[str] = set()
        while True:
            under_way = self._context.ledger.items.list_under_way(self._label)
            for job_id in [row.job_id for row in under_way if row.job_id]:
                if job_id not in seen:
                    seen.add(job_id)
                    self.count += 1
                    yield Reference(job_id)
            sending = [row for row in under_way if row.job_id is None]
            living = [row for row in sending if row.claim and self._is_alive(row.claim)]
            if not living:
                return
            if self._clock.monotonic() > end:
                requests = "a request is" if len(living) == 1 else f"{len(living)} requests are"
                self._context.tell(WarningNote(f"{requests} still on the way, and may make a job"))
                return
            self._clock.sleep(POLL_SECONDS)

    def _is_alive(self, run: str) -> bool:
        return self._context.ledger.is_run_alive(run)
