"""The part files that exist, so that none of a dead process stays for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.file_lock import FileLock
from krea_cli.local.ledger.rows import UNDER_WAY_STATES


@dataclass(frozen=True)
class RecordedPart:
    """A part file of this ledger.

    request_id: its request; None for a job that the ledger does not know
    inode: number of the file; None if the process died before it was recorded
    age: seconds since it was recorded
    is_needed: a request under way goes on with it
    claim: the run that claims the request, of a batch
    """

    path: str
    request_id: int | None
    inode: int | None
    age: float
    is_needed: bool
    claim: str | None


class PartRows:
    """The records of part files. A file is a file: whatever base and account its request has.

    Written without waiting for the disk. Raises LedgerUnusable.
    """

    def __init__(self, database: Database, clock_now: Callable[[], float]) -> None:
        self._database = database
        self._now = clock_now

    def lock(self, *, shared: bool) -> FileLock:
        """Return the lock between opening part files and removing those of dead processes.

        SHARED by all that open one, until it is locked and recorded; the removal holds it alone.
        """
        folder = self._database.folder
        return FileLock(folder and folder / "parts.lock", shared=shared)

    def announce(self, path: Path, request_id: int | None, position: int) -> bool:
        """Record that a part file is about to be made at PATH; return False if one is known there.

        position: of its output among those of the job, from 1
        """
        inserted = self._database.execute(
            "INSERT OR IGNORE INTO parts (path, request_id, position, recorded_at)"
            " VALUES (?, ?, ?, ?)",
            (str(path), request_id, position, self._now()),
        )
        return inserted == 1

    def record(self, path: Path, request_id: int | None, position: int, *, inode: int) -> None:
        """Record that the part file at PATH is the file INODE; see `announce`."""
        self._database.execute(
            "INSERT OR REPLACE INTO parts (path, request_id, position, recorded_at, inode)"
            " VALUES (?, ?, ?, ?, ?)",
            (str(path), request_id, position, self._now(), inode),
        )

    def forget(self, path: Path) -> None:
        """Forget the part file at PATH: it is gone."""
        self._database.execute("DELETE FROM parts WHERE path = ?", (str(path),))

    def list(self, folder: Path | None = None) -> list[RecordedPart]:
        """List the part files, or those in FOLDER and below, oldest first.

        A request under way needs the last that was recorded for each of its outputs.
        """
        rows = self._database.query(
            "SELECT path, request_id, inode, recorded_at, claim,"
            f" coalesce(state IN {UNDER_WAY_STATES} AND NOT EXISTS ("
            " SELECT 1 FROM parts AS later WHERE later.request_id = parts.request_id"
            " AND later.position = parts.position AND later.rowid > parts.rowid), 0)"
            " FROM parts LEFT JOIN requests ON requests.id = request_id ORDER BY parts.rowid"
        )
        now = self._now()
        parts = [
            RecordedPart(path, request_id, inode, abs(now - at), bool(needed), claim)
            for path, request_id, inode, at, claim, needed in rows
        ]
        if folder is None:
            return parts
        return [part for part in parts if folder in Path(part.path).parents]

    def discard_unsent(self, request_id: int) -> None:
        """Delete a request that was never sent and has no living process.

        One in place of a request in doubt stays: it is all that is left of the user's word.
        """
        self._database.execute(
            "DELETE FROM requests WHERE id = ? AND state = 'checked'"
            " AND replaces IS NULL AND id NOT IN (SELECT request_id FROM sendings)",
            (request_id,),
        )
