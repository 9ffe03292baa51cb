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
from krea_cli.flows.files.content_type import ContentType, content_type
from krea_cli.flows.files.naming import escape_braces
from krea_cli.flows.files.originals import is_original, original_path
from krea_cli.flows.files.output_slot import OutputSlot, SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.publish import publish
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.text import shell_line

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow

WRITE_BYTES = 1 << 20  # at a time


class ResultConversion:
    """The conversion of one result of a job, SAVED at its place in SLOT, to KIND.

    record: records a file in the ledger
    put: gives a part file its name at the place, and returns the file there
    """

    def __init__(
        self,
        job_id: str,
        slot: OutputSlot,
        saved: SavedFile,
        kind: ContentType,
        context: FlowContext,
        *,
        record: Callable[[SavedFile], None],
        put: Callable[[PartFile, SavedFile], SavedFile],
    ) -> None:
        self._job_id = job_id
        self._slot = slot
        self._saved = saved
        self._kind = kind
        self._context = context
        self._record = record
        self._put = put

    def run(self, part: PartFile) -> SavedFile:
        """Save the original, in PART, beside the place; convert it. Raises OSError, KreaError."""
        original = self._save_original(part)
        self._record(original)
        data = self._convert(original)
        converted = self._open_part()
        try:
            offset = 0
            while offset < len(data):
                offset += os.pwrite(converted.fd, data[offset : offset + WRITE_BYTES], offset)
            digest = sha256(data).hexdigest()
            saved = replace(self._saved, sha256=digest, size=len(data), type=self._kind.mime)
            saved = self._put(converted, saved)
        finally:
            converted.release()
        self._record(saved)
        return saved

    def _save_original(self, part: PartFile) -> SavedFile:
        """Publish PART beside the place, never over another file."""
        saved, target = self._saved, self._slot.target
        path = original_path(saved.path, content_type(b"", saved.type).ext)
        done = publish(part, target.real_path(path), sha256=saved.sha256, force=False)
        return replace(saved, path=os.path.join(os.path.dirname(path), done.path.name))

    def _convert(self, original: SavedFile) -> bytes:
        """Return the converted picture. Raises `NotSaved`; the original stays."""
        from krea_cli.flows.recipe.convert_image import (
            NotConvertible,
            convert_image,
            missing_support,
        )

        place = self._saved.path
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

    def _open_part(self) -> PartFile:
        slot = replace(self._slot, part_file=None)  # which the original has taken
        ledger = self._context.account_ledger
        part = slot.open_part(self._saved.position, self._job_id, ledger)
        if part is None:
            raise self._slot.not_saved(self._job_id, "another krea is writing it")
        return part


def remove_originals(ledger: "AccountLedger", job_id: str) -> None:
    """Remove the originals of a job whose converted results are there. Raises LedgerUnusable.

    One that was changed since is the user's own, and stays.
    """
    files = ledger.history.list_files(job_id)
    for file in files:
        results = (other for other in files if other.index == file.index)
        if is_original(file.path) and any(_replaces(other, file) for other in results):
            if is_unchanged(file):
                with suppress(OSError):
                    os.unlink(file.path)
            if not os.path.lexists(file.path):
                ledger.files.forget(job_id, [file.path])


def _replaces(other: "FileRow", original: "FileRow") -> bool:
    """Tell if OTHER is there, and was made of ORIGINAL in its folder."""
    is_beside = Path(other.path).parent == Path(original.path).parent
    return is_beside and not is_original(other.path) and is_unchanged(other)
