"""Tell if a saved file is unchanged on disk, by size and time before its content is read."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.files.publish import has_hash

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow

SECOND_NANOSECONDS = 1_000_000_000


def is_unchanged(file: "FileRow", path: Path | None = None) -> bool:
    """Return True if FILE is on disk as it was saved; at PATH, if that is given.

    The content is read only where size and time do not tell.
    """
    place = file.path if path is None else os.fspath(path)
    try:
        status = os.stat(place)
    except (OSError, ValueError):
        return False
    if status.st_size != file.size:
        return False
    if _has_recorded_time(file, status):
        # Files that were written at one tick of the system have one time: the place counts too.
        with suppress(OSError):
            if place == file.path or os.path.samestat(status, os.stat(file.path)):
                return True
    return has_hash(Path(place), file.sha256, file.size)


def is_as_recorded(file: "FileRow") -> bool:
    """Return True if FILE is where it was saved, by its size and time; its content is not read."""
    try:
        status = os.stat(file.path)
    except (OSError, ValueError):
        return False
    return status.st_size == file.size and _has_recorded_time(file, status)


def _has_recorded_time(file: "FileRow", status: os.stat_result) -> bool:
    """Tell if STATUS has the time of FILE, and one that is exact enough to say so."""
    # A time in whole seconds comes from a file system that may give it to two files.
    is_exact = file.modified is not None and file.modified % SECOND_NANOSECONDS != 0
    return is_exact and status.st_mtime_ns == file.modified and stat.S_ISREG(status.st_mode)
