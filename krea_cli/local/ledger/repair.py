"""Examine the ledger, set a damaged one aside, and sum up anew. No request is ever deleted."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from krea_cli.errors import KreaError, LedgerUnusable
from krea_cli.local.ledger.database import (
    CorruptLedger,
    Database,
    creation_lock,
    translate_errors,
)
from krea_cli.local.ledger.history import PAGE_ROWS
from krea_cli.local.ledger.host import Host
from krea_cli.local.ledger.parts import PartRows, RecordedPart
from krea_cli.local.ledger.rows import (
    FILE_COLUMNS,
    REQUEST_COLUMNS,
    parse_file_row,
    parse_request_row,
)
from krea_cli.local.ledger.sums import count_wrong_sums, rebuild_sums


@dataclass(frozen=True)
class LedgerHealth:
    """The result of an examination.

    requests: number of requests of all accounts
    in_doubt: number of requests that may have been received, of all accounts
    spare_parts: the part files that no request needs; a living process may hold them
    wrong_sums: number of sums for caps that are not those of the requests
    problem: the reason why the ledger cannot be used
    """

    path: Path
    exists: bool
    requests: int = 0
    in_doubt: int = 0
    spare_parts: tuple[RecordedPart, ...] = ()
    wrong_sums: int = 0
    problem: LedgerUnusable | None = None


def sqlite_version() -> str:
    """Return the version of the SQLite library."""
    import sqlite3

    return sqlite3.sqlite_version


def examine_ledger(folder: Path, host: Host | None = None) -> LedgerHealth:
    """Read the whole ledger in FOLDER, of HOST or else of this machine, without making one.

    Its problem is not raised.
    """
    host = host or Host()
    path, _ = host.locate_ledger(folder)
    try:
        with translate_errors(path):
            if not path.exists():
                _try_folder(folder, host)
                return LedgerHealth(path, exists=False)
            return _read_health(folder, path, host)
    except LedgerUnusable as problem:
        return LedgerHealth(path, exists=True, problem=problem)


def set_ledger_aside(folder: Path, host: Host | None = None, *, now: float) -> Path:
    """Rename a damaged ledger so that a new one can be made, and return its new path.

    NOW is in seconds since 1970. Raises KreaError if the ledger is not damaged: an empty one
    would forget the requests in doubt.
    """
    health = examine_ledger(folder, host)
    if not isinstance(health.problem, CorruptLedger):
        if health.problem is not None:
            raise health.problem
        raise KreaError("the ledger is not damaged: there is nothing to repair")
    stamp = time.strftime("%Y%m%dT%H%M%S", time.localtime(now))
    with creation_lock(health.path), translate_errors(health.path):
        damaged = _unused_path(health.path.with_name(f"{health.path.name}.damaged-{stamp}"))
        # SQLite's files beside the ledger belong to it, and would spoil its successor.
        for suffix in ("-wal", "-shm", "-journal", ""):
            source = health.path.with_name(health.path.name + suffix)
            if source.exists():
                source.rename(damaged.with_name(damaged.name + suffix))
    return damaged


def mend_sums(folder: Path, host: Host | None = None) -> None:
    """Sum up again what the requests of the ledger in FOLDER cost. Raises LedgerUnusable."""
    database = Database.open(folder, host=host)
    try:
        rebuild_sums(database)
    finally:
        database.close()


def _read_health(folder: Path, path: Path, host: Host) -> LedgerHealth:
    database = Database.open(folder, host=host)
    try:
        with database.transaction():
            pass  # a ledger that can be read may still be read-only
        [(verdict,), *_] = database.query("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise CorruptLedger(f"the ledger {path} is damaged ({' '.join(str(verdict).split())})")
        _read_each_row(database)
        [(requests,)] = database.query("SELECT count(*) FROM requests")
        [(in_doubt,)] = database.query(
            "SELECT count(*) FROM requests WHERE state IN ('sending', 'unknown')"
        )
        parts = PartRows(database, time.time).list()
        with database.transaction():  # so that no request moves between the two looks
            wrong_sums = count_wrong_sums(database)
    finally:
        database.close()
    return LedgerHealth(
        path,
        exists=True,
        requests=requests,
        in_doubt=in_doubt,
        spare_parts=tuple(part for part in parts if not part.is_needed),
        wrong_sums=wrong_sums,
    )


def _read_each_row(database: Database) -> None:
    """Read all that commands read. Raises CorruptLedger for a value that cannot be one."""
    last = 0
    while rows := database.query(
        f"SELECT {REQUEST_COLUMNS} FROM requests WHERE id > ? ORDER BY id LIMIT {PAGE_ROWS}",
        (last,),
    ):
        last = [parse_request_row(row) for row in rows][-1].id
    for row in database.query(f"SELECT {FILE_COLUMNS} FROM files"):
        parse_file_row(row)


def _try_folder(folder: Path, host: Host) -> None:
    """Make a ledger below FOLDER, or where it would be made, and remove it again."""
    import tempfile

    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        return  # told by the check of the folders
    with tempfile.TemporaryDirectory(prefix=".krea-trial-", dir=folder) as trial_folder:
        try:
            Database.open(Path(trial_folder), host=host).close()
        except LedgerUnusable as problem:
            problem.message = problem.message.replace(trial_folder, str(folder))
            raise


def _unused_path(path: Path) -> Path:
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{path.name}-{number}")
    return path
