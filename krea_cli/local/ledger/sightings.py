"""The jobs under way, and when the service last told of each."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from krea_cli.local.ledger.ownership import CHUNK_IDS
from krea_cli.local.ledger.rows import UNFINISHED_STATES, RequestRow
from krea_cli.local.ledger.scope import Scope

T = TypeVar("T")
# A status is recorded when it changes; an older answer says no less of a job that still runs.
SEEN_AT = "coalesce(seen_at, answered_at, sent_at, created_at)"


class Sightings:
    """The jobs under way of one account. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def list_under_way(self) -> list[str]:
        """List the ids of the jobs whose end is not known, the newest first."""
        rows = self._scope.database.query(
            f"SELECT job_id FROM requests WHERE {self._scope.condition} AND state = 'submitted'"
            " AND job_id IS NOT NULL ORDER BY id DESC",
            self._scope.values,
        )
        return [str(job_id) for (job_id,) in rows]

    def find_by_target(self, path: str) -> RequestRow | None:
        """Return the last unfinished request whose result is to be saved at PATH (absolute)."""
        # By its state: the target has no index, and most requests are over.
        condition = f"target = ? AND state IN {UNFINISHED_STATES} ORDER BY id DESC"
        return self._scope.find_first(condition, (path,))

    def record(self, job_ids: Iterable[str], at: float) -> None:
        """Record that the service told of the jobs JOB_IDS at AT, in seconds since 1970."""
        for chunk in _chunks(list(job_ids)):
            marks = ", ".join("?" * len(chunk))
            self._scope.database.execute(
                f"UPDATE requests SET seen_at = ? WHERE {self._scope.condition}"
                f" AND job_id IN ({marks})",
                (at, *self._scope.values, *chunk),
            )

    def find_times(self, row_ids: Iterable[int]) -> dict[int, float]:
        """Return the time of the last answer about each request of ROW_IDS, by its number."""
        times: dict[int, float] = {}
        for chunk in _chunks(list(row_ids)):
            numbers = ", ".join(map(str, chunk))
            times |= self._scope.database.query(
                f"SELECT id, {SEEN_AT} FROM requests WHERE id IN ({numbers})"
            )
        return times

    def find_numbers(self, job_ids: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Return number and model of the requests that became the jobs JOB_IDS, by job."""
        numbers: dict[str, tuple[int, str]] = {}
        for chunk in _chunks(list(job_ids)):
            marks = ", ".join("?" * len(chunk))
            rows = self._scope.database.query(
                f"SELECT job_id, id, model FROM requests WHERE {self._scope.condition}"
                f" AND job_id IN ({marks})",
                (*self._scope.values, *chunk),
            )
            numbers |= {job_id: (row_id, model) for job_id, row_id, model in rows}
        return numbers


def _chunks(values: Sequence[T]) -> Iterable[Sequence[T]]:
    return (values[start : start + CHUNK_IDS] for start in range(0, len(values), CHUNK_IDS))
