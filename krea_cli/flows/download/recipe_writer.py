"""Write the recipe into a result, or beside it."""

import os
from typing import TYPE_CHECKING

from krea_cli import __version__
from krea_cli.api.types import Job
from krea_cli.flows.events import Tell, WarningNote
from krea_cli.flows.files.destination import Destination, Saved
from krea_cli.flows.files.part_file import Reservation
from krea_cli.flows.transfer.fetch import Fetched

if TYPE_CHECKING:
    from pathlib import Path

    from krea_cli.flows.recipe.recipe import Recipe
    from krea_cli.local.ledger.rows import Row
    from krea_cli.local.ledger.uploads import Uploads


class Inscription:
    """What is written about the results of JOB, if the user or the request asked for it."""

    def __init__(
        self,
        job: Job,
        destination: Destination,
        tell: Tell,
        *,
        uploads: "Uploads | None",
        base: str | None = None,
    ) -> None:
        # A copy is another file than the one that was asked for then.
        row = destination.row
        asked = None if destination.copies else row
        self._tell = tell
        self._uploads = uploads
        self._base = base
        self._force = destination.target.force
        self._embed = destination.embed or bool(asked and asked.embed)
        self._sidecar = destination.sidecar or bool(asked and asked.sidecar)
        self._recipe = self._known(row, job) if self._embed or self._sidecar else None

    def into(self, part: Reservation, fetched: Fetched) -> Fetched:
        """Put the recipe into the picture in PART, whose pixels stay as they are."""
        if not self._embed or self._recipe is None:
            return fetched
        import json

        from krea_cli.flows.recipe.image_metadata import LARGEST, NotEmbeddable, embed

        told = self._recipe.as_dict(version=__version__, sha256=fetched.sha256, addresses=False)
        try:
            if fetched.size > LARGEST:
                raise NotEmbeddable(f"it has more than {LARGEST // 1_000_000} MB")
            content = embed(os.pread(part.file, fetched.size, 0), json.dumps(told))
        except NotEmbeddable as error:
            self._tell(
                WarningNote(f"no recipe is in the result: {error.message}; --sidecar writes one")
            )
            return fetched
        return _rewritten(part, content, fetched)

    def _known(self, row: "Row | None", job: Job) -> "Recipe | None":
        # Imported where a recipe is written: most runs write none.
        from krea_cli.flows.recipe.recipe import Recipe

        if row is None:
            self._tell(WarningNote(f"the ledger does not know job {job.id}: no recipe is written"))
            return None
        return Recipe.of(row, job, uploads=self._uploads, base=self._base)

    def beside(self, saved: Saved, path: "Path") -> None:
        """Write the recipe beside the result at PATH. Raises OSError, KreaError."""
        if not self._sidecar or self._recipe is None:
            return
        from krea_cli.flows.recipe.sidecar import write_sidecar

        told = self._recipe.as_dict(version=__version__, sha256=saved.sha256, addresses=True)
        done = write_sidecar(path, told, force=self._force)
        if done.beside:
            self._tell(
                WarningNote(f"the name was taken: the recipe of {saved.path} is in {done.path}")
            )


def _rewritten(part: Reservation, content: bytes, fetched: Fetched) -> Fetched:
    from hashlib import sha256

    at = 0
    while at < len(content):
        at += os.pwrite(part.file, content[at : at + (1 << 20)], at)
    os.ftruncate(part.file, len(content))
    return Fetched(sha256(content).hexdigest(), len(content), fetched.type, fetched.whole)
