"""Tell the progress of a batch, where it has changed."""

from krea_cli.flows.batch.run.deadline import Deadline
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.batch.run.run_end import deadline_reason
from krea_cli.flows.batch.run.state import BatchState
from krea_cli.flows.batch.run.workers import Workers
from krea_cli.flows.events import BatchProgress, Tell


class ProgressTeller:
    """Sums up the state of a batch, for TELL."""

    def __init__(
        self, state: BatchState, workers: Workers, queue: Queue, deadline: Deadline, tell: Tell
    ) -> None:
        self._state = state
        self._workers = workers
        self._queue = queue
        self._deadline = deadline
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
        """Tell the progress, unless it is as it was told last."""
        if (progress := self.progress) != self._last:
            self._last = progress
            self._tell(progress)
