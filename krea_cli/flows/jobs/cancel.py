"""Cancel jobs that have not ended: read first, since DELETE may remove a finished result."""

from collections.abc import Iterator

from krea_cli.api.types import Job
from krea_cli.errors import Busy, Interrupted, KreaError, NotFound, StillRunning, Unanswered
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import WarningNote
from krea_cli.flows.jobs.job_ids import JobMention
from krea_cli.flows.jobs.record import JobReport, Reference, job_record

CANCEL_SECONDS = 15.0  # until the service should have ended the job
POLL_SECONDS = 0.5


class Cancel:
    """One `krea cancel`: stops jobs as they are named."""

    def __init__(self, context: FlowContext) -> None:
        self._context = context
        self._api = context.api
        self._clock = context.clock

    def outcomes(self, mentions: Iterator[JobMention]) -> Iterator[JobReport]:
        """Yield an outcome per job. A line without a job is an outcome with its error."""
        for mention in mentions:
            if isinstance(mention, Reference):
                yield self._cancel(mention.job_id)
            elif mention is not None:
                yield JobReport("", job_record(None, error=mention), mention)

    def _cancel(self, job_id: str) -> JobReport:
        try:
            job = self._stop(job_id)
        except Interrupted:
            raise
        except KreaError as error:
            return JobReport(job_id, job_record(None, job_id=job_id, error=error), error)
        row = self._context.records.row(job_id)
        return JobReport(job_id, job_record(job, row))

    def _stop(self, job_id: str) -> Job:
        clock = self._clock
        job = clock.wait_for(lambda: self._api.get_job(job_id))
        if job.ended:
            self._context.tell(
                WarningNote(f"job {job_id} has ended already ({job.status}); nothing was sent")
            )
            return job
        self._delete(job_id)
        give_up = clock.monotonic() + CANCEL_SECONDS
        # The answer to DELETE proves nothing: read until the job has ended.
        while not (job := self._read(job_id)).ended:
            if clock.monotonic() > give_up:
                message = f"job {job_id} was asked to stop and is still {job.status}"
                raise StillRunning(message, hint=f"krea status {job_id}", job_id=job_id)
            clock.sleep(POLL_SECONDS)
        self._context.records.record_job(job_id, job)
        return job

    def _delete(self, job_id: str) -> None:
        try:
            self._clock.wait_for(lambda: self._api.cancel(job_id))
        except (Busy, Unanswered) as error:
            raise KreaError(
                f"whether job {job_id} was asked to stop is unknown: {error.message}",
                hint=f"krea cancel {job_id}",
                job_id=job_id,
                charged="unknown",
            ) from error

    def _read(self, job_id: str) -> Job:
        """Read the job after the DELETE; a job that had ended by then is gone."""
        try:
            return self._clock.wait_for(lambda: self._api.get_job(job_id))
        except NotFound as error:
            raise KreaError(
                f"job {job_id} is gone: it ended at the moment it was cancelled",
                hint="whether it was charged shows at krea.ai/app/api",
                job_id=job_id,
                charged="unknown",
            ) from error
