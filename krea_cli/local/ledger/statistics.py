"""Figures of past jobs: how the clocks differ, how long jobs take, which types they have."""

from krea_cli.local.ledger.rows import IN_SCOPE, Scope


class Statistics:
    """Figures of one account's past jobs. Adopted jobs were guessed, and do not count."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def clock_offset_range(self) -> tuple[float, float] | None:
        """Return the least and the greatest `created_at` of a job − our `sent_at`, in seconds.

        The last 200 answered submits count; None while there are none.
        """
        rows = self._scope.database.query(
            "SELECT min(seconds), max(seconds) FROM ("
            " SELECT server_created_at - sent_at AS seconds FROM requests"
            f" WHERE {IN_SCOPE} AND adopted = 0 AND server_created_at IS NOT NULL"
            " AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 200)",
            self._scope.values,
        )
        low, high = rows[0]
        return None if low is None else (low, high)

    def durations(self, model: str) -> list[float]:
        """Return the seconds that the last 50 completed jobs of MODEL took, newest first.

        Jobs that stood in a queue are left out.
        """
        rows = self._scope.database.query(
            "SELECT completed_at - server_created_at FROM requests"
            f" WHERE {IN_SCOPE} AND model = ? AND state IN ('completed', 'saved')"
            " AND backlogged = 0 AND completed_at >= server_created_at ORDER BY id DESC LIMIT 50",
            (*self._scope.values, model),
        )
        return [seconds for (seconds,) in rows]

    def job_types(self, model: str) -> set[str]:
        """Return the `type` of each job of MODEL that came as an answer."""
        rows = self._scope.database.query(
            "SELECT DISTINCT type FROM requests"
            f" WHERE {IN_SCOPE} AND model = ? AND type IS NOT NULL AND adopted = 0",
            (*self._scope.values, model),
        )
        return {job_type for (job_type,) in rows}
