"""The saved files of requests: where each is, and since when it has its bytes."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, fields

from krea_cli.local.ledger.rows import FileRow, parse_file_row
from krea_cli.local.ledger.scope import Scope

FILE_COLUMNS = tuple(column.name for column in fields(FileRow))


@dataclass(frozen=True)
class FileOwner:
    """A request that saved certain bytes.

    files: every place of those bytes
    """

    row_id: int
    job_id: str
    item_fingerprint: str | None
    files: tuple[FileRow, ...]


class FileRows:
    """Record the places of saved files, and find their owners. Raises LedgerUnusable.

    `record` is synced to the disk before it returns.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, job_id: str, files: Iterable[FileRow]) -> None:
        """Record FILES of a job, each at its place, instead of an older record of that place."""
        with self._scope.database.transaction(charged="yes", job_id=job_id):
            for file in files:
                self._insert(job_id, file)

    def move(
        self, job_id: str, files: Iterable[FileRow], gone: Sequence[str], *, target: str | None
    ) -> None:
        """Record FILES of a job, and forget the paths GONE. TARGET, if any, is its new one."""
        # Without waiting for the disk: whoever looks at the files again finds the same.
        with self._scope.database.transaction() if gone else nullcontext():
            for file in files:
                self._insert(job_id, file)
            self.forget(job_id, gone)
            if target is not None:
                self._scope.database.execute(
                    f"UPDATE requests SET target = ? WHERE {self._scope.condition} AND job_id = ?",
                    (target, *self._scope.values, job_id),
                )

    def forget(self, job_id: str, paths: Iterable[str]) -> None:
        """Forget the files of a job at PATHS, which are there no more."""
        for path in paths:
            self._scope.database.execute(
                "DELETE FROM files WHERE path = ? AND request_id IN"
                f" (SELECT id FROM requests WHERE {self._scope.condition} AND job_id = ?)",
                (path, *self._scope.values, job_id),
            )

    def list_owners(self, sha256: str) -> list[FileOwner]:
        """List the requests of the account with saved bytes of hash SHA256, oldest first."""
        columns = ", ".join(f'f."{name}"' for name in FILE_COLUMNS)
        rows = self._scope.database.query(
            f"SELECT requests.id, job_id, item, {columns} FROM files f"
            f" JOIN requests ON requests.id = request_id WHERE {self._scope.condition}"
            " AND sha256 = ? AND job_id IS NOT NULL ORDER BY requests.id",
            (*self._scope.values, sha256),
        )
        owners: dict[tuple[int, str, str | None], list[FileRow]] = {}
        for row_id, job_id, item, *values in rows:
            owners.setdefault((row_id, job_id, item), []).append(parse_file_row(values))
        return [FileOwner(*key, tuple(files)) for key, files in owners.items()]

    def has_path(self, path: str, *, except_job: str) -> bool:
        """Tell if another request of this base than that of EXCEPT_JOB has a file at PATH."""
        return bool(
            self._scope.database.query(
                "SELECT 1 FROM files JOIN requests ON requests.id = request_id"
                " WHERE path = ? AND base = ? AND job_id IS NOT ? LIMIT 1",
                (path, self._scope.values[0], except_job),
            )
        )

    def is_others(self, path: str, job_id: str) -> bool:
        """Tell if another request of this base than that of JOB_ID saved a file at PATH last."""
        rows = self._scope.database.query(
            "SELECT job_id FROM files JOIN requests ON requests.id = request_id"
            " WHERE path = ? AND base = ? ORDER BY files.at DESC LIMIT 1",
            (path, self._scope.values[0]),
        )
        return bool(rows) and rows[0][0] != job_id

    def record_sidecar(self, job_id: str) -> None:
        """Record that a job has sidecars beside its results. They follow the results."""
        self._scope.database.execute(
            f"UPDATE requests SET sidecar = 1 WHERE {self._scope.condition} AND job_id = ?",
            (*self._scope.values, job_id),
        )

    def _insert(self, job_id: str, file: FileRow) -> None:
        names = ", ".join(f'"{name}"' for name in FILE_COLUMNS)
        marks = ", ".join("?" * len(FILE_COLUMNS))
        self._scope.database.execute(
            f"INSERT OR REPLACE INTO files (request_id, {names})"
            f" SELECT id, {marks} FROM requests WHERE {self._scope.condition} AND job_id = ?",
            (*(getattr(file, name) for name in FILE_COLUMNS), *self._scope.values, job_id),
        )
