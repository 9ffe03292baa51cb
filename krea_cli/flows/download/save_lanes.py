"""Threads that save the results of jobs, for whoever waits for many."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Literal

from krea_cli.api.types import Job
from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted
from krea_cli.flows.download.collect import JobOutcome, PendingJob, save_ended_job
from krea_cli.flows.download.save import ResultSaver

MAX_SAVERS = 12
STOP_SECONDS = 1.0  # for the savers to remove their part files after a signal


class SaveLanes:
    """Threads that save; there are as many as results wait, up to `MAX_SAVERS`."""

    def __init__(self, saver: ResultSaver) -> None:
        self._saver = saver
        self._clock = saver.context.clock
        self._tasks: Mailbox[tuple[PendingJob, Job] | Literal["over"]] = self._clock.mailbox()
        self._results: Mailbox[tuple[str, JobOutcome | Exception]] = self._clock.mailbox()
        self._threads = 0
        self._begun: set[str] = set()  # ids of jobs at which a thread is
        self._left = 0

    @property
    def busy(self) -> bool:
        """True while a job is being saved, or waits for it."""
        return self._left > 0

    def put(self, pending: PendingJob, job: Job) -> None:
        """Save the results of JOB."""
        self._left += 1
        self._tasks.put((pending, job))
        if self._threads < min(self._left, MAX_SAVERS):
            self._threads += 1
            self._clock.start_thread(self._work)

    def take(self, seconds: float | None = 0.0) -> JobOutcome | None:
        """Take the outcome of a saved job; None after SECONDS. Raises `Interrupted`, and bugs."""
        if (result := self._results.get(seconds)) is None:
            return None
        self._left -= 1
        self._begun.discard(result[0])
        if isinstance(result[1], Exception):
            raise result[1]
        return result[1]

    def stop(self) -> Iterator[JobOutcome]:
        """After a signal: wait until no part file is left, and yield what came meanwhile."""
        end = self._clock.monotonic() + STOP_SECONDS
        while self._begun and (seconds := end - self._clock.monotonic()) > 0:
            result = self._results.get(seconds, ignore_signals=True)
            if result is not None:
                self._begun.discard(result[0])
                if isinstance(result[1], JobOutcome):
                    yield result[1]
        self._begun.clear()  # whoever took longer is not waited for again

    def close(self) -> None:
        """End the threads once they are done; wait a moment for those that save."""
        for _ in range(self._threads):
            self._tasks.put("over")
        for _ in self.stop():
            pass

    def _work(self) -> None:
        with suppress(Interrupted):
            while (task := self._tasks.get()) != "over":
                if task is not None:
                    self._begun.add(task[0].job_id)
                    self._results.put((task[0].job_id, self._save(*task)))

    def _save(self, pending: PendingJob, job: Job) -> JobOutcome | Exception:
        try:
            if pending.job is not None and not pending.slot.copies:
                # Nobody watched this job: its end is not in the ledger yet.
                self._saver.context.records.record_job(pending.job_id, job)
            return save_ended_job(pending, job, self._saver)
        except Exception as failure:  # carried over to the thread that waits
            return failure
