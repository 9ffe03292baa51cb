"""The places of saved results, and the fate of those that are in none any more."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from krea_cli.flows.files.kept_files import is_kept
from krea_cli.flows.files.unchanged import is_unchanged

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow

Fate = Literal["replaced", "changed", "deleted"]
FATES: tuple[Fate, ...] = ("replaced", "changed", "deleted")


@dataclass(frozen=True)
class Places:
    """The places of the results of one job.

    current: the files with their bytes as they were saved, in the order of the results
    lost: the last record of each result without such a file, and its fate
    """

    current: "tuple[FileRow, ...]" = ()
    lost: "tuple[tuple[FileRow, Fate], ...]" = ()


def find_places(files: "Sequence[FileRow]", is_others: Callable[[str], bool]) -> Places:
    """Find where the results of a job are now; FILES are all its records.

    IS_OTHERS tells of a path if another request saved a file there last.
    """
    files = with_claims(files)
    current: list[FileRow] = []
    lost: list[tuple[FileRow, Fate]] = []
    for index in dict.fromkeys(file.index for file in files):
        records = [file for file in files if file.index == index]
        found = [file for file in records if is_unchanged(file)]
        if len(found) > 1:
            from krea_cli.flows.files.originals import is_original

            # What was asked for comes before what it was converted from.
            found.sort(key=lambda file: is_original(file.path))
        # A kept file waits for its place, and is where no user looks.
        current += [file for file in found if not is_kept(file.path)] or found
        if not found:
            last = max(records, key=lambda file: (not is_kept(file.path), file.at))
            lost.append((last, _find_fate(last.path, is_others)))
    return Places(tuple(current), tuple(lost))


def list_current(files: "Sequence[FileRow]") -> "tuple[FileRow, ...]":
    """List those of FILES, all records of one job, that hold their result now."""
    return find_places(files, lambda _: False).current


def with_found(places: Places, path: Path, sha256: str) -> Places:
    """Return PLACES with the result of SHA256 at PATH, where it was found, if it was lost."""
    found = [file for file, _ in places.lost if file.sha256 == sha256]
    lost = tuple((file, fate) for file, fate in places.lost if file.sha256 != sha256)
    current = (*places.current, *(replace(file, path=str(path)) for file in found))
    return Places(tuple(sorted(current, key=lambda file: file.index)), lost)


def with_claims(files: "Sequence[FileRow]") -> "Sequence[FileRow]":
    """Add to FILES, all records of one job, the places of results under a hidden name.

    A process may have been killed just after it had given the place those bytes.
    """
    kept = [file for file in files if is_kept(file.path) and not os.path.lexists(file.path)]
    claims = [
        replace(claim, path=file.path, modified=None)
        for claim in kept
        for file in files
        if file.index == claim.index and not is_kept(file.path)
    ]
    return [*files, *claims] if claims else files


def with_new_times(files: "Sequence[FileRow]") -> "list[FileRow]":
    """Return those of FILES with another time than recorded, with that time. All are unchanged."""
    changed = []
    for file in files:
        try:
            modified = Path(file.path).stat().st_mtime_ns
        except OSError:
            continue  # it vanished a moment ago
        if modified != file.modified:
            changed.append(replace(file, modified=modified))
    return changed


def _find_fate(path: str, is_others: Callable[[str], bool]) -> Fate:
    if not os.path.lexists(path):
        return "deleted"
    return "replaced" if is_others(path) else "changed"
