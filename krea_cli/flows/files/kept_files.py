"""Keep the only copy of a paid result when --force gives its name to another result.

The file moves to a hidden name beside it, and is recorded there before it moves. After a kill at
any moment the ledger knows where it is.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from krea_cli.flows.files.publish import hash_file
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.local.sync import sync_folder

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.file_rows import FileOwner

KEPT_PREFIX, KEPT_SUFFIX = ".krea-", ".kept"

# Held from the look at a place until another file has it, and while kept files are removed. In
# between, a file could be kept for a request that has just removed its own.
MOVE_LOCK = Lock()

# Tells if the same command still has to save the results of a request in their place.
IsNeeded = Callable[["FileOwner"], bool]


def is_kept(path: str) -> bool:
    """Tell if PATH is the hidden name of a kept file."""
    name = os.path.basename(path)
    return name.startswith(KEPT_PREFIX) and name.endswith(KEPT_SUFFIX)


@dataclass(frozen=True)
class KeptFiles:
    """Moves files out of the way of others. Use it under `MOVE_LOCK`."""

    ledger: "AccountLedger"
    is_needed: IsNeeded

    def clear(self, place: Path, *, job_id: str, sha256: str) -> None:
        """Move the file at PLACE aside if it is the only copy of a result that is needed.

        The job JOB_ID is to have a file of hash SHA256 there. Raises OSError and LedgerUnusable;
        the ledger then knows the place of the file.
        """
        if not place.is_file():
            return
        current = hash_file(place)
        if current == sha256:
            return
        owners = [
            owner
            for owner in self.ledger.files.list_owners(current)
            if owner.job_id != job_id and self.is_needed(owner) and not _has_other(owner, place)
        ]
        if not owners:
            return
        hidden = place.with_name(f"{KEPT_PREFIX}{owners[0].row_id}-{current[:16]}{KEPT_SUFFIX}")
        modified = place.stat().st_mtime_ns
        for owner in owners:
            file = replace(owner.files[0], path=str(hidden), modified=modified)
            self.ledger.files.record(owner.job_id, [file])
        move_aside(place, hidden)


def move_aside(place: Path, hidden: Path) -> None:
    """Rename PLACE to HIDDEN, and sync the folder."""
    os.rename(place, hidden)
    sync_folder(place.parent)


def remove_kept_files(ledger: "AccountLedger", job_id: str) -> None:
    """Remove the kept files of a job whose results are all recorded in their place.

    Raises LedgerUnusable. A file that another request is recorded with stays.
    """
    with MOVE_LOCK:
        for file in ledger.history.list_files(job_id):
            if not is_kept(file.path):
                continue
            if not ledger.files.has_path(file.path, except_job=job_id):
                # Before it is forgotten: a name that leads nowhere does no harm, a file that
                # nobody knows stays for ever.
                with suppress(OSError):
                    os.unlink(file.path)
            ledger.files.forget(job_id, [file.path])


def is_only_copy(place: Path, ledger: "AccountLedger | None") -> bool:
    """Tell if the file at PLACE is a saved result that is nowhere else. Raises LedgerUnusable."""
    if ledger is None:
        return False
    owners = ledger.files.list_owners(hash_file(place))
    return any(not _has_other(owner, place) for owner in owners)


def _has_other(owner: "FileOwner", place: Path) -> bool:
    """Tell if OWNER has its bytes, unchanged, anywhere but at PLACE."""
    real = os.path.realpath(place)
    return any(os.path.realpath(file.path) != real and is_unchanged(file) for file in owner.files)
