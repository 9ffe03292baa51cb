"""The requests of one account as rows, and every change of their state."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from krea_cli.api.types import Job
from krea_cli.errors import InDoubt, KreaError
from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.ownership import Ownership
from krea_cli.local.ledger.request_identity import IS_SAME, RequestIdentity
from krea_cli.local.ledger.rows import (
    UNDER_WAY_STATES,
    UNFINISHED_STATES,
    RequestDraft,
    RequestRow,
)
from krea_cli.local.ledger.scope import Scope

if TYPE_CHECKING:
    from krea_cli.local.ledger.budget import Budget


class RequestRows:
    """Insert requests, change their state, and look them up. Raises LedgerUnusable.

    A row changes only from the states in which a step may begin.
    `mark_sending` and `mark_submitted` are synced to the disk before they return.
    """

    def __init__(self, scope: Scope, keys: Keys, clock_now: Callable[[], float]) -> None:
        self._scope = scope
        self._keys = keys
        self._clock_now = clock_now

    # Before the request is sent

    def insert(self, draft: RequestDraft) -> RequestRow:
        """Insert a request in the state `checked`: nothing was sent yet."""
        return self.get(self._scope.insert_request(draft, self._clock_now()))

    def insert_or_join(self, draft: RequestDraft) -> tuple[RequestRow, bool]:
        """Return the unfinished request with the input and target of DRAFT, or insert DRAFT.

        The flag is True for a new row. Two processes that ask at one moment get one row.
        """
        with self._scope.database.transaction():
            row = self.find_unfinished(draft.identity, draft.target)
            if row is None:
                self.refuse_twin(draft.identity, draft.target, draft.profile)
                return self.insert(draft), True
            if row.state == "checked":  # it is sent at the price that is known now
                self.record_price(row.id, draft.price, draft.cost, draft.priced_at)
                row = self.get(row.id)
            self._scope.change_tags(row.id, draft.tags)
            return row, False

    def refuse_twin(
        self, identity: RequestIdentity, target: str | None, profile: str | None
    ) -> None:
        """Raise `InDoubt` as `Keys.refuse_twin` does."""
        values = (*identity.values, target)
        self._keys.refuse_twin(f"{IS_SAME} AND target IS ?", values, profile)

    def record_price(
        self, row_id: int, price: str | None, cost: int | None, priced_at: float | None
    ) -> None:
        """Record the price of a request that was not sent yet; a later one changes nothing."""
        self._scope.database.execute(
            "UPDATE requests SET price = ?, cost = ?, priced_at = ?"
            f" WHERE id = ? AND {self._scope.condition} AND state = 'checked'",
            (price, cost, priced_at, row_id, *self._scope.values),
        )

    def record_part(self, row_id: int, part: str) -> None:
        """Record PART as the part file of a request: whoever joined the row holds it."""
        self._scope.database.execute(
            f"UPDATE requests SET part = ? WHERE id = ? AND {self._scope.condition}",
            (part, row_id, *self._scope.values),
        )

    def discard(self, row_id: int) -> bool:
        """Delete a request if it was never sent and nobody joined it. Return True if deleted."""
        deleted = self._scope.database.execute(
            f"DELETE FROM requests WHERE id = ? AND {self._scope.condition}"
            " AND state = 'checked' AND part IS NULL"
            " AND id NOT IN (SELECT request_id FROM sendings)",
            (row_id, *self._scope.values),
        )
        return deleted == 1

    # While it is sent

    def mark_sending(
        self,
        row_id: int,
        sent_at: float,
        *,
        boot: tuple[str, float] | None = None,
        budget: "Budget | None" = None,
    ) -> None:
        """Mark a `checked` request as leaving at SENT_AT. Any other may have been sent before.

        BOOT has the id of the boot, and the seconds since then; None where nothing is known of it.
        Raises OverBudget if BUDGET does not leave its cost; then the row stays `checked`.
        """
        with self._scope.database.transaction():
            self.change_state(
                row_id, ("checked",), "sending", sent_at=sent_at, charged="unknown", error=None
            )
            self._scope.database.execute(
                "INSERT OR REPLACE INTO sendings (request_id, sent_at, boot_id, boot_at)"
                " VALUES (?, ?, ?, ?)",
                (row_id, sent_at, *(boot or (None, 0.0))),
            )
            if budget is not None:
                from krea_cli.local.ledger.spending import Spending

                budget.reserve(self.get(row_id), Spending(self._scope))

    def mark_leaving(self, row_id: int) -> None:
        """Mark the request as one whose first byte may leave now.

        Written without waiting for the disk: it outlives this process, though not the machine.
        """
        self._scope.database.execute(
            "UPDATE sendings SET leaving = 1 WHERE request_id = ? AND sent_at ="
            " (SELECT sent_at FROM requests WHERE id = ?)",
            (row_id, row_id),
        )

    def mark_unsent(self, row_id: int, *, forget_sending: bool = True) -> None:
        """Mark a request `checked` again: it never left, or the answer was "not now".

        No job was made, so it may be sent again. Without FORGET_SENDING the try is kept: its job
        may appear after all.
        """
        with self._scope.database.transaction():
            self.change_state(row_id, ("sending", "unknown"), "checked", charged="no")
            if forget_sending:
                self._scope.database.execute(
                    "DELETE FROM sendings WHERE request_id = ? AND sent_at ="
                    " (SELECT sent_at FROM requests WHERE id = ?)",
                    (row_id, row_id),
                )

    def mark_submitted(
        self, row_id: int, job: Job, *, answered_at: float, adopted: bool = False
    ) -> None:
        """Record JOB as the job of a request. Raises InDoubt if another row has that job."""
        with self._scope.database.transaction(charged="unknown", job_id=job.id):
            owner = Ownership(self._scope).find_owner(job.id)
            if owner is not None:
                if owner.id == row_id:
                    return
                raise InDoubt(f"job {job.id} belongs to request {owner.id} of the ledger already")
            self.change_state(
                row_id,
                ("sending", "unknown", "unfound"),
                "submitted",
                job_id=job.id,
                answered_at=answered_at,
                adopted=int(adopted),
                server_created_at=job.created_at,
                status=job.status,
                type=job.type,
                backlogged=int(job.status == "backlogged"),
                error=None,
            )

    def mark_refused(self, row_id: int, error: str) -> None:
        """Mark a request as clearly refused by the service: no job was made."""
        self.change_state(row_id, ("sending",), "refused", error=error, charged="no")

    def mark_in_doubt(self, row_id: int, reason: str) -> None:
        """Mark a request `unknown`: no clear answer came, and it may have been received."""
        self.change_state(row_id, ("sending", "unknown"), "unknown", error=reason)

    def mark_given_up(self, row_id: int, at: float) -> None:
        """Record the end of the search for a request in doubt, in seconds since 1970.

        From now on, other requests leave without a look for its job.
        """
        self.change_state(row_id, ("unknown",), "unknown", gave_up_at=at)

    def mark_unfound(self, row_id: int) -> None:
        """Mark a request in doubt as absent from the list of jobs: reconciling leaves it out."""
        self.change_state(row_id, ("sending", "unknown", "unfound"), "unfound")

    # While its job runs. A job that the ledger does not know changes nothing.

    def record_status(self, job_id: str, job: Job) -> None:
        """Record the status and type of a job, and that it stood in a queue."""
        columns = (job.status, self._clock_now(), job.type, job.created_at, job.status)
        self._scope.database.execute(
            "UPDATE requests SET status = ?, seen_at = ?, type = coalesce(?, type),"
            " server_created_at = coalesce(server_created_at, ?),"
            " backlogged = backlogged OR ? = 'backlogged'"
            f" WHERE {self._scope.condition} AND job_id = ? AND (status IS NOT ? OR type IS NULL)",
            (*columns, *self._scope.values, job_id, job.status),
        )

    def mark_ended(self, job_id: str, job: Job, *, charged: str, error: str | None) -> None:
        """Make the final status of a job the state of its row. A saved row stays saved."""
        self.record_status(job_id, job)
        self._scope.database.execute(
            f"UPDATE requests SET state = ?, completed_at = ?, charged = ?, error = ?"
            f" WHERE {self._scope.condition} AND job_id = ? AND state != 'saved'",
            (job.status, job.completed_at, charged, error, *self._scope.values, job_id),
        )

    def mark_saved(self, job_id: str, *, job: Job | None = None, files: int = 0) -> None:
        """Mark a job as saved: all its results are on disk.

        A job with less than FILES recorded results stays as it is: nobody would find them.
        With JOB its end is written too: the ledger may have been busy when it came.
        """
        columns, values = "state = 'saved'", list[Any]()
        if job is not None:
            columns += ", charged = 'yes', error = NULL, status = ?"
            columns += ", completed_at = coalesce(?, completed_at)"
            values = [job.status, job.completed_at]
        self._scope.database.execute(
            f"UPDATE requests SET {columns} WHERE {self._scope.condition} AND job_id = ?"
            ' AND (SELECT count(DISTINCT "index") FROM files WHERE request_id = requests.id) >= ?',
            (*values, *self._scope.values, job_id, files),
        )

    # Look-ups

    def find(self, row_id: int) -> RequestRow | None:
        """Return one request; None if it was discarded."""
        return self._scope.find_first("id = ?", (row_id,))

    def get(self, row_id: int) -> RequestRow:
        """Return one request. Raises KreaError if it is missing."""
        row = self.find(row_id)
        if row is None:
            raise KreaError(f"the ledger has no request {row_id} for this account")
        return row

    def find_by_job(self, job_id: str) -> RequestRow | None:
        """Return the request that became this job."""
        return self._scope.find_first("job_id = ?", (job_id,))

    def find_unfinished(self, identity: RequestIdentity, target: str | None) -> RequestRow | None:
        """Return the newest unfinished request that is the same at TARGET."""
        return self._find_same(identity, target, f"state IN {UNFINISHED_STATES}")

    def find_under_way(self, identity: RequestIdentity, target: str) -> RequestRow | None:
        """Return the newest request under way or in doubt that is the same at TARGET."""
        return self._find_same(identity, target, f"state IN {UNDER_WAY_STATES}")

    def find_saved(self, identity: RequestIdentity, target: str) -> RequestRow | None:
        """Return the newest saved request that is the same at TARGET."""
        return self._find_same(identity, target, "state = 'saved'")

    def find_latest(self, identity: RequestIdentity, target: str) -> RequestRow | None:
        """Return the newest request that is the same at TARGET, in any state."""
        return self._find_same(identity, target, "1")

    def _find_same(
        self, identity: RequestIdentity, target: str | None, condition: str
    ) -> RequestRow | None:
        return self._scope.find_first(
            f"{IS_SAME} AND target IS ? AND {condition} ORDER BY id DESC",
            (*identity.values, target),
        )

    def list_unknown(self) -> list[RequestRow]:
        """List the requests in doubt whose jobs are still looked for, oldest first."""
        return self._scope.find_all("state = 'unknown' ORDER BY id")

    def change_state(self, row_id: int, allowed: Sequence[str], state: str, **changes: Any) -> None:
        """Change a row in one of the ALLOWED states to STATE, with CHANGES by column.

        Raises KreaError for a row in any other state.
        """
        assignments = ", ".join(f'"{name}" = ?' for name in ("state", *changes))
        marks = ", ".join("?" * len(allowed))
        changed = self._scope.database.execute(
            f"UPDATE requests SET {assignments} WHERE id = ? AND {self._scope.condition}"
            f" AND state IN ({marks})",
            (state, *changes.values(), row_id, *self._scope.values, *allowed),
        )
        if not changed:
            row = self.get(row_id)
            raise KreaError(
                f"request {row_id} is {row.state}, so it cannot become {state}:"
                " another krea went on with it",
                hint="run the same command again",
                job_id=row.job_id,
                charged=row.charged,
            )
