"""Figures of past jobs: how the clocks differ, how long jobs take, which types they have."""

from krea_cli.local.ledger.scope import Scope


class Statistics:
    """Figures of one account's past jobs. Adopted jobs were guessed, and do not count."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def clock_offset_range(
        self, now: float, boot: tuple[str, float], *, least: int = 1
    ) -> tuple[float, float] | None:
        """Return the least and the greatest `created_at` of a job − our `sent_at`, in seconds.

        The last 200 answered submits since the BOOT count. The figures are for the wall clock of
        NOW, which may have leapt meanwhile. None for fewer than LEAST.
        """
        boot_id, seconds = boot
        rows = self._scope.database.query(
            "SELECT count(*), min(seconds), max(seconds) FROM ("
            " SELECT server_created_at - boot_at AS seconds FROM requests"
            " JOIN sendings ON request_id = id AND sendings.sent_at = requests.sent_at"
            f" WHERE {self._scope.condition} AND adopted = 0 AND server_created_at IS NOT NULL"
            " AND boot_id = ? ORDER BY id DESC LIMIT 200)",
            (*self._scope.values, boot_id),
        )
        count, low, high = rows[0]
        offset = now - seconds
        return None if count < max(1, least) else (low - offset, high - offset)

    def cuts_to_seconds(self) -> bool | None:
        """Tell if all known jobs were made at whole seconds; None while none is known."""
        rows = self._scope.database.query(
            "SELECT count(*), sum(at = CAST(at AS INTEGER)) FROM ("
            f" SELECT server_created_at AS at FROM requests WHERE {self._scope.condition}"
            " AND server_created_at IS NOT NULL ORDER BY id DESC LIMIT 200)",
            self._scope.values,
        )
        count, whole = rows[0]
        return count == whole if count else None

    def durations(self, model: str) -> list[float]:
        """Return the seconds that the last 50 completed jobs of MODEL took, newest first.

        Jobs that stood in a queue are left out.
        """
        # A model that was never used has no row to read. "+" keeps the index of the states away:
        # https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_
        rows = self._scope.database.query(
            "SELECT completed_at - server_created_at FROM requests"
            f" WHERE {self._scope.condition} AND model = ? AND +state IN ('completed', 'saved')"
            " AND backlogged = 0 AND completed_at >= server_created_at ORDER BY id DESC LIMIT 50",
            (*self._scope.values, model),
        )
        return [seconds for (seconds,) in rows]

    def last_picture_type(self, model: str) -> str | None:
        """Return the MIME type of the last picture of MODEL, as it came; None without one."""
        rows = self._scope.database.query(
            "SELECT files.type FROM requests JOIN files ON request_id = requests.id"
            f" WHERE {self._scope.condition} AND model = ? AND +state = 'saved' AND preview = 0"
            " AND files.type LIKE 'image/%' AND (convert = 0 OR path LIKE '%.original.%')"
            " ORDER BY requests.id DESC LIMIT 1",
            (*self._scope.values, model),
        )
        return str(rows[0][0]) if rows else None

    def job_types(self, model: str) -> set[str]:
        """Return the `type` of each job of MODEL that came as an answer."""
        rows = self._scope.database.query(
            "SELECT DISTINCT type FROM requests"
            f" WHERE {self._scope.condition} AND model = ? AND type IS NOT NULL AND adopted = 0",
            (*self._scope.values, model),
        )
        return {job_type for (job_type,) in rows}
