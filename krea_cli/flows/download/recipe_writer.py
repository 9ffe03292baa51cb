"""Write the recipe into a result, or beside it."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from krea_cli import __version__
from krea_cli.api.types import Job
from krea_cli.errors import KreaError
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import WarningNote
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.fetch import PartContent

if TYPE_CHECKING:
    from pathlib import Path

    from krea_cli.flows.recipe.recipe import Recipe
    from krea_cli.local.ledger.rows import RequestRow


class RecipeWriter:
    """Writes the recipe of JOB for its results at SLOT, if the user or the request asked for it."""

    def __init__(self, job: Job, slot: OutputSlot, context: FlowContext) -> None:
        # A copy is another file than the one that was asked for then.
        row = None if slot.copies else slot.row
        self._context = context
        self._force = slot.target.force
        self._embed = slot.embed or bool(row and row.embed)
        self._sidecar = slot.sidecar or bool(row and row.sidecar)
        self._recipe = self._make_recipe(slot.row, job) if self._embed or self._sidecar else None

    def embed(self, part: PartFile, content: PartContent) -> PartContent:
        """Put the recipe into the picture in PART; the pixels stay as they are."""
        if not self._embed or self._recipe is None:
            return content
        import json

        from krea_cli.flows.recipe.image_metadata import (
            MAX_IMAGE_BYTES,
            NotEmbeddable,
            embed_recipe,
        )

        recipe = self._recipe.as_dict(version=__version__, sha256=content.sha256, private=False)
        try:
            if content.size > MAX_IMAGE_BYTES:
                raise NotEmbeddable(f"it has more than {MAX_IMAGE_BYTES // 1_000_000} MB")
            data = embed_recipe(os.pread(part.fd, content.size, 0), json.dumps(recipe))
        except NotEmbeddable as error:
            self._context.tell(
                WarningNote(f"no recipe is in the result: {error.message}; --sidecar writes one")
            )
            return content
        return _rewrite(part, data, content)

    def _make_recipe(self, row: "RequestRow | None", job: Job) -> "Recipe | None":
        # Imported where a recipe is written: most runs write none.
        from krea_cli.flows.recipe.recipe import Recipe

        if row is None:
            self._context.tell(
                WarningNote(f"the ledger does not know job {job.id}: no recipe is written")
            )
            return None
        if row.erased_at is not None:
            text = f"the recipe of request {row.id} was erased: none is written"
            self._context.tell(WarningNote(text))
            return None
        ledger = self._context.ledger
        return Recipe.from_row(row, job, uploads=ledger.uploads, base=ledger.base)

    def write_sidecar(self, saved: SavedFile, path: "Path") -> None:
        """Write the recipe beside the result at PATH. Raises OSError, KreaError."""
        if not self._sidecar or self._recipe is None:
            return
        from krea_cli.flows.recipe.sidecar import write_sidecar

        recipe = self._recipe.as_dict(version=__version__, sha256=saved.sha256, private=True)
        ledger = self._context.account_ledger
        done = write_sidecar(path, recipe, force=self._force, ledger=ledger)
        if done.name_was_taken:
            self._context.tell(
                WarningNote(f"the name was taken: the recipe of {saved.path} is in {done.path}")
            )


def write_missing_sidecars(
    job_id: str, slot: OutputSlot, files: Sequence[SavedFile], context: FlowContext
) -> None:
    """Write the sidecars that SLOT asks for, beside FILES saved without one before.

    With --force, those as well that the ledger knows of, and those of another file.
    Raises KreaError.
    """
    force = slot.target.force
    if slot.row is None or not (slot.sidecar or force):
        return
    is_wanted = slot.sidecar or slot.row.sidecar
    paths = {saved: slot.target.real_path(saved.path) for saved in files}
    missing = [
        saved
        for saved, path in paths.items()
        if _lacks_sidecar(path, saved.sha256, is_wanted=is_wanted, force=force)
    ]
    if not force:
        for saved in files:
            warn_of_stale_sidecar(saved, paths[saved], job_id, context)
    if not missing:
        return
    slot = replace(slot, embed=False, sidecar=True)
    writer = RecipeWriter(Job(job_id, "completed"), slot, context)
    try:
        for saved in missing:
            writer.write_sidecar(saved, paths[saved])
    except (OSError, KreaError) as failure:
        cause = getattr(failure, "strerror", None) or failure
        raise KreaError(
            f"the recipe of job {job_id} could not be written: {cause}",
            hint="the same command tries it again, and pays nothing",
            job_id=job_id,
        ) from failure


def warn_of_stale_sidecar(
    saved: SavedFile, path: "Path", job_id: str, context: FlowContext
) -> None:
    """Warn if another result left its sidecar beside PATH, where SAVED is now."""
    if not os.path.lexists(f"{path}.json"):  # before anything is imported for it
        return
    from krea_cli.flows.recipe.sidecar import is_stale, read_sidecar_of

    recipe = read_sidecar_of(path)
    if recipe is not None and is_stale(recipe, saved.sha256):
        way = f"krea download {job_id} --sidecar --force replaces it"
        context.tell(WarningNote(f"{saved.path}.json describes another result; {way}"))


def _lacks_sidecar(path: "Path", sha256: str, *, is_wanted: bool, force: bool) -> bool:
    from krea_cli.flows.recipe.sidecar import is_stale, read_sidecar_of, sidecar_path

    if not os.path.lexists(sidecar_path(path)):
        return is_wanted
    recipe = read_sidecar_of(path) if force else None
    return recipe is not None and is_stale(recipe, sha256)


def _rewrite(part: PartFile, data: bytes, content: PartContent) -> PartContent:
    from hashlib import sha256

    part.rewrite(data)
    return PartContent(sha256(data).hexdigest(), len(data), content.type, content.is_whole)
