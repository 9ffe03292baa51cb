"""The ledger's SQLite file: make it, open it, write to it, and explain what went wrong."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger import trial
from krea_cli.local.ledger.file_lock import FileLock
from krea_cli.local.ledger.host import NAME_FACT, Host, find_recorded_name
from krea_cli.local.ledger.migrations import APPLICATION_ID, MIGRATIONS, migrate, schema_version
from krea_cli.local.sync import sync_folder

if TYPE_CHECKING:
    import sqlite3

BUSY_TIMEOUT_SECONDS = 10.0
MIN_PAGE_BYTES = 512
REPAIR_HINT = "krea doctor --repair sets it aside; its requests in doubt are then forgotten"


class CorruptLedger(LedgerUnusable):
    """Error for a file that is not a readable ledger. It is left in place."""

    hint = REPAIR_HINT


class Database:
    """One open ledger file; PATH is None for a ledger in memory.

    folder: where the locks of the ledger are; None for a ledger in memory without a state folder

    Threads take turns: none writes in the middle of another's transaction.
    """

    def __init__(
        self, connection: "sqlite3.Connection", path: Path | None, folder: Path | None
    ) -> None:
        self.path = path
        self.folder = folder
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
        host: Host | None = None,
    ) -> "Database":
        """Open the ledger of HOST, else of this machine, in FOLDER; make both if missing.

        Raises LedgerUnusable.
        """
        make_folder(folder)
        host = host or Host()
        path, shared = host.locate_ledger(folder)
        with translate_errors(path):
            if not path.exists():
                _create(path, migrations, write_ahead=not shared)
            _check_size(path)
            connection = _connect(path)
            try:
                _check_schema(connection, path, migrations)
                if shared:
                    _record_name(connection, path, host.own_name)
                return cls(connection, path, folder)
            except BaseException:
                connection.close()
                raise

    @classmethod
    def in_memory(cls, folder: Path | None = None) -> "Database":
        """Open a ledger that ends with the process. Its locks are in an existing FOLDER."""
        import sqlite3

        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        migrate(connection, MIGRATIONS)
        return cls(connection, None, folder if folder and folder.is_dir() else None)

    def query(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a SELECT or PRAGMA."""
        # Asked several times for each item of a list: what is rare costs time only when it is met.
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except UnicodeEncodeError:  # of a path
                with translate_errors(self.path):
                    return self._connection.execute(statement, _encode_values(values)).fetchall()
            except Exception:
                with translate_errors(self.path):
                    raise

    def execute(self, statement: str, values: Sequence[Any]) -> int:
        """Execute one STATEMENT that writes, and return the number of changed rows."""
        with self._lock, translate_errors(self.path):
            return self._connection.execute(statement, _encode_values(values)).rowcount

    def insert(self, table: str, values: dict[str, Any]) -> int:
        """Insert one row into TABLE, with VALUES by column, and return its id."""
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" * len(values))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        with self._lock, translate_errors(self.path):
            # No RETURNING: Python 3.11 of RHEL 8 comes with SQLite 3.26.
            cursor = self._connection.execute(statement, _encode_values(list(values.values())))
            return cursor.lastrowid or 0

    @contextmanager
    def transaction(self, *, charged: str = "no", job_id: str | None = None) -> Iterator[None]:
        """Write all that happens inside at once, synced to the disk; or nothing at all.

        If the ledger fails here, the error has CHARGED and JOB_ID.
        """
        with self._lock, translate_errors(self.path, charged=charged, job_id=job_id):
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
        """Close the file."""
        self._connection.close()


def make_folder(folder: Path) -> None:
    """Make the state folder, readable by its owner only. Raises LedgerUnusable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise LedgerUnusable(
            f"the ledger's folder {folder} cannot be made: {failure.strerror}",
            hint="set KREA_STATE_DIR to a folder that you can write to",
        ) from failure


def creation_lock(path: Path) -> FileLock:
    """Return the lock to hold while the ledger at PATH is made, migrated or set aside."""
    return FileLock(path.with_name(path.name + ".lock"))


@contextmanager
def translate_errors(
    path: Path | None, *, charged: str = "no", job_id: str | None = None
) -> Iterator[None]:
    """Translate the errors of SQLite and the system into LedgerUnusable."""
    import sqlite3

    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except LedgerUnusable as unusable:  # of a write inside a transaction, which knows the charge
        unusable.charged, unusable.job_id = charged, job_id
        raise
    except (sqlite3.DatabaseError, OSError, UnicodeDecodeError) as failure:
        error = _to_ledger_error(failure, path)
        error.charged, error.job_id = charged, job_id
        raise error from failure


def _to_ledger_error(failure: Exception, path: Path | None) -> LedgerUnusable:
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    match getattr(failure, "sqlite_errorcode", 0) & 0xFF:
        case 5:  # busy
            text = f"the ledger {path} is in use by other programs for too long"
            return LedgerUnusable(text, hint="run the same command again")
        case 8:  # read-only
            return LedgerUnusable(f"the ledger {_find_unwritable_file(path) or path} is read-only")
        case 10 if path:  # an error of reading, writing, locking, mapping or syncing
            if trial.is_full(path.parent):
                return trial.full_error(path)
            return trial.unfit(path.parent, failure)
        case 11 | 26:  # corrupt, not a database
            return CorruptLedger(f"the ledger {path} is damaged ({failure})")
        case 13:  # full
            return trial.full_error(path)
        case _ if isinstance(failure, UnicodeDecodeError) or "decode to UTF-8" in str(failure):
            return CorruptLedger(f"the ledger {path} is damaged (it holds text that is no text)")
        case _:
            reason = getattr(failure, "strerror", None) or _open_problem(path) or failure
            return LedgerUnusable(f"the ledger {path} cannot be used: {reason}")


def _open_problem(path: Path | None) -> str | None:
    """Return the system's reason why the file cannot be opened: SQLite only says that it cannot."""
    try:
        if path is not None:
            os.close(os.open(path, os.O_RDWR))
    except OSError as failure:
        return failure.strerror
    return None


def _find_unwritable_file(path: Path | None) -> Path | None:
    """Return the first of the ledger's files that is read-only; SQLite keeps two beside it."""
    if path is None:
        return None
    files = [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]
    return next((file for file in files if file.exists() and not os.access(file, os.W_OK)), None)


def _create(path: Path, migrations: Sequence[Sequence[str]], *, write_ahead: bool) -> None:
    """Make the ledger under a temporary name, then rename it: nobody ever sees half of one.

    Many processes that switch one new file to WAL mode meet "database is locked". Here the first
    sets the mode before the others look.
    """
    with creation_lock(path) as lock:
        if path.exists():
            return
        fresh = path.with_name(f".{path.name}.new")
        trial.remove_files(fresh)
        with trial.leave_nothing(fresh, lock.path or fresh):
            os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            connection = _connect(fresh)
            try:
                if write_ahead:
                    connection.execute("PRAGMA journal_mode = WAL")
                migrate(connection, migrations)
            finally:
                connection.close()
            trial.use_twice(_connect, fresh)
            fresh.rename(path)
        sync_folder(path.parent)


def _connect(path: Path) -> "sqlite3.Connection":
    import sqlite3

    # mode=rw: a file that vanished is not replaced by an empty one behind our back.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _check_size(path: Path) -> None:
    # SQLite deletes the log beside a file without a page, though it may still have the rows.
    # Reading the header here instead would drop the locks of our other connections.
    size = path.stat().st_size
    if path.is_file() and size < MIN_PAGE_BYTES:
        raise CorruptLedger(f"the ledger {path} is damaged (only {size} bytes are left of it)")


def _check_schema(
    connection: "sqlite3.Connection", path: Path, migrations: Sequence[Sequence[str]]
) -> None:
    version = schema_version(connection)
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise CorruptLedger(f"{path} is a database, but not a ledger of krea")
    if version > len(migrations):
        raise LedgerUnusable(
            f"the ledger {path} was written by a newer krea; this one would spoil it",
            hint="install the newer krea, or set KREA_STATE_DIR to another folder",
        )
    if version < len(migrations):
        with creation_lock(path):
            migrate(connection, migrations)


def _record_name(connection: "sqlite3.Connection", path: Path, name: str) -> None:
    """Record NAME as that of the ledger, unless it has one. Raises LedgerUnusable for another."""
    import sqlite3

    if not find_recorded_name(connection.execute):
        with suppress(sqlite3.OperationalError):  # it can be read, and that may be all
            connection.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (NAME_FACT, name))
    if (recorded := find_recorded_name(connection.execute)) and recorded != name:
        raise LedgerUnusable(
            f"the ledger {path} belongs to {recorded}, since a moment ago",
            hint="run the same command again",
        )


def _encode_values(values: Sequence[Any]) -> list[Any]:
    return [_encode_text(value) if isinstance(value, str) else value for value in values]


def _encode_text(text: str) -> str | bytes:
    """Return TEXT; as bytes if it is a path with bytes that are no UTF-8 (lone surrogates)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text
