"""What the ledger taught about the service: how clocks differ, how long jobs take, their types."""

from krea_cli.local.ledger.scope import OURS, Scope


class Learned:
    """What the jobs of one account taught. Adopted jobs were guessed and teach nothing."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def spread(self) -> tuple[float, float] | None:
        """Least and most of the job's `created_at` − our moment of sending, in seconds.

        Over the last 200 submits that were answered; None while nothing is known.
        """
        found = self._scope.database.rows(
            "SELECT min(seconds), max(seconds) FROM ("
            " SELECT server_created_at - sent_at AS seconds FROM requests"
            f" WHERE {OURS} AND adopted = 0 AND server_created_at IS NOT NULL"
            " AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 200)",
            self._scope.values,
        )
        low, high = found[0]
        return None if low is None else (low, high)

    def durations(self, model: str) -> list[float]:
        """Seconds from creation to end of the last 50 completed jobs of MODEL, newest first.

        Without those that stood in a queue.
        """
        found = self._scope.database.rows(
            "SELECT completed_at - server_created_at FROM requests"
            f" WHERE {OURS} AND model = ? AND state IN ('completed', 'saved')"
            " AND backlogged = 0 AND completed_at >= server_created_at ORDER BY id DESC LIMIT 50",
            (*self._scope.values, model),
        )
        return [seconds for (seconds,) in found]

    def types(self, model: str) -> set[str]:
        """The `type` of jobs whose submit for MODEL was answered."""
        found = self._scope.database.rows(
            "SELECT DISTINCT type FROM requests"
            f" WHERE {OURS} AND model = ? AND type IS NOT NULL AND adopted = 0",
            (*self._scope.values, model),
        )
        return {kind for (kind,) in found}
