"""What the threads of a batch report to its scheduler."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.download.collect import Outcome, Wanted
from krea_cli.flows.files.destination import Saved
from krea_cli.flows.jobs.watch import Update

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import Row


@dataclass(frozen=True)
class Begun:
    """The item has a job, to be watched; `fresh` if this run made it just now."""

    item: Item
    row: "Row"
    wanted: Wanted
    fresh: bool


@dataclass(frozen=True)
class Over:
    """The item came to its end before this run: with files on disk, to be copied, or with none.

    `wanted` is what is to be copied.
    """

    item: Item
    row: "Row"
    saved: tuple[Saved, ...] = ()
    wanted: Wanted | None = None


@dataclass(frozen=True)
class Taken:
    """Another run, which is alive, is at the item."""

    item: Item


@dataclass(frozen=True)
class Unsent:
    """The item has no job, or nobody knows of one: `error` says why; `row` if it was put down."""

    item: Item
    error: KreaError
    row: "Row | None" = None


@dataclass(frozen=True)
class Settled:
    """What became of items in doubt, by index: a job, or still none."""

    begun: Mapping[int, Begun]


@dataclass(frozen=True)
class Looked:
    """How jobs stand."""

    updates: Sequence[Update]


@dataclass(frozen=True)
class Left:
    """The job is watched no longer, and had not ended."""

    job_id: str


@dataclass(frozen=True)
class Blind:
    """Jobs can be read no more."""

    error: KreaError


@dataclass(frozen=True)
class Landed:
    """The results of an item are on disk, or cannot be had."""

    item: Item
    outcome: Outcome


@dataclass(frozen=True)
class Broken:
    """A thread ended by a failure that nobody foresaw."""

    bug: Exception


Report = Broken | Begun | Over | Taken | Unsent | Settled | Looked | Left | Blind | Landed
