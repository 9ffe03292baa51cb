"""Phrase the reason for which a batch ended before all of its items were sent."""

from collections.abc import Mapping

from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.batch.run.deadline import Deadline
from krea_cli.flows.batch.run.error_policy import ItemStop
from krea_cli.flows.batch.run.in_flight import InFlight
from krea_cli.flows.batch.run.left_jobs import interrupted_error
from krea_cli.flows.batch.run.messages import SAME_COMMAND_CONTINUES
from krea_cli.flows.events import BatchProgress


def final_stop(
    stop: KreaError | None,
    progress: BatchProgress,
    *,
    deadline: Deadline,
    saving: int,
    in_doubt: int,
    unseen: int,
    in_flight: Mapping[str, InFlight],
) -> KreaError | None:
    """Return STOP as the user is told of it in the end; None if nothing was left out.

    saving: number of the running items whose job has ended
    in_doubt: number of items in doubt that no other error tells
    unseen: number of items of which nobody knows if they were sent
    in_flight: the jobs that this run leaves, by id
    """
    if isinstance(stop, Interrupted):
        return interrupted_error(
            stop.signal,
            progress,
            saving=saving,
            in_doubt=in_doubt,
            unseen=unseen,
            in_flight=in_flight,
        )
    if stop is None and deadline.passed and progress.waiting:
        return _deadline_error(deadline, progress)
    return None if isinstance(stop, ItemStop) and not progress.waiting else stop


def _deadline_error(deadline: Deadline, progress: BatchProgress) -> ItemStop:
    were = "item was" if progress.total == 1 else "items were"
    message = f"{progress.waiting} of {progress.total} {were} not sent: {deadline_reason(deadline)}"
    return ItemStop(message, hint=SAME_COMMAND_CONTINUES)


def deadline_reason(deadline: Deadline) -> str:
    """The reason for sending nothing more that would end after DEADLINE."""
    return f"nothing is sent that would usually end after {deadline.clock_time}"
