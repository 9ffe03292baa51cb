"""Reuse: results of the same request that are on disk already, and need not be paid for again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.types import Job, Output
from krea_cli.flows.publish import holds
from krea_cli.flows.world import World

if TYPE_CHECKING:
    from krea_cli.local.rows import FileRow, Row


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


class Shelf:
    """What is there to be reused by one command: each saved request at most once."""

    def __init__(self, world: World, *, any_seed: bool) -> None:
        self._world = world
        self._any_seed = any_seed
        self._taken: set[int] = set()

    def take(self, recipe: str, seed: int | None, *, chosen: bool) -> Reusable | None:
        """The newest saved request of RECIPE and SEED that was not taken yet.

        Where no seed was CHOSEN every job is another picture: one is taken only if any will do.
        """
        if not (chosen or self._any_seed):
            return None
        for row in self._world.book.history.alike(recipe, seed):
            if row.id not in self._taken and (files := self._whole(row)):
                self._taken.add(row.id)
                return Reusable(row, files)
        return None

    def _whole(self, row: "Row") -> "dict[int, FileRow] | None":
        """A file for each result that was saved, unchanged since; None if one is missing."""
        files = self._world.book.history.files(row.job_id or "")
        found: dict[int, FileRow] = {}
        for file in files:
            if file.index not in found and holds(Path(file.path), file.sha256, file.size):
                found[file.index] = file
        return found if found and found.keys() == {file.index for file in files} else None
