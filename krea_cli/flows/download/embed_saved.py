"""Write the recipe into a result that is in its place already, for --embed.

The ledger knows the new bytes before they take the place of the old ones. After a kill at any
moment the file is the result, with the recipe or without it.
"""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.api.types import Job
from krea_cli.errors import KreaError
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.recipe_writer import RecipeWriter
from krea_cli.flows.files.kept_files import KEPT_PREFIX, KEPT_SUFFIX
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.publish import publish
from krea_cli.flows.transfer.fetch import copy_into, disk_error

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import RequestRow


def embed_in_saved(job: Job, slot: OutputSlot, saved: SavedFile, context: FlowContext) -> SavedFile:
    """Write the recipe of JOB into SAVED, its result in SLOT, if --embed asks for it.

    Returns the file as it is then. It stays if it has its recipe, and with a warning if it can
    take none. Raises KreaError.
    """
    row, ledger = slot.row, context.account_ledger
    if not slot.embed or row is None or row.embed or ledger is None:
        return saved
    return _Embedding(job, slot, row, ledger, context).run(saved)


class _Embedding:
    def __init__(
        self,
        job: Job,
        slot: OutputSlot,
        row: "RequestRow",
        ledger: "AccountLedger",
        context: FlowContext,
    ) -> None:
        self._job = job
        self._slot = replace(slot, copies={}, sidecar=False)
        self._row = row
        self._ledger = ledger
        self._context = context

    def run(self, saved: SavedFile) -> SavedFile:
        place = self._slot.target.real_path(saved.path)
        try:
            if _has_recipe(place, self._job.id):
                return saved
            part = self._slot.open_part(saved.position, self._job.id, self._ledger)
            if part is None:
                raise self._error(saved, "another krea is writing it")
            try:
                return self._embed(part, place, saved)
            finally:
                part.release()
        except OSError as failure:
            raise self._error(saved, disk_error(failure).message) from failure

    def _embed(self, part: PartFile, place: Path, saved: SavedFile) -> SavedFile:
        from krea_cli.flows.download.true_sidecars import TrueSidecars
        from krea_cli.flows.recipe.sidecar import read_sidecar_of

        content = copy_into(place, part)
        if content.sha256 != saved.sha256:
            raise self._error(saved, "it was changed a moment ago")
        embedded = RecipeWriter(self._job, self._slot, self._context).embed(part, content)
        if embedded.sha256 == content.sha256:
            return saved
        done = replace(saved, sha256=embedded.sha256, size=embedded.size)
        files = self._ledger.history.list_files(self._job.id)
        row = next(file for file in files if file.index == saved.position)
        new = replace(row, sha256=done.sha256, size=done.size)
        # Nothing is there: it only tells what the place is about to hold, or holds.
        name = f"{KEPT_PREFIX}{self._row.id}-{done.sha256[:16]}{KEPT_SUFFIX}"
        hidden = str(place.with_name(name))
        sidecars = TrueSidecars(self._job, self._slot, self._context)
        self._ledger.files.record(self._job.id, [replace(new, path=hidden, modified=None)])
        recipe = read_sidecar_of(place)
        if recipe is not None and recipe.job_id == self._job.id:
            sidecars.make_way(place, done.sha256)
        publish(part, place, sha256=done.sha256, force=True)
        path = self._slot.target.absolute_path(saved.path)
        file = done.to_row(path, at=self._context.clock.now(), preview=row.preview)
        self._ledger.files.record(self._job.id, [file])
        self._ledger.files.forget(self._job.id, [hidden])
        sidecars.write(done)
        return done

    def _error(self, saved: SavedFile, cause: str) -> KreaError:
        return KreaError(
            f"the recipe of job {self._job.id} could not be written into {saved.path}: {cause}",
            hint="the same command tries it again, and pays nothing",
            job_id=self._job.id,
        )


def _has_recipe(path: Path, job_id: str) -> bool:
    """Tell if the picture at PATH holds the recipe of the job. Raises OSError."""
    import json

    from krea_cli.flows.recipe.image_metadata import MAX_IMAGE_BYTES, extract_recipe
    from krea_cli.flows.recipe.recipe import parse_recipe

    if os.path.getsize(path) > MAX_IMAGE_BYTES:
        return False
    text = extract_recipe(path.read_bytes())
    with suppress(ValueError, RecursionError):
        recipe = parse_recipe(json.loads(text)) if text else None
        return recipe is not None and recipe.job_id == job_id
    return False
