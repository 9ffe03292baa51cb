"""Copy a result from its earlier place, instead of fetching it once more."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.flows.transfer.fetch import DISK_FULL, PartContent, copy_into

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow


def not_moved_error(
    files: "Sequence[FileRow]", slot: OutputSlot, job_id: str, cause: KreaError
) -> KreaError | None:
    """Error for the result of a batch's job that could not be put into SLOT because of CAUSE.

    FILES are all records of the job. None if the result is not on disk under another name.
    """
    if not slot.copies or slot.row is None or not slot.row.item_fingerprint:
        return None
    places = [file for file in (*slot.copies.values(), *files) if is_unchanged(file)]
    if not set(slot.copies) <= {file.index for file in places}:
        return None
    room = "make room; " if cause.message == DISK_FULL else ""
    shown = slot.target.short_path(Path(os.path.realpath(places[0].path)))
    return KreaError(
        f"the result of job {job_id} is in {shown}, and could not be given its new name:"
        f" {cause.message}",
        hint=f"{room}the same command gives it its new name, and pays nothing",
        job_id=job_id,
        charged="yes",
    )


def copy_saved(
    files: "Sequence[FileRow]", position: int, part: PartFile
) -> tuple[PartContent, str] | None:
    """Copy the result at POSITION from the first of FILES that is as it was saved.

    Returns the content of PART and the address it came from; None if there is no such file.
    """
    for file in files:
        if file.index == position and is_unchanged(file):
            try:
                content = copy_into(Path(file.path), part)
            except FileNotFoundError:  # it moved a moment ago
                continue
            if content.sha256 == file.sha256:
                return content, file.url
            os.ftruncate(part.fd, 0)
    return None
