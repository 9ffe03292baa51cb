"""The messages of a batch's threads to its scheduler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.download.collect import JobOutcome, PendingJob
from krea_cli.flows.files.output_slot import SavedFile
from krea_cli.flows.jobs.watch import JobUpdate

SAME_COMMAND_CONTINUES = "the same command goes on with what is left"

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True)
class ItemSubmitted:
    """An item has a job to be watched; `fresh`: this run made it just now."""

    item: Item
    row: "RequestRow"
    pending: PendingJob
    fresh: bool


@dataclass(frozen=True)
class Leaving:
    """The request of an item leaves now; its outcome is another message."""

    item: Item


@dataclass(frozen=True)
class AlreadyDone:
    """An item ended before this run.

    saved: its files in their place
    copy: the job whose results are to be copied into place
    error: the reason why its results are not put into place
    Without any of them, its request failed.
    """

    item: Item
    row: "RequestRow"
    saved: tuple[SavedFile, ...] = ()
    copy: PendingJob | None = None
    error: KreaError | None = None


@dataclass(frozen=True)
class ClaimedElsewhere:
    """An item is claimed by another run, which is alive."""

    item: Item


@dataclass(frozen=True)
class LeftElsewhere:
    """An item is left to another host; `row` is its request in the ledger of that host."""

    item: Item
    row: "RequestRow"
    error: KreaError
    in_doubt: bool


@dataclass(frozen=True)
class NotSubmitted:
    """An item has no job, or nobody knows of one.

    error: the reason
    row: its request, if it was inserted
    holds_turn: the next request waits until this is known
    """

    item: Item
    error: KreaError
    row: "RequestRow | None" = None
    holds_turn: bool = False


@dataclass(frozen=True)
class NotSent:
    """An item would have to be sent, and the batch has stopped."""

    item: Item


@dataclass(frozen=True)
class DoubtsResolved:
    """A search for the jobs of items in doubt is over; `submitted` by index of the item."""

    submitted: Mapping[int, ItemSubmitted]


@dataclass(frozen=True)
class Polled:
    """News of watched jobs."""

    updates: Sequence[JobUpdate]


@dataclass(frozen=True)
class JobUnwatched:
    """A job is watched no longer, and had not ended."""

    job_id: str


@dataclass(frozen=True)
class PollFailed:
    """Jobs can be read no more."""

    error: KreaError


@dataclass(frozen=True)
class ItemSaved:
    """The results of an item are on disk, or could not be saved."""

    item: Item
    outcome: JobOutcome


@dataclass(frozen=True)
class Crashed:
    """A thread ended by a bug."""

    bug: Exception


WorkerMessage = (
    AlreadyDone
    | ClaimedElsewhere
    | Crashed
    | DoubtsResolved
    | ItemSaved
    | ItemSubmitted
    | JobUnwatched
    | Leaving
    | LeftElsewhere
    | NotSent
    | NotSubmitted
    | PollFailed
    | Polled
)
