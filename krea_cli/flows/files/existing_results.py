"""Find the results of a job that are on disk already: in their slot, or elsewhere."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.files.content_type import content_type
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import OutputSlot, Result, SavedFile
from krea_cli.flows.files.publish import has_hash

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow, RequestRow


@dataclass(frozen=True)
class ExistingResults:
    """The results on disk, by position from 1.

    saved: files in their place
    copies: unchanged files elsewhere, for results that are not in their place
    changed: paths in `saved` with another size than was saved
    is_complete: every result that was saved is in one of the two
    """

    saved: Mapping[int, SavedFile] = field(default_factory=dict)
    copies: "Mapping[int, FileRow]" = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    is_complete: bool = False


def find_existing_results(
    files: "Sequence[FileRow]",
    slot: OutputSlot,
    facts: NameFacts,
    *,
    row: "RequestRow | None" = None,
) -> ExistingResults:
    """Find FILES, the saved results of one job, at SLOT or elsewhere.

    A file must be unchanged. With ROW, its request, an edited file counts as well in the place
    where it was saved. Where the user gave no -o, any place in the ledger will do.
    """
    saved: dict[int, SavedFile] = {}
    copies: dict[int, FileRow] = {}
    by_position: dict[int, list[FileRow]] = {}
    for file in files:
        by_position.setdefault(file.index, []).append(file)
    for position, rows in by_position.items():
        paths = {file.path: _paths(file, files, slot, facts) for file in rows}
        file = rows[0]
        path = _edited_place(rows, slot, paths[file.path][0], row) if row else None
        if path is None:
            places = ((each, _unchanged_place(each, slot, paths[each.path])) for each in rows)
            file, path = next((found for found in places if found[1]), (file, None))
        if path is not None:
            saved[position] = SavedFile(path, file.url, file.sha256, file.size, file.type, position)
        elif source := next((file for file in rows if is_unchanged(file)), None):
            copies[position] = source
    changed = tuple(
        each.path
        for each in saved.values()
        if row and not _has_size(slot.target.real_path(each.path), each.size)
    )
    is_complete = bool(files) and len(saved) + len(copies) == len(by_position)
    return ExistingResults(saved, copies, changed, is_complete)


def is_unchanged(file: "FileRow") -> bool:
    """Return True if FILE is on disk as it was saved."""
    return has_hash(Path(file.path), file.sha256, file.size)


def _paths(
    file: "FileRow", files: "Sequence[FileRow]", slot: OutputSlot, facts: NameFacts
) -> list[str]:
    """The paths in SLOT that FILE may have, its own first.

    Where only some results were saved, its number among all of them may be another.
    """
    ext = content_type(b"", file.type).ext
    alike = sorted({other.index for other in files if other.preview == file.preview})
    own = alike.index(file.index) + 1
    numbers = [own, *(number for number in range(1, len(files) + 1) if number != own)]
    return [
        slot.path(facts, Result(file.url, file.index, number, preview), ext)
        for preview in (file.preview, not file.preview)
        for number in numbers
    ]


def _unchanged_place(file: "FileRow", slot: OutputSlot, paths: Sequence[str]) -> str | None:
    """The first of PATHS that holds FILE."""
    target = slot.target
    for path in paths:
        if has_hash(target.real_path(path), file.sha256, file.size):
            return path
    if not target.is_given and is_unchanged(file):
        return target.short_path(target.real_path(file.path))
    return None


def _edited_place(
    rows: "Sequence[FileRow]", slot: OutputSlot, path: str, row: "RequestRow"
) -> str | None:
    """Path of an existing file, edited or not, saved by ROW in SLOT or at PATH; else None."""
    is_own = row.target == slot.key
    for file in rows:
        is_there = is_own or os.path.realpath(file.path) == str(slot.target.real_path(path))
        if is_there and os.path.exists(file.path):
            return slot.target.short_path(Path(file.path))
    return None


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
