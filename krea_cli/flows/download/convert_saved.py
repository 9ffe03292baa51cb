"""Convert a picture once it is saved: first the original is on disk and recorded, then the rest.

After a kill at any moment the ledger knows the original, or the result, or both. The same command
goes on from there, and fetches nothing again.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import NotSaved
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.fetch_result import wait_for_part
from krea_cli.flows.files.content_type import SNIFF_BYTES, ContentType, content_type
from krea_cli.flows.files.existing_results import ExistingResults
from krea_cli.flows.files.naming import escape_braces
from krea_cli.flows.files.originals import conversion_of, is_original, original_path
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.publish import has_hash, publish
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow


class ResultConversion:
    """The conversion of one result of a job, at its place in SLOT, to KIND.

    FIND_EXISTING looks for results on disk, RECORD records a file in the ledger. UNTIL (monotonic)
    ends the waiting for another krea.
    """

    def __init__(
        self,
        job_id: str,
        slot: OutputSlot,
        kind: ContentType,
        context: FlowContext,
        find_existing: Callable[[], ExistingResults],
        record: Callable[[SavedFile], None],
        *,
        until: float | None,
    ) -> None:
        self._job_id = job_id
        self._slot = slot
        self._kind = kind
        self._context = context
        self._find_existing = find_existing
        self._record = record
        self._until = until

    def run(
        self, part: PartFile, saved: SavedFile, *, put: Callable[[PartFile, SavedFile], SavedFile]
    ) -> SavedFile:
        """Save PART, the original of SAVED, beside the place; convert it, and PUT it there.

        Raises OSError, KreaError.
        """
        original = self._save_original(part, saved)
        self._record(original)
        data = self._convert(original, saved.path)
        converted, was_held = self._open_part(saved.position)
        try:
            if was_held and (found := self._find_existing().saved.get(saved.position)):
                return found  # another krea went on from the original
            converted.rewrite(data)
            digest = sha256(data).hexdigest()
            saved = replace(saved, sha256=digest, size=len(data), type=self._kind.mime)
            saved = put(converted, saved)
        finally:
            converted.release()
        self._record(saved)
        return saved

    def _open_part(self, position: int) -> tuple[PartFile, bool]:
        """Open a part file, as the original took its own; tell if another krea held it.

        Raises `NotSaved`.
        """
        slot, context = replace(self._slot, part_file=None), self._context
        if part := slot.open_part(position, self._job_id, context.account_ledger):
            return part, False
        return wait_for_part(slot, position, self._job_id, context, until=self._until), True

    def _save_original(self, part: PartFile, saved: SavedFile) -> SavedFile:
        """Publish PART beside the place, never over another file."""
        target = self._slot.target
        path = original_path(saved.path, content_type(b"", saved.type).ext)
        done = publish(part, target.real_path(path), sha256=saved.sha256, force=False)
        return replace(saved, path=os.path.join(os.path.dirname(path), done.path.name))

    def _convert(self, original: SavedFile, place: str) -> bytes:
        """Return the picture as converted for PLACE. Raises `NotSaved`; the original stays."""
        from krea_cli.flows.recipe.convert_image import (
            NotConvertible,
            convert_image,
            missing_support,
        )

        try:
            if reason := missing_support(self._kind):
                raise NotConvertible(reason)
            return convert_image(self._slot.target.real_path(original.path), self._kind)
        except NotConvertible as error:
            name = f"{escape_braces(os.path.splitext(place)[0])}.{{ext}}"
            command = shell_line("krea", "download", self._job_id, "-o", name)
            raise NotSaved(
                f"the result of job {self._job_id} is paid and in {original.path}, and could not be"
                f" converted to {place}: {error.message}",
                hint=f"{command} saves it as it is",
                job_id=self._job_id,
            ) from error


def convert_part(part: PartFile, path: str, *, wanted: str) -> bool:
    """Convert the original in PART as the name PATH says; tell if its hash is WANTED then.

    Nothing is written if it is not.
    """
    from krea_cli.flows.recipe.convert_image import NotConvertible, convert_image, missing_support

    kind = conversion_of(path, content_type(os.pread(part.fd, SNIFF_BYTES, 0)))
    if kind is None or part.path is None or missing_support(kind):
        return False
    try:
        data = convert_image(part.path, kind)
    except NotConvertible:
        return False
    if sha256(data).hexdigest() != wanted:
        return False
    part.rewrite(data)
    return True


def remove_originals(ledger: "AccountLedger", job_id: str) -> None:
    """Remove the originals of a job whose converted results are there. Raises LedgerUnusable.

    One that was changed since is the user's own, and stays.
    """
    files = ledger.history.list_files(job_id)
    for file in files:
        results = (other for other in files if other.index == file.index)
        if is_original(file.path) and any(_replaces(other, file) for other in results):
            if has_hash(Path(file.path), file.sha256, file.size):  # not by its time: it is deleted
                with suppress(OSError):
                    os.unlink(file.path)
            if not os.path.lexists(file.path):
                ledger.files.forget(job_id, [file.path])


def _replaces(other: "FileRow", original: "FileRow") -> bool:
    """Tell if OTHER is there, and was made of ORIGINAL in its folder."""
    is_beside = Path(other.path).parent == Path(original.path).parent
    return is_beside and not is_original(other.path) and is_unchanged(other)
