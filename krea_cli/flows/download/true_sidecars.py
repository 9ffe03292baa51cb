"""Keep sidecars true where --force gives the names of results to others.

The sidecar of an overwritten picture is removed before the other has its name; then its own is
written. The ledger knows before who had one: after a kill it is written again.
"""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from krea_cli.api.types import Job
from krea_cli.errors import LedgerUnusable
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.recipe_writer import RecipeWriter
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.flows.recipe.sidecar import is_stale, read_sidecar_of, sidecar_path


class TrueSidecars:
    """The sidecars of the results of JOB, which are saved at SLOT with --force."""

    def __init__(self, job: Job, slot: OutputSlot, context: FlowContext) -> None:
        self._job = job
        self._slot = slot
        self._context = context
        self._is_owed = self._had_sidecar()

    def make_way(self, place: Path, sha256: str) -> None:
        """Remove the sidecar at PLACE of any other file than that of hash SHA256. Raises OSError.

        Only a recipe is removed. Both jobs are recorded before as ones with a sidecar.
        """
        recipe = read_sidecar_of(place)
        if recipe is None or not is_stale(recipe, sha256):
            return
        if ledger := self._context.account_ledger:
            with suppress(LedgerUnusable):
                for job_id in filter(None, (recipe.job_id, self._job.id)):
                    ledger.files.record_sidecar(job_id)
        os.unlink(sidecar_path(place))
        self._is_owed = True

    def write(self, saved: SavedFile) -> None:
        """Write the sidecar of a result, if one made way for it, or it had one before.

        Raises OSError, KreaError.
        """
        if not self._is_owed:
            return
        slot = replace(self._slot, sidecar=True, embed=False)
        writer = RecipeWriter(self._job, slot, self._context)
        writer.write_sidecar(saved, slot.target.real_path(saved.path))

    def _had_sidecar(self) -> bool:
        """Tell if a result that is moved, and not only copied, had a sidecar at its old place."""
        row = self._slot.row
        if row is None or not (self._slot.copies and row.item_fingerprint):
            return False
        current = self._context.records.row(self._job.id)
        if current is not None and current.sidecar:
            return True
        files = self._context.records.files(self._job.id)
        return any(_is_beside(Path(file.path), file.sha256) for file in files)


def _is_beside(path: Path, sha256: str) -> bool:
    recipe = read_sidecar_of(path)
    return recipe is not None and recipe.sha256 == sha256
