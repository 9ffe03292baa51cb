"""Tell of jobs that a batch leaves running."""

from collections.abc import Collection

from krea_cli.errors import StillRunning
from krea_cli.flows.batch.run.messages import SAME_COMMAND_CONTINUES
from krea_cli.flows.jobs.wait import CANCEL_HINT

MAX_NAMED_JOBS = 5  # in the command that cancels them


def going_on_hint(job_ids: Collection[str]) -> str:
    """Return the hint for a batch that leaves JOB_IDS running."""
    if not 0 < len(job_ids) <= MAX_NAMED_JOBS:
        return SAME_COMMAND_CONTINUES
    stops = "it" if len(job_ids) == 1 else "them"
    return f"{SAME_COMMAND_CONTINUES}{CANCEL_HINT}{' '.join(job_ids)} stops {stops}"


def no_places_error(job_ids: Collection[str], jobs: int) -> StillRunning:
    """Return the error of a batch without a free place; JOB_IDS timed out and hold them all.

    jobs: the value of -j
    """
    count = len(job_ids)
    held = f"{count} jobs that timed out" if count > 1 else "a job that timed out"
    bound = f"-j {jobs} allows" if count >= jobs else "the account takes"
    return StillRunning(
        f"nothing more is sent: {held} may still run, and {bound} no more at once",
        hint=going_on_hint(sorted(job_ids)),
    )
