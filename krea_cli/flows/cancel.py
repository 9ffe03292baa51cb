"""Cancel jobs that have not ended: read first, since DELETE may remove a finished result."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from krea_cli.api.types import Job
from krea_cli.errors import Interrupted, KreaError, NotFound, StillRunning
from krea_cli.flows.events import Warned
from krea_cli.flows.identifiers import Mention
from krea_cli.flows.record import Reference, record
from krea_cli.flows.world import World

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


def cancel(meant: Iterator[Mention], world: World) -> Iterator[Stopped]:
    """Stop each job as it is named. A line that names none is told as an error of its own."""
    for mention in meant:
        if isinstance(mention, Reference):
            yield _stopped(mention.job_id, world)
        elif mention is not None:
            yield Stopped(None, "error", record(None, error=mention), mention)


def _stopped(job_id: str, world: World) -> Stopped:
    try:
        job = _stop(job_id, world)
    except Interrupted:
        raise
    except KreaError as error:
        return Stopped(job_id, "unknown", record(None, job_id=job_id, error=error), error)
    return Stopped(job_id, job.status, record(job, world.book.by_job(job_id)))


def _stop(job_id: str, world: World) -> Job:
    clock = world.clock
    job = clock.attend(lambda: world.api.job(job_id))
    if job.ended:
        world.tell(Warned(f"job {job_id} has ended already ({job.status}); nothing was sent"))
        return job
    clock.attend(lambda: world.api.cancel(job_id))
    give_up = clock.monotonic() + PATIENCE
    # The answer to DELETE proves nothing: read until the job has ended.
    while not (job := _read(job_id, world)).ended:
        if clock.monotonic() > give_up:
            message = f"job {job_id} was asked to stop and is still {job.status}"
            raise StillRunning(message, hint=f"krea status {job_id}", job_id=job_id)
        clock.pause(0.5)
    charged = "yes" if job.status == "completed" else "no"
    world.book.ended(job_id, job, charged=charged, error=None)
    return job


def _read(job_id: str, world: World) -> Job:
    """The job after the DELETE, which removes one that ended in the meantime."""
    try:
        return world.clock.attend(lambda: world.api.job(job_id))
    except NotFound as error:
        raise KreaError(
            f"job {job_id} is gone: it ended at the moment it was cancelled",
            hint="whether it was charged shows at krea.ai/app/api",
            job_id=job_id,
            charged="unknown",
        ) from error
