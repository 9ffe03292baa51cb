"""Reuse: results of the same request that are on disk already, and need not be paid for again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.types import Job, Output
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.publish import holds

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow, Row


@dataclass(frozen=True)
class Reusable:
    """A saved request of which every result is still on disk, by its position from 1."""

    row: "Row"
    files: "Mapping[int, FileRow]"

    def is_at(self, path: Path) -> bool:
        """Whether PATH holds the first result already."""
        first = self.files[min(self.files)]
        return holds(path, first.sha256, first.size)

    @property
    def job(self) -> Job:
        """The job as it ended, with the results that were saved."""
        outputs = [self.files[position] for position in sorted(self.files)]
        return Job(
            self.row.job_id or "",
            "completed",
            created_at=self.row.server_created_at,
            completed_at=self.row.completed_at,
            type=self.row.type,
            outputs=tuple(
                Output(file.url, kind="preview" if file.preview else None) for file in outputs
            ),
        )


@dataclass(frozen=True)
class Wish:
    """The request of which a result is wanted: its recipe, and its seed if one was CHOSEN."""

    recipe: str
    seed: int | None
    chosen: bool


class Shelf:
    """What is there to be reused by one command: each saved request at most once.

    ANY_SEED: a result of another seed than the one that was chosen, or drawn, will do as well.
    TAKEN are the places that the command itself will write to: what lies there is no source.
    """

    def __init__(self, context: FlowContext, *, any_seed: bool, taken: set[Path]) -> None:
        self._context = context
        self._any_seed = any_seed
        self._places = taken
        self._taken: set[int] = set()

    def at(self, place: Path, wish: Wish) -> Reusable | None:
        """What WISH asks for, if PLACE holds it already."""
        found = (self._whole(row, except_for=place) for row in self._fitting(wish))
        return self._take(each for each in found if each and each.is_at(place))

    def take(self, wish: Wish) -> Reusable | None:
        """The newest saved request that WISH asks for and that was not taken yet.

        Where no seed was chosen every job is another picture: one is taken only if any will do.
        """
        return self._take(filter(None, map(self._whole, self._fitting(wish))))

    def _take(self, found: Iterator[Reusable]) -> Reusable | None:
        reusable = next(found, None)
        if reusable is not None:
            self._taken.add(reusable.row.id)
        return reusable

    def _fitting(self, wish: Wish) -> "Iterator[Row]":
        alike = self._context.ledger.history.alike
        rows = alike(wish.recipe, wish.seed) if wish.chosen else []
        if self._any_seed:
            rows += alike(wish.recipe, None)
        return (row for row in rows if row.id not in self._taken)

    def _whole(self, row: "Row", except_for: Path | None = None) -> Reusable | None:
        """A file for each result that was saved, unchanged since; None if one is missing."""
        files = self._context.ledger.history.files(row.job_id or "")
        files.sort(key=lambda file: Path(file.path) != except_for)
        found: dict[int, FileRow] = {}
        for file in files:
            path = Path(file.path)
            free = path == except_for or path not in self._places
            if file.index not in found and free and holds(path, file.sha256, file.size):
                found[file.index] = file
        if not found or found.keys() != {file.index for file in files}:
            return None
        return Reusable(row, found)
