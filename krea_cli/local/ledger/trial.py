"""Try if a file system can hold a ledger: write-ahead log, locks, sync. Leave nothing behind."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import LedgerUnusable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

# SQLite's primary codes for locks, memory maps and syncs that fail, as in
# https://www.sqlite.org/rescode.html: busy, locked, ioerr, cantopen, protocol, nolfs.
UNFIT_CODES = (5, 6, 10, 14, 15, 22)
UNFIT_ERRORS = (errno.EIO, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
MIN_FREE_BYTES = 1 << 16  # SQLite's index of the log takes half of it, and fails as a memory map
SUFFIXES = ("", "-wal", "-shm", "-journal")


@contextmanager
def leave_nothing(fresh: Path, lock: Path) -> Iterator[None]:
    """A block that makes the ledger FRESH; after a failure, remove all its files and its LOCK.

    Raises LedgerUnusable if the file system cannot hold a ledger.
    """
    import sqlite3

    try:
        yield
    except (sqlite3.Error, OSError) as failure:
        remove_files(fresh)
        with suppress(OSError):
            lock.unlink()
        code = getattr(failure, "sqlite_errorcode", 0) & 0xFF
        is_unfit = code in UNFIT_CODES or getattr(failure, "errno", None) in UNFIT_ERRORS
        if is_unfit and not is_full(fresh.parent):
            raise unfit(fresh.parent, failure) from failure
        raise


def remove_files(ledger: Path) -> None:
    """Remove an unused ledger with all files of SQLite's beside it."""
    for suffix in SUFFIXES:
        with suppress(OSError):
            ledger.with_name(ledger.name + suffix).unlink()


def use_twice(connect: "Callable[[Path], sqlite3.Connection]", ledger: Path) -> None:
    """Write and read LEDGER by two connections at once, as two commands would."""
    with _closing(connect(ledger)) as first, _closing(connect(ledger)) as second:
        first.execute("PRAGMA synchronous = FULL")
        first.execute("BEGIN IMMEDIATE")
        second.execute("SELECT count(*) FROM requests").fetchone()
        first.execute("PRAGMA user_version = 1")
        first.execute("ROLLBACK")


def full_error(ledger: Path | None) -> LedgerUnusable:
    """Error for a LEDGER on a full disk."""
    return LedgerUnusable(
        f"the disk is full: the ledger {ledger} cannot be written",
        hint="make room, or set KREA_STATE_DIR to a folder on another disk",
    )


def is_full(folder: Path) -> bool:
    """Tell if the disk of FOLDER has no room for a ledger, as far as can be known."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < MIN_FREE_BYTES


def unfit(folder: Path, failure: Exception) -> LedgerUnusable:
    """Error for a FOLDER on a file system that cannot hold a ledger."""
    reason = getattr(failure, "strerror", None) or failure
    return LedgerUnusable(
        f"the file system of {folder} cannot hold a ledger: {reason}",
        hint="set KREA_STATE_DIR to a folder on a local disk",
    )


@contextmanager
def _closing(connection: "sqlite3.Connection") -> "Iterator[sqlite3.Connection]":
    try:
        yield connection
    finally:
        connection.close()
