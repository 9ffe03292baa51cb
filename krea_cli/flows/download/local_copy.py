"""Copy a result from where it was saved before, instead of fetching it once more."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.flows.transfer.fetch import PartContent, copy_into

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow


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
