"""Tell the progress of a batch, where it has changed."""

from krea_cli.flows.batch.run.deadline import Deadline
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.batch.run.run_end import deadline_reason
from krea_cli.flows.batch.run.run_record import RunRecord
from krea_cli.flows.batch.run.state import BatchState
from krea_cli.flows.batch.run.workers import Workers
from krea_cli.flows.events import BatchProgress, Tell


class ProgressTeller:
    """Sums up the state of a batch, for TELL and for the RECORD in the ledger."""

    def __init__(
        self,
        state: BatchState,
        workers: Workers,
        queue: Queue,
        deadline: Deadline,
        record: RunRecord,
        tell: Tell,
    ) -> None:
        self._state = state
        self._workers = workers
        self._queue = queue
        self._deadline = deadline
        self._record = record
        self._tell = tell
        self._last: BatchProgress | None = None

    @property
    def progress(self) -> BatchProgress:
        """The progress of the batch at this moment."""
        state = self._state
        stopping = state.stop.message if state.stop else None
        if stopping is None and self._deadline.passed and self._queue.empty:
            stopping = deadline_reason(self._deadline)
        return state.counts.progress(
            running=len(state.in_flight) + self._workers.saving,
            limit=state.limit.limit,
            stopping=stopping,
        )

    def tell(self) -> None:
        """Tell the progress where it has changed, and once more when it is recorded.

        Whoever shows a change a second at most then shows the last one as well.
        """
        progress = self.progress
        is_recorded = self._record.note(progress)
        if progress != self._last or is_recorded:
            self._last = progress
            self._tell(progress)

    @property
    def seconds_to_tell(self) -> float:
        """The seconds until a change is to be recorded; inf where none waits."""
        return self._record.seconds_to_write

    def end(self) -> None:
        """Record the end of the run."""
        self._record.end(self.progress)
