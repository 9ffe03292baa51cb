"""Move a saved result to another folder, with its sidecar: never over another file.

The ledger has the new place before the file is there, and forgets the old one last. After a kill
at any moment it knows a place that holds the file, and the same move goes on.
"""

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.files.naming import add_suffix
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.files.publish import MAX_NUMBERED_NAMES, hash_file, publish
from krea_cli.flows.recipe.sidecar import read_sidecar_of, sidecar_path
from krea_cli.local.sync import sync_folder

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow


def move_saved(ledger: "AccountLedger", job_id: str, file: "FileRow", goal: Path) -> Path:
    """Move FILE, a result of a job, to GOAL; return its new place. Its sidecar goes along.

    Where GOAL is taken, it gets a number. Raises OSError, KreaError and LedgerUnusable.
    """
    place = Path(file.path)
    if not os.access(place.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place.parent))
    goal = _find_free(place, goal, file.sha256)
    ledger.files.record(job_id, [replace(file, path=str(goal))])
    if _has_sidecar(place, file.sha256):
        sidecar = sidecar_path(place)
        _move(sidecar, sidecar_path(goal), hash_file(sidecar))
    done = _move(place, goal, file.sha256)
    moved = replace(file, path=str(done), modified=done.stat().st_mtime_ns)
    gone = {str(place), str(goal)} - {str(done)}
    ledger.files.move(job_id, [moved], sorted(gone), target=None)
    return done


def _find_free(place: Path, goal: Path, sha256: str) -> Path:
    """Return GOAL with the first number that is free, or was given to PLACE before a kill."""
    for number in range(1, MAX_NUMBERED_NAMES):
        suffix = "" if number == 1 else f"-{number}"
        numbered = goal.with_name(add_suffix(goal.name, suffix)) if suffix else goal
        sidecar = sidecar_path(numbered)
        is_sidecar_free = not os.path.lexists(sidecar) or _has_sidecar(numbered, sha256)
        if _is_free(numbered, place) and is_sidecar_free:
            return numbered
    raise KreaError(f"{MAX_NUMBERED_NAMES} files called {goal.name} are there")


def _is_free(path: Path, place: Path) -> bool:
    """Tell if nothing is at PATH, or a second name of the file at PLACE."""
    return not os.path.lexists(path) or os.path.samestat(os.lstat(place), os.lstat(path))


def _has_sidecar(place: Path, sha256: str) -> bool:
    """Tell if the file beside PLACE is the sidecar of the content of hash SHA256."""
    recipe = read_sidecar_of(place)
    return recipe is not None and recipe.sha256 == sha256


def _move(place: Path, goal: Path, sha256: str) -> Path:
    """Publish the file at PLACE as GOAL, as if it were a part file; return its new place."""
    part = PartFile(place, os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC))
    try:
        done = publish(part, goal, sha256=sha256, force=False).path
    finally:
        part.release(keep=True)
    if os.path.lexists(place):
        raise KreaError(f"{place} could not be removed, and is in {done} as well")
    sync_folder(place.parent)
    return done
