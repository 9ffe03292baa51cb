"""The requests in a ledger, read from a copy of its files.

A database that a killed process left open is for the product alone to put right.
"""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

LEDGER = "ledger.sqlite3"
COLUMNS = (
    "id, state, job_id, prompt, seed, adopted, error, EXISTS (SELECT 1 FROM sendings"
    " WHERE request_id = id AND sendings.sent_at = requests.sent_at AND leaving)"
)

LedgerState = tuple[str, str | None]


@dataclass(frozen=True)
class LedgerFile:
    """A saved result in the ledger."""

    path: str
    sha256: str


@dataclass(frozen=True)
class LedgerRow:
    """A request in the ledger.

    left: True once its first byte was about to leave
    files: saved results, in their order
    """

    id: int
    state: str
    job_id: str | None
    prompt: str
    seed: int | None
    adopted: bool
    error: str | None
    left: bool
    files: tuple[LedgerFile, ...]


def read_rows(state: Path) -> list[LedgerRow]:
    """The requests in the ledger of the folder STATE, oldest first; none without a ledger.

    Nobody may write meanwhile. Asserts that the database is sound.
    """
    with tempfile.TemporaryDirectory() as folder:
        for file in state.glob(f"{LEDGER}*"):
            shutil.copy(file, folder)
        copy = Path(folder, LEDGER)
        if not copy.exists():
            return []
        with closing(sqlite3.connect(copy)) as ledger:
            return _rows(ledger)


def read_states(state: Path) -> list[LedgerState]:
    """State and job id of each request in the ledger of the folder STATE, oldest first."""
    return [(row.state, row.job_id) for row in read_rows(state)]


def _rows(ledger: sqlite3.Connection) -> list[LedgerRow]:
    assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    if not ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchall():
        return []
    files: dict[int, list[LedgerFile]] = {}
    for request_id, path, sha256 in ledger.execute("SELECT request_id, path, sha256 FROM files"):
        files.setdefault(request_id, []).append(LedgerFile(path, sha256))
    requests = ledger.execute(f"SELECT {COLUMNS} FROM requests ORDER BY id").fetchall()
    return [
        LedgerRow(*row[:5], bool(row[5]), row[6], bool(row[7]), tuple(files.get(row[0], ())))
        for row in requests
    ]
