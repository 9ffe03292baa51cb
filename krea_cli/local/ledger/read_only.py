"""Read a ledger that another host may be writing to, and never write to it or beside it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import TYPE_CHECKING

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.database import (
    BUSY_TIMEOUT_SECONDS,
    CorruptLedger,
    Database,
    translate_errors,
)
from krea_cli.local.ledger.migrations import APPLICATION_ID, MIGRATIONS, migrate, schema_version

if TYPE_CHECKING:
    import sqlite3

# Of https://www.sqlite.org/fileformat2.html, section 1.3.
HEADER_BYTES = 100
JOURNAL_SUFFIXES = ("-journal", "-wal")
MAX_COPIES = 5
RETRY_SECONDS = 0.1


FileState = tuple[int, int, int] | None  # number, size and time of a file; None without one


def open_read_only(path: Path) -> tuple[Database, Sequence[FileState] | None]:
    """Open the ledger at PATH for reading. Raises LedgerUnusable.

    Return as well the state of its files, if it is a copy that was made of them.

    A ledger without a write-ahead log is read in place, under SQLite's locks. Of one with such a
    log, with half a transaction, or of an older version a private copy is read.
    """
    # SQLite's shared memory does not reach other hosts, and recovering a log or a journal writes:
    # both are for the ledger's own host. `immutable=1` is no way out, as it takes half a
    # transaction for a whole one.
    import sqlite3

    with translate_errors(path):
        if _can_be_read_in_place(path):
            try:
                return Database(_connect(path), path, None), None
            except sqlite3.DatabaseError:
                pass  # it was left in the middle of a transaction, perhaps
        connection, states = _connect_to_copy(path)
        return Database(connection, path, None), states


def _can_be_read_in_place(path: Path) -> bool:
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES or not header.startswith(b"SQLite format 3\0"):
        raise CorruptLedger(f"the ledger {path} is damaged (it is not a database)")
    writes_ahead = header[18] == 2 or header[19] == 2
    version = int.from_bytes(header[60:64], "big")
    return not writes_ahead and version >= len(MIGRATIONS)


def _connect(path: Path, mode: str = "ro") -> "sqlite3.Connection":
    import sqlite3

    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        if mode == "rw":  # a copy
            connection.execute("PRAGMA journal_mode = DELETE")  # puts it right, into one file
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(" ".join(str(verdict).split()))
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise sqlite3.DatabaseError("it is not a ledger of krea")
        if mode == "rw" and schema_version(connection) < len(MIGRATIONS):
            migrate(connection, MIGRATIONS)
        connection.execute("SELECT 1 FROM requests LIMIT 1").fetchall()
        connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_copy(path: Path) -> "tuple[sqlite3.Connection, Sequence[FileState]]":
    """Open a copy of the ledger at PATH. It has no name, so no other process sees it."""
    with TemporaryDirectory(prefix="krea-ledger-") as folder:
        copy = Path(folder, path.name)
        states = _copy_whole(path, copy)
        # The file lives on without a name for as long as the connection.
        return _connect(copy, "rw"), states


def read_states(path: Path) -> Sequence[FileState]:
    """Read the state of the ledger at PATH and of its journals. Raises LedgerUnusable."""
    with translate_errors(path):
        return [_read_state(file) for file in _files_of(path)]


def _files_of(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", *JOURNAL_SUFFIXES)]


def _copy_whole(path: Path, copy: Path) -> Sequence[FileState]:
    """Copy the ledger at PATH and its journals while nobody writes to them.

    Raises LedgerUnusable if somebody always does.
    """
    for _ in range(MAX_COPIES):
        before = read_states(path)
        for file in _files_of(path):
            _copy_file(file, copy.with_name(file.name))
        if read_states(path) == before:
            return before
        sleep(RETRY_SECONDS)
    raise LedgerUnusable(f"the ledger {path} was written to all the time")


def _copy_file(file: Path, copy: Path) -> None:
    try:
        shutil.copyfile(file, copy)
    except FileNotFoundError:
        copy.unlink(missing_ok=True)


def _read_state(file: Path) -> FileState:
    try:
        # Opened, so that a network disk asks its server.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        status = os.fstat(descriptor)
        return status.st_ino, status.st_size, status.st_mtime_ns
    finally:
        os.close(descriptor)
