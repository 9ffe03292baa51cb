"""Whether the ledger is whole, and how to set a damaged one aside. Nothing is ever deleted."""

import time
from dataclasses import dataclass
from pathlib import Path

from krea_cli.errors import KreaError, LedgerUnusable
from krea_cli.local.ledger.database import Corrupt, Database, creation_lock, location, translated


@dataclass(frozen=True)
class Health:
    """What a look at the ledger found. `requests` and `in_doubt` count over all accounts."""

    path: Path
    exists: bool
    requests: int = 0
    in_doubt: int = 0
    problem: LedgerUnusable | None = None


def sqlite_version() -> str:
    """The version of the database library, which decides what the ledger may use."""
    import sqlite3

    return sqlite3.sqlite_version


def examine(folder: Path) -> Health:
    """Read the whole ledger in FOLDER and say how it is; makes none where there is none."""
    path, _ = location(folder)
    try:
        with translated(path):
            if not path.exists():
                return Health(path, exists=False)
            return _counted(folder, path)
    except LedgerUnusable as problem:
        return Health(path, exists=True, problem=problem)


def set_aside(folder: Path, *, now: float) -> Path:
    """Rename a damaged ledger so that a new one can be made; its new path.

    Raises KreaError when the ledger is not damaged: an empty one would forget what is in doubt.
    """
    health = examine(folder)
    if not isinstance(health.problem, Corrupt):
        if health.problem is not None:
            raise health.problem
        raise KreaError("the ledger is not damaged: there is nothing to repair")
    stamp = time.strftime("%Y%m%dT%H%M%S", time.localtime(now))
    with creation_lock(health.path), translated(health.path):
        aside = _unused(health.path.with_name(f"{health.path.name}.damaged-{stamp}"))
        # What SQLite keeps beside the file belongs to it, and would spoil its successor.
        for ending in ("-wal", "-shm", "-journal", ""):
            part = health.path.with_name(health.path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
    return aside


def _counted(folder: Path, path: Path) -> Health:
    database = Database.open(folder)
    try:
        with database.transaction():
            pass  # that it can be read does not mean that it can be written
        [(verdict,), *_] = database.rows("PRAGMA quick_check(1)")
        if verdict != "ok":
            raise Corrupt(f"the ledger {path} is damaged ({' '.join(str(verdict).split())})")
        [(requests,)] = database.rows("SELECT count(*) FROM requests")
        [(in_doubt,)] = database.rows(
            "SELECT count(*) FROM requests WHERE state IN ('sending', 'unknown')"
        )
    finally:
        database.close()
    return Health(path, exists=True, requests=requests, in_doubt=in_doubt)


def _unused(path: Path) -> Path:
    number = 1
    while path.exists():
        number += 1
        path = path.with_name(f"{path.name}-{number}")
    return path
