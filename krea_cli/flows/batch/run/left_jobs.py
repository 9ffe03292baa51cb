"""Tell of jobs and items that a batch leaves to another run."""

from collections.abc import Collection, Mapping
from signal import SIGINT

from krea_cli.errors import Interrupted, StillRunning
from krea_cli.flows.batch.run.in_flight import InFlight
from krea_cli.flows.batch.run.messages import SAME_COMMAND_CONTINUES
from krea_cli.flows.download.collect import price_of_running
from krea_cli.flows.events import BatchProgress
from krea_cli.flows.jobs.wait import CANCEL_HINT

MAX_NAMED_JOBS = 5  # in the command that cancels them


def drain_error() -> Interrupted:
    """The reason to send nothing more after a first SIGINT, while jobs are waited for."""
    return Interrupted(SIGINT, message="Ctrl-C again leaves what runs")


def going_on_hint(job_ids: Collection[str]) -> str:
    """Return the hint for a batch that leaves JOB_IDS running."""
    if not 0 < len(job_ids) <= MAX_NAMED_JOBS:
        return SAME_COMMAND_CONTINUES
    stops = "it" if len(job_ids) == 1 else "them"
    return f"{SAME_COMMAND_CONTINUES}{CANCEL_HINT}{' '.join(job_ids)} stops {stops}"


def interrupted_error(
    signal: int,
    progress: BatchProgress,
    *,
    saving: int,
    in_doubt: int,
    unseen: int,
    in_flight: Mapping[str, InFlight],
) -> Interrupted | None:
    """Return the error of a batch that SIGNAL ended with PROGRESS; None if nothing is left.

    saving: number of the running items whose job has ended
    in_doubt: number of items in doubt that no other error tells
    unseen: number of items of which nobody knows if they were sent
    in_flight: the jobs that this run leaves, by id
    """
    running, unsaved = progress.running - saving, progress.unsaved + saving
    if not (running or unsaved or progress.waiting or progress.elsewhere or in_doubt):
        return None
    parts = [Interrupted(signal).message]
    if running:
        jobs = "job runs on, and is" if running == 1 else "jobs run on, and are"
        parts.append(f"{running} {jobs} not saved yet")
        rows = [flight.pending.slot.row for flight in in_flight.values()]
        if len(rows) == running and (price := price_of_running(rows)):
            parts.append(price)
    if unsaved:
        results = "result is" if unsaved == 1 else "results are"
        parts.append(f"{unsaved} {results} paid and not saved yet")
    if in_doubt:
        parts.append(f"{in_doubt} {'is' if in_doubt == 1 else 'are'} in doubt")
    if others := progress.elsewhere:
        parts.append(f"{others} {'was' if others == 1 else 'were'} sent by another run")
    if unsent := progress.waiting - unseen:
        parts.append(f"{unsent} of {progress.total} items were not sent")
    if unseen:
        parts.append(f"{unseen} of {progress.total} were not looked at any more")
    error = Interrupted(signal, message="; ".join(parts), hint=going_on_hint(in_flight))
    if running or in_doubt:
        error.job_id, error.charged = next(iter(in_flight), None), "unknown"
    elif unsaved:
        error.charged = "yes"
    return error


def no_places_error(job_ids: Collection[str], jobs: int | None) -> StillRunning:
    """Return the error of a batch without a free place; JOB_IDS timed out and hold them all.

    jobs: the value of -j; None for auto
    """
    count = len(job_ids)
    held = f"{count} jobs that timed out" if count > 1 else "a job that timed out"
    bound = "the account takes"
    if jobs is None or count >= jobs:
        bound = f"-j {jobs or 'auto'} allows"
    return StillRunning(
        f"nothing more is sent: {held} may still run, and {bound} no more at once",
        hint=going_on_hint(sorted(job_ids)),
    )
