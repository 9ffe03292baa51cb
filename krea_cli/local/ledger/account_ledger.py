"""The part of the ledger that one base and account see: a rehearsal never marks real work."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from krea_cli.api.types import Job
from krea_cli.errors import InDoubt, KreaError
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.file_lock import FileLock
from krea_cli.local.ledger.history import History
from krea_cli.local.ledger.rows import UNFINISHED, Draft, Row, identity, stored
from krea_cli.local.ledger.scope import OURS, Scope
from krea_cli.local.ledger.statistics import Learned
from krea_cli.local.ledger.uploads import Uploads

if TYPE_CHECKING:
    from krea_cli.local.ledger.batch_items import Items
    from krea_cli.local.ledger.budget import Budget, Spending
    from krea_cli.local.ledger.run_locks import Claims


class AccountLedger:
    """Writes what happens to requests, and answers what is known. Raises LedgerUnusable.

    `sending`, `submitted` and `file` are synced to the disk before they return: what they say
    survives a power failure. A row moves only from the states that the step may start in.
    """

    def __init__(
        self, database: Database, *, base: str, account: str, clock_now: Callable[[], float]
    ) -> None:
        self.base = base
        self.account = account
        self._database = database
        self._clock_now = clock_now
        self._scope = Scope(database, base, account)

    @cached_property
    def uploads(self) -> Uploads:
        """Which files are on the service already."""
        return Uploads(self._scope)

    @cached_property
    def learned(self) -> Learned:
        """What earlier jobs taught about times and types."""
        return Learned(self._scope)

    @cached_property
    def history(self) -> History:
        """The requests of before, by whatever one remembers of them."""
        return History(self._scope)

    @cached_property
    def items(self) -> "Items":
        """The items of batches."""
        from krea_cli.local.ledger.batch_items import Items

        return Items(self, self._scope)

    @cached_property
    def spending(self) -> "Spending":
        """What requests cost."""
        from krea_cli.local.ledger.budget import Spending

        return Spending(self._scope)

    @property
    def lasting(self) -> bool:
        """False for a ledger that is gone with this process."""
        return self._database.path is not None

    @property
    def post_lock(self) -> FileLock:
        """Held during a POST and until its outcome is booked: one at a time per account."""
        if self._database.path is None:
            return FileLock(None)
        name = identity(self.base, {"account": self.account})[:16]
        return FileLock(self._database.path.parent / f"post-{name}.lock")

    def claims(self) -> "Claims":
        """A name to claim work under, for this process."""
        from krea_cli.local.ledger.run_locks import Claims

        path = self._database.path
        return Claims(path.parent if path else None)

    def transaction(self) -> AbstractContextManager[None]:
        """What is written inside is on disk, synced, when this ends; or not at all."""
        return self._database.transaction()

    # What happens to a request

    def begin(self, draft: Draft) -> Row:
        """Put a request down as `checked`: nothing was sent yet."""
        values = {
            "created_at": self._clock_now(),
            "base": self.base,
            "account": self.account,
            **stored(draft),
            "state": "checked",
        }
        return self.row(self._database.insert("requests", values))

    def begin_or_join(self, draft: Draft) -> tuple[Row, bool]:
        """The unfinished request of the same input and target, or a new one (then True).

        Two processes that ask at the same moment get the same row.
        """
        with self._database.transaction():
            row = self.unfinished(identity(draft.model, draft.given), draft.target)
            return (row, False) if row else (self.begin(draft), True)

    def sending(self, row_id: int, sent_at: float, *, budget: "Budget | None" = None) -> None:
        """The request leaves now. Only a `checked` row may: anything else may have been sent.

        Raises OverBudget where BUDGET does not leave what it may cost; the row is as it was then.
        """
        with self._database.transaction():
            self.move(
                row_id, ("checked",), "sending", sent_at=sent_at, charged="unknown", error=None
            )
            if budget is not None:
                budget.reserve(self.row(row_id), self.spending)

    def returned(self, row_id: int) -> None:
        """It was not sent, or answered "not now": no job was made, and it may be sent again."""
        self.move(row_id, ("sending",), "checked", charged="no")

    def submitted(
        self, row_id: int, job: Job, *, answered_at: float, adopted: bool = False
    ) -> None:
        """The request is JOB. Raises InDoubt when another row has that job."""
        with self._database.transaction(charged="unknown", job_id=job.id):
            owner = self.by_job(job.id)
            if owner is not None:
                if owner.id == row_id:
                    return
                raise InDoubt(f"job {job.id} belongs to another request of the ledger already")
            self.move(
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

    def refused(self, row_id: int, error: str) -> None:
        """The service refused it clearly: no job was made."""
        self.move(row_id, ("sending",), "refused", error=error, charged="no")

    def doubtful(self, row_id: int, reason: str) -> None:
        """No clear answer came: it may have been received."""
        self.move(row_id, ("sending", "unknown"), "unknown", error=reason)

    def gave_up(self, row_id: int, at: float) -> None:
        """The search for a request in doubt ended AT: a job made later is not taken for its own."""
        self.move(row_id, ("unknown",), "unknown", gave_up_at=at)

    def unfound(self, row_id: int) -> None:
        """In doubt, and the list of jobs shows nothing: later matching leaves it out."""
        self.move(row_id, ("sending", "unknown", "unfound"), "unfound")

    def discard(self, row_id: int) -> bool:
        """Forget a request that was never sent and that nobody else has joined; whether it was."""
        discarded = self._database.write(
            f"DELETE FROM requests WHERE id = ? AND {OURS} AND state = 'checked' AND part IS NULL",
            (row_id, *self._scope.values),
        )
        return discarded == 1

    def take_part(self, row_id: int, part: str) -> None:
        """PART is now the reserved file of this request, held by who joined it."""
        self._database.write(
            f"UPDATE requests SET part = ? WHERE id = ? AND {OURS}",
            (part, row_id, *self._scope.values),
        )

    # What happens to its job; jobs that the ledger does not know are passed over

    def seen(self, job_id: str, job: Job) -> None:
        """The job was read: remember its status, its type, and whether it stood in a queue."""
        known = (job.status, job.type, job.created_at, job.status)
        self._database.write(
            "UPDATE requests SET status = ?, type = coalesce(?, type),"
            " server_created_at = coalesce(server_created_at, ?),"
            " backlogged = backlogged OR ? = 'backlogged'"
            f" WHERE {OURS} AND job_id = ? AND (status IS NOT ? OR type IS NULL)",
            (*known, *self._scope.values, job_id, job.status),
        )

    def ended(self, job_id: str, job: Job, *, charged: str, error: str | None) -> None:
        """The job is over; its status is the row's state. A saved row stays saved."""
        self.seen(job_id, job)
        self._database.write(
            f"UPDATE requests SET state = ?, completed_at = ?, charged = ?, error = ?"
            f" WHERE {OURS} AND job_id = ? AND state != 'saved'",
            (job.status, job.completed_at, charged, error, *self._scope.values, job_id),
        )

    def file(
        self,
        job_id: str,
        index: int,
        *,
        url: str,
        path: str,
        sha256: str,
        size: int,
        type: str | None,
        at: float,
        preview: bool = False,
    ) -> None:
        """A result of the job is whole on disk."""
        with self._database.transaction(charged="yes", job_id=job_id):
            self._database.write(
                'INSERT OR REPLACE INTO files (request_id, "index", url, path, sha256, size, type,'
                f" at, preview) SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM requests"
                f" WHERE {OURS} AND job_id = ?",
                (index, url, path, sha256, size, type, at, preview, *self._scope.values, job_id),
            )

    def saved(self, job_id: str) -> None:
        """All results of the job are on disk."""
        self._database.write(
            f"UPDATE requests SET state = 'saved' WHERE {OURS} AND job_id = ?",
            (*self._scope.values, job_id),
        )

    # What is known

    def find(self, row_id: int) -> Row | None:
        """One request; None when it was discarded."""
        return self._scope.first("id = ?", (row_id,))

    def row(self, row_id: int) -> Row:
        """One request that must be there. Raises KreaError if it is not."""
        found = self.find(row_id)
        if found is None:
            raise KreaError(f"the ledger has no request {row_id} for this account")
        return found

    def by_job(self, job_id: str) -> Row | None:
        """The request that became this job."""
        return self._scope.first("job_id = ?", (job_id,))

    def unfinished(self, identity: str, target: str | None) -> Row | None:
        """The newest request for the same thing at the same target that is not over yet."""
        return self._newest(f"target IS ? AND state IN {UNFINISHED}", identity, target)

    def latest(self, identity: str, target: str) -> Row | None:
        """The newest request for the same thing at the same target, whatever became of it."""
        return self._newest("target IS ?", identity, target)

    def in_doubt(self) -> list[Row]:
        """Requests that may have been received and are looked for, oldest first."""
        return self._scope.find("state = 'unknown' ORDER BY id")

    def owned(self, job_ids: Iterable[str]) -> set[str]:
        """Those of JOB_IDS that belong to requests of this ledger."""
        return {job_id for job_id in job_ids if self.by_job(job_id)}

    def move(self, row_id: int, allowed: Sequence[str], state: str, **changes: Any) -> None:
        """Let a row in one of the ALLOWED states become STATE. Raises KreaError for any other."""
        sets = ", ".join(f'"{name}" = ?' for name in ("state", *changes))
        marks = ", ".join("?" * len(allowed))
        changed = self._database.write(
            f"UPDATE requests SET {sets} WHERE id = ? AND {OURS} AND state IN ({marks})",
            (state, *changes.values(), row_id, *self._scope.values, *allowed),
        )
        if not changed:
            row = self.row(row_id)
            raise KreaError(
                f"request {row_id} is {row.state}, so it cannot become {state}:"
                " another krea went on with it",
                hint="run the same command again",
                job_id=row.job_id,
                charged=row.charged,
            )

    def _newest(self, condition: str, identity: str, *values: Any) -> Row | None:
        return self._scope.first(
            f"identity = ? AND {condition} ORDER BY id DESC", (identity, *values)
        )
