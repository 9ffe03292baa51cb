"""Find the results of a job that are on disk already: in their slot, or elsewhere."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.files.content_type import content_type
from krea_cli.flows.files.kept_files import is_kept
from krea_cli.flows.files.naming import NameFacts, add_suffix
from krea_cli.flows.files.originals import fits, is_original
from krea_cli.flows.files.output_slot import OutputSlot, Result, SavedFile
from krea_cli.flows.files.unchanged import is_as_recorded, is_unchanged

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, RequestRow

MAX_BESIDE = 9  # numbers of a name that are looked at, where the name itself was taken


@dataclass(frozen=True)
class ExistingResults:
    """The results on disk, by position from 1.

    saved: files in their place, with the bytes that were recorded
    copies: unchanged files elsewhere, for results that are not in their place
    occupied: places of the other results where another file is, as the user would type them
    moved: files in their place that the ledger has elsewhere, or with another time
    gone: recorded paths of results in their place at which there is nothing any more; none of
        kept files
    is_complete: every result that was saved is in `saved` or `copies`
    has_kept: a file of the job is recorded as kept
    """

    saved: Mapping[int, SavedFile] = field(default_factory=dict)
    copies: "Mapping[int, FileRow]" = field(default_factory=dict)
    occupied: tuple[str, ...] = ()
    moved: "tuple[FileRow, ...]" = ()
    gone: tuple[str, ...] = ()
    is_complete: bool = False
    has_kept: bool = False

    @property
    def is_done(self) -> bool:
        """True if every result is in its place."""
        return self.is_complete and not self.copies

    @property
    def files(self) -> tuple[SavedFile, ...]:
        """The files in their place, in the order of the results."""
        return tuple(self.saved[position] for position in sorted(self.saved))


def find_existing_results(
    files: "Sequence[FileRow]", slot: OutputSlot, facts: NameFacts
) -> ExistingResults:
    """Find FILES, the saved results of one job, at SLOT or elsewhere. A file must be unchanged.

    Where there is no -o, not even a remembered one, any place in the ledger will do.
    """
    saved: dict[int, SavedFile] = {}
    copies: dict[int, FileRow] = {}
    in_place: list[tuple[FileRow, Path]] = []
    occupied: list[str] = []
    by_position: dict[int, list[FileRow]] = {}
    for file in files:
        by_position.setdefault(file.index, []).append(file)
    for position, rows in by_position.items():
        own_paths = _own_paths(rows[0], files, slot, facts)
        paths = [next(own_paths)]  # the others are worked out where a file is not at the first
        place = _find_at(paths, rows, slot)
        if place is None:
            paths += own_paths
            place = _find_place(rows, slot, paths)
        if place is not None:
            file, path = place
            saved[position] = SavedFile(path, file.url, file.sha256, file.size, file.type, position)
            in_place.append((file, slot.target.absolute_path(path)))
            continue
        # Of a picture that was converted, the one that its name asks for.
        fitting = sorted(rows, key=lambda file: not fits(file, paths[0]))
        if source := next((file for file in fitting if is_unchanged(file)), None):
            copies[position] = source
        if os.path.lexists(slot.target.real_path(paths[0])):
            occupied.append(paths[0])
    moved, gone = _find_moved(files, in_place)
    return ExistingResults(
        saved,
        copies,
        tuple(occupied),
        moved,
        gone,
        is_complete=bool(files) and len(saved) + len(copies) == len(by_position),
        has_kept=any(is_kept(file.path) for file in files),
    )


def find_saved_results(
    row: "RequestRow", slot: OutputSlot, ledger: "AccountLedger"
) -> ExistingResults:
    """Find the results of ROW, a saved request, at SLOT or elsewhere."""
    files = ledger.history.list_files(row.job_id or "")
    facts = NameFacts.of_row(row)
    return find_existing_results(files, slot, facts)


def find_untouched_results(
    row: "RequestRow", slot: OutputSlot, ledger: "AccountLedger"
) -> tuple[SavedFile, ...]:
    """Find the results of ROW as they were saved in SLOT, without reading a file.

    Empty where size, time and place of a file do not tell.
    """
    files = ledger.history.list_files(row.job_id or "")
    files = [file for file in files if not is_original(file.path)]
    if len({file.index for file in files}) != len(files):
        return ()  # one was saved in several places
    facts = NameFacts.of_row(row)
    saved = []
    for file in files:
        path = next(_own_paths(file, files, slot, facts))
        place = os.path.abspath(os.path.join(slot.target.cwd, path))
        is_there = file.path == place and is_as_recorded(file)
        if not is_there or is_kept(file.path):
            return ()
        saved.append(SavedFile(path, file.url, file.sha256, file.size, file.type, file.index))
    return tuple(sorted(saved, key=lambda each: each.position))


def is_changed(existing: ExistingResults, slot: OutputSlot) -> bool:
    """Tell if EXISTING leaves another file in SLOT, in the place of a result."""
    return bool(existing.occupied) and not (existing.is_done or slot.target.force)


def find_beside(files: "Sequence[FileRow]", slot: OutputSlot, facts: NameFacts) -> str | None:
    """Find the first of FILES, the results of one job, under a number beside its place in SLOT.

    Its name was taken when it was saved, and may be free by now. The file must be unchanged.
    """
    rows = [file for file in files if file.index == files[0].index]
    if not rows:
        return None
    place = slot.target.real_path(list_own_paths(rows[0], files, slot, facts)[0])
    for file in rows:
        real = slot.target.real_path(file.path)
        if is_numbered(real, place) and is_unchanged(file):
            return slot.target.short_path(real)
    return None


def list_own_paths(
    file: "FileRow", files: "Sequence[FileRow]", slot: OutputSlot, facts: NameFacts
) -> list[str]:
    """List the paths in SLOT that FILE of FILES may have, its own first.

    Where only some results were saved, its number among all of them may be another.
    """
    return list(_own_paths(file, files, slot, facts))


def _own_paths(
    file: "FileRow", files: "Sequence[FileRow]", slot: OutputSlot, facts: NameFacts
) -> Iterator[str]:
    ext = content_type(b"", file.type).ext
    alike = sorted({other.index for other in files if other.preview == file.preview})
    own = alike.index(file.index) + 1
    count = len({other.index for other in files})
    numbers = [own, *(number for number in range(1, count + 1) if number != own)]
    for preview in (file.preview, not file.preview):
        for number in numbers:
            yield slot.path(facts, Result(file.url, file.index, number, preview), ext)


def _find_at(
    paths: Sequence[str], rows: "Sequence[FileRow]", slot: OutputSlot
) -> "tuple[FileRow, str] | None":
    """Find a file of ROWS, the records of one result, at the first of PATHS that has one."""
    for path in paths:
        real = slot.target.real_path(path)
        for file in rows:
            if is_unchanged(file, real):
                return file, path
    return None


def _find_place(
    rows: "Sequence[FileRow]", slot: OutputSlot, paths: Sequence[str]
) -> "tuple[FileRow, str] | None":
    """Find a file in its place: the record that it agrees with, and its path.

    ROWS are the records of one result, PATHS its places in SLOT. The first of these, its own, has
    none of them.
    """
    if place := _find_at(paths[1:], rows, slot):
        return place
    target = slot.target
    is_anywhere = target.is_absent
    for file in rows:
        real = target.real_path(file.path)
        if is_kept(file.path):
            continue  # it waits for its place
        if (is_anywhere or _is_beside(real, slot, paths[0])) and is_unchanged(file):
            return file, target.short_path(real)
    return None


def _is_beside(path: Path, slot: OutputSlot, own: str) -> bool:
    """Tell if PATH is a numbered form of OWN, the name of a result that is taken still."""
    place = slot.target.real_path(own)
    return not slot.target.force and is_numbered(path, place) and os.path.lexists(place)


def is_numbered(path: Path, place: Path) -> bool:
    """Tell if PATH is PLACE with a number."""
    if path.parent != place.parent:
        return False
    numbers = range(2, MAX_BESIDE + 1)
    return path.name in [add_suffix(place.name, f"-{number}") for number in numbers]


def _find_moved(
    files: "Sequence[FileRow]", in_place: "Sequence[tuple[FileRow, Path]]"
) -> "tuple[tuple[FileRow, ...], tuple[str, ...]]":
    """Return files IN_PLACE as they are to be recorded, and recorded paths without a file."""
    moved: list[FileRow] = []
    gone: list[str] = []
    for file, path in in_place:
        try:
            modified = path.stat().st_mtime_ns
        except OSError:
            continue  # it vanished a moment ago
        if file.path == str(path) and file.modified == modified:
            continue  # as it is recorded
        known = {
            os.path.realpath(other.path): other for other in files if other.index == file.index
        }
        recorded = known.get(os.path.realpath(path))
        if recorded is None:
            moved.append(replace(file, path=str(path), modified=modified))
            # A kept file is recorded a moment before it is there; `remove_kept_files` forgets it.
            places = [each.path for each in known.values() if not is_kept(each.path)]
            gone += [place for place in places if not os.path.lexists(place)]
            moved += _find_originals(known.values(), path.parent)
        elif recorded.modified != modified:
            moved.append(replace(file, path=recorded.path, modified=modified))
    return tuple(moved), tuple(gone)


def _find_originals(files: "Iterable[FileRow]", folder: Path) -> "Iterator[FileRow]":
    """Yield those of FILES that are originals, and were moved to FOLDER."""
    for file in files:
        place = folder / os.path.basename(file.path)
        is_moved = is_original(file.path) and not os.path.lexists(file.path)
        if is_moved and is_unchanged(file, place):
            yield replace(file, path=str(place), modified=place.stat().st_mtime_ns)
