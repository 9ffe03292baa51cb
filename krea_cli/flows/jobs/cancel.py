"""Cancel jobs that have not ended: read first, since DELETE may remove a finished result."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.api.types import Job
from krea_cli.clock import Clock
from krea_cli.errors import Busy, Interrupted, KreaError, NotFound, StillRunning, Unanswered
from krea_cli.flows.events import Tell, WarningNote
from krea_cli.flows.jobs.job_ids import Mention
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.record import Reference, record

if TYPE_CHECKING:
    from krea_cli.api.client import Api

PATIENCE = 15.0  # seconds until the service should have said what became of it


@dataclass(frozen=True)
class Stopped:
    """What became of one job: its status and record, and the error if it was not stopped.

    `job_id` is None for a line that names no job.
    """

    job_id: str | None
    status: str
    record: dict[str, Any]
    error: KreaError | None = None


class Cancelling:
    """Stops jobs as they are named."""

    def __init__(self, api: "Api", recall: Recall, clock: Clock, tell: Tell) -> None:
        self._api = api
        self._recall = recall
        self._clock = clock
        self._tell = tell

    def stopped(self, meant: Iterator[Mention]) -> Iterator[Stopped]:
        """What became of each job. A line that names none is told as an error of its own."""
        for mention in meant:
            if isinstance(mention, Reference):
                yield self._stopped(mention.job_id)
            elif mention is not None:
                yield Stopped(None, "error", record(None, error=mention), mention)

    def _stopped(self, job_id: str) -> Stopped:
        try:
            job = self._stop(job_id)
        except Interrupted:
            raise
        except KreaError as error:
            return Stopped(job_id, "unknown", record(None, job_id=job_id, error=error), error)
        return Stopped(job_id, job.status, record(job, self._recall.row(job_id)))

    def _stop(self, job_id: str) -> Job:
        clock = self._clock
        job = clock.attend(lambda: self._api.job(job_id))
        if job.ended:
            self._tell(
                WarningNote(f"job {job_id} has ended already ({job.status}); nothing was sent")
            )
            return job
        self._ask(job_id)
        give_up = clock.monotonic() + PATIENCE
        # The answer to DELETE proves nothing: read until the job has ended.
        while not (job := self._read(job_id)).ended:
            if clock.monotonic() > give_up:
                message = f"job {job_id} was asked to stop and is still {job.status}"
                raise StillRunning(message, hint=f"krea status {job_id}", job_id=job_id)
            clock.pause(0.5)
        self._recall.note(job_id, job)
        return job

    def _ask(self, job_id: str) -> None:
        try:
            self._clock.attend(lambda: self._api.cancel(job_id))
        except (Busy, Unanswered) as error:
            raise KreaError(
                f"whether job {job_id} was asked to stop is unknown: {error.message}",
                hint=f"krea cancel {job_id}",
                job_id=job_id,
                charged="unknown",
            ) from error

    def _read(self, job_id: str) -> Job:
        """The job after the DELETE, which removes one that ended in the meantime."""
        try:
            return self._clock.attend(lambda: self._api.job(job_id))
        except NotFound as error:
            raise KreaError(
                f"job {job_id} is gone: it ended at the moment it was cancelled",
                hint="whether it was charged shows at krea.ai/app/api",
                job_id=job_id,
                charged="unknown",
            ) from error
