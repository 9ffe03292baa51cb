"""The ledger's file: how it comes into being, is opened, written to, and what can go wrong."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.file_lock import FileLock
from krea_cli.local.ledger.migrations import APPLICATION_ID, MIGRATIONS, migrate, version
from krea_cli.local.ledger.network_mounts import network_type

if TYPE_CHECKING:
    import sqlite3

# What network file system a folder is on, None for a local one.
Network = Callable[[Path], str | None]
BUSY_SECONDS = 10.0
SMALLEST_PAGE = 512  # bytes
REPAIR_HINT = "krea doctor --repair sets it aside; what it held in doubt is then forgotten"


class Corrupt(LedgerUnusable):
    """The file is there and is not a readable ledger. It is left in place."""

    hint = REPAIR_HINT


class Database:
    """One open ledger file (or memory, PATH None).

    Any thread may use it, one at a time: nobody writes in the midst of another's transaction.
    """

    def __init__(self, connection: "sqlite3.Connection", path: Path | None) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        # In WAL mode NORMAL writes without waiting for the disk; FULL waits at each commit.
        connection.execute("PRAGMA synchronous = NORMAL")

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        migrations: Sequence[Sequence[str]] = MIGRATIONS,
        network: Network = network_type,
    ) -> "Database":
        """Open the ledger in FOLDER; make both if they are missing. Raises LedgerUnusable."""
        make_folder(folder)
        path, shared = location(folder, network)
        with translated(path):
            if not path.exists():
                _create(path, migrations, write_ahead=not shared)
            _check_size(path)
            connection = _connect(path)
            try:
                _check(connection, path, migrations)
                return cls(connection, path)
            except BaseException:
                connection.close()
                raise

    @classmethod
    def in_memory(cls) -> "Database":
        """A ledger that is gone with the process."""
        import sqlite3

        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        migrate(connection, MIGRATIONS)
        return cls(connection, None)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All that STATEMENT finds."""
        with self._lock, translated(self.path):
            return self._connection.execute(statement, _stored(values)).fetchall()

    def write(self, statement: str, values: Sequence[Any]) -> int:
        """Carry out one STATEMENT as a transaction; how many rows it changed."""
        with self._lock, translated(self.path):
            return self._connection.execute(statement, _stored(values)).rowcount

    def insert(self, table: str, values: dict[str, Any]) -> int:
        """Put one row into TABLE; its id."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        with self._lock, translated(self.path):
            # No RETURNING: Python 3.11 of RHEL 8 comes with SQLite 3.26.
            cursor = self._connection.execute(statement, _stored(list(values.values())))
            return cursor.lastrowid or 0

    @contextmanager
    def transaction(self, *, charged: str = "no", job_id: str | None = None) -> Iterator[None]:
        """What is written inside is on disk, synced, when this ends; or not at all.

        CHARGED and JOB_ID are what an error says about money when the ledger fails here.
        """
        with self._lock, translated(self.path, charged=charged, job_id=job_id):
            self._connection.execute("PRAGMA synchronous = FULL")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                self._connection.execute("PRAGMA synchronous = NORMAL")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def make_folder(folder: Path) -> None:
    """Make the state folder, for its owner only. Raises LedgerUnusable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise LedgerUnusable(
            f"the ledger's folder {folder} cannot be made: {failure.strerror}",
            hint="set KREA_STATE_DIR to a folder that you can write to",
        ) from failure


def location(folder: Path, network: Network = network_type) -> tuple[Path, bool]:
    """Where the ledger in FOLDER is, and whether other machines see that folder too."""
    if network(folder) is None:
        return folder / "ledger.sqlite3", False
    host = "".join(letter if letter.isalnum() else "-" for letter in os.uname().nodename)
    return folder / f"ledger-{host}.sqlite3", True


def creation_lock(path: Path) -> FileLock:
    """Held while the ledger at PATH is made, migrated or set aside."""
    return FileLock(path.with_name(path.name + ".lock"))


@contextmanager
def translated(
    path: Path | None, *, charged: str = "no", job_id: str | None = None
) -> Iterator[None]:
    """The border: what SQLite and the system raise becomes LedgerUnusable."""
    import sqlite3

    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except LedgerUnusable as known:  # of a write inside a transaction, which knows what it costs
        known.charged, known.job_id = charged, job_id
        raise
    except (sqlite3.DatabaseError, OSError) as failure:
        error = _phrased(failure, path)
        error.charged, error.job_id = charged, job_id
        raise error from failure


def _phrased(failure: Exception, path: Path | None) -> LedgerUnusable:
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    match getattr(failure, "sqlite_errorcode", 0) & 0xFF:
        case 5:  # busy
            text = f"the ledger {path} is in use by other programs for too long"
            return LedgerUnusable(text, hint="run the same command again")
        case 8:  # read-only
            return LedgerUnusable(f"the ledger {_unwritable(path) or path} is read-only")
        case 11 | 26:  # corrupt, not a database
            return Corrupt(f"the ledger {path} is damaged ({failure})")
        case 13:  # full
            text = f"the disk is full: the ledger {path} cannot be written"
            hint = "make room, or set KREA_STATE_DIR to a folder on another disk"
            return LedgerUnusable(text, hint=hint)
        case _:
            reason = getattr(failure, "strerror", None) or failure
            return LedgerUnusable(f"the ledger {path} cannot be used: {reason}")


def _unwritable(path: Path | None) -> Path | None:
    """Which of the ledger's files may not be written: SQLite keeps two beside it, as it was."""
    if path is None:
        return None
    files = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
    return next((file for file in files if file.exists() and not os.access(file, os.W_OK)), None)


def _create(path: Path, migrations: Sequence[Sequence[str]], *, write_ahead: bool) -> None:
    """Make the ledger beside its name and rename it: nobody ever sees half of one.

    Twenty processes that switch one new file to WAL meet "database is locked"; here only the
    first makes it, and the mode is in the file before the others look.
    """
    with creation_lock(path):
        if path.exists():
            return
        fresh = path.with_name(f".{path.name}.new")
        for left in (fresh, fresh.with_name(fresh.name + "-wal")):
            left.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        connection = _connect(fresh)
        try:
            if write_ahead:
                connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection, migrations)
        finally:
            connection.close()
        fresh.rename(path)
        _sync_folder(path.parent)


def _connect(path: Path) -> "sqlite3.Connection":
    import sqlite3

    # mode=rw: a file that vanished is not replaced by an empty one behind our back.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _check_size(path: Path) -> None:
    # Before SQLite looks: beside a file without a page it deletes the log that may still have
    # the rows. Reading the header here instead would drop the locks of our other connections.
    size = path.stat().st_size
    if path.is_file() and size < SMALLEST_PAGE:
        raise Corrupt(f"the ledger {path} is damaged (only {size} bytes are left of it)")


def _check(
    connection: "sqlite3.Connection", path: Path, migrations: Sequence[Sequence[str]]
) -> None:
    found = version(connection)
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise Corrupt(f"{path} is a database, and no ledger of krea")
    if found > len(migrations):
        raise LedgerUnusable(
            f"the ledger {path} was written by a newer krea; this one would spoil it",
            hint="install the newer krea, or set KREA_STATE_DIR to another folder",
        )
    if found < len(migrations):
        with creation_lock(path):
            migrate(connection, migrations)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _stored(values: Sequence[Any]) -> list[Any]:
    return [_storable(value) if isinstance(value, str) else value for value in values]


def _storable(text: str) -> str | bytes:
    """Paths may hold bytes that are no UTF-8 (lone surrogates here): those are kept as bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text
