"""What the ledger taught about the service: how clocks differ, how long jobs take, their types."""

from krea_cli.local.database import Database

Scope = tuple[str, str]  # base, account


def spread(database: Database, scope: Scope) -> tuple[float, float] | None:
    """Least and most of the job's `created_at` − our moment of sending, in seconds.

    Over the last 200 submits that were answered; adopted jobs were guessed and teach nothing.
    """
    found = database.rows(
        "SELECT min(seconds), max(seconds) FROM ("
        " SELECT server_created_at - sent_at AS seconds FROM requests"
        " WHERE base = ? AND account = ? AND adopted = 0 AND server_created_at IS NOT NULL"
        " AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 200)",
        scope,
    )
    low, high = found[0]
    return None if low is None else (low, high)


def durations(database: Database, scope: Scope, model: str) -> list[float]:
    """Seconds from creation to end of the last 50 completed jobs of MODEL, newest first."""
    found = database.rows(
        "SELECT completed_at - server_created_at FROM requests"
        " WHERE base = ? AND account = ? AND model = ? AND state IN ('completed', 'saved')"
        " AND backlogged = 0 AND completed_at >= server_created_at ORDER BY id DESC LIMIT 50",
        (*scope, model),
    )
    return [seconds for (seconds,) in found]


def types(database: Database, scope: Scope, model: str) -> set[str]:
    """The `type` of jobs whose submit for MODEL was answered."""
    found = database.rows(
        "SELECT DISTINCT type FROM requests"
        " WHERE base = ? AND account = ? AND model = ? AND type IS NOT NULL AND adopted = 0",
        (*scope, model),
    )
    return {kind for (kind,) in found}
