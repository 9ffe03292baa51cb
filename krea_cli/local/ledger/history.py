"""The requests of before, found by whatever one remembers of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.rows import IN_DOUBT, UNFINISHED, FileRow, Row, file_from
from krea_cli.local.ledger.scope import OURS, Scope

PAGE = 500  # rows that are read at a time: a reader that goes away costs no more
# What is over. Everything else may still cost money, be sent or be fetched.
OVER = ("saved", "failed", "cancelled", "refused", "forgotten")
DOUBTFUL = ("sending", *IN_DOUBT)
AROUND = 3600.0  # seconds around a request in doubt: whose jobs are known there says whose is left


@dataclass(frozen=True, kw_only=True)
class Query:
    """What a request must be like: every one of `words` in prompt, model, id or target;
    `model` part of the model's id; `status` its own state or its job's; made after `since`
    (seconds since 1970); not over."""

    words: Sequence[str] = ()
    model: str | None = None
    status: str | None = None
    since: float | None = None
    unfinished: bool = False

    def fits(self, row: Row) -> bool:
        """Whether ROW is like that, as far as the database does not judge it."""
        if self.model and self.model.casefold() not in row.model.casefold():
            return False
        told = (row.prompt, row.model, row.job_id, row.target)
        text = "\n".join(part for part in told if part).casefold()
        return all(word.casefold() in text for word in self.words)


class History:
    """What one account asked for. Raises LedgerUnusable."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def search(self, query: Query) -> Iterator[Row]:
        """The requests that QUERY describes, newest first."""
        conditions = ["id < ?"]
        values: list[object] = []
        if query.status:
            conditions.append("(state = ? OR (state = 'submitted' AND status = ?))")
            values += [query.status, query.status]
        if query.since is not None:
            conditions.append("created_at >= ?")
            values.append(query.since)
        if query.unfinished:
            conditions.append(f"state IN {UNFINISHED}")
        condition = " AND ".join(conditions) + f" ORDER BY id DESC LIMIT {PAGE}"
        before = 2**63 - 1
        while rows := self._scope.find(condition, (before, *values)):
            before = rows[-1].id
            yield from filter(query.fits, rows)

    def made(self, path: str) -> Row | None:
        """The request that last made the file at PATH (absolute), whatever is there now."""
        return self._by_file("path = ?", path)

    def holding(self, sha256: str) -> Row | None:
        """The request that last made a file of that content."""
        return self._by_file("sha256 = ?", sha256)

    def files(self, job_id: str) -> list[FileRow]:
        """What was saved of a job, in the order of its results."""
        columns = ", ".join(f'f."{column.name}"' for column in fields(FileRow))
        found = self._scope.database.rows(
            f"SELECT {columns} FROM files f JOIN requests ON requests.id = request_id"
            f' WHERE {OURS} AND job_id = ? ORDER BY f."index", f.at',
            (*self._scope.values, job_id),
        )
        return [file_from(values) for values in found]

    def unsaved(self) -> list[Row]:
        """Requests whose job was made and whose results never landed, oldest first.

        Not those of jobs that completed without any result: there is nothing to land.
        """
        done = "state = 'completed' AND error IS NULL"
        return self._scope.find(f"(state = 'submitted' OR ({done})) ORDER BY id")

    def doubts(self) -> list[Row]:
        """Requests of which nobody knows whether they were received, oldest first.

        Among them those that were to be sent again by the user's word, and never were.
        """
        unsent = "SELECT replaces FROM requests WHERE state = 'checked' AND replaces IS NOT NULL"
        meant = f"state = 'forgotten' AND id IN ({unsent})"
        return self._scope.find(f"(state IN {IN_DOUBT} OR ({meant})) ORDER BY id")

    def leftovers(self) -> list[Row]:
        """Requests that were being sent. Whoever holds the post lock knows their process died."""
        return self._scope.find("state = 'sending' ORDER BY id")

    def forgotten(self, since: float) -> list[Row]:
        """Requests sent after SINCE that nobody looks for; their jobs may still turn up."""
        return self._scope.find("state = 'forgotten' AND sent_at > ? ORDER BY id", (since,))

    def unsent_replacements(self, row_id: int) -> list[Row]:
        """What was to be sent in place of a request in doubt, and was not so far."""
        return self._scope.find("replaces = ? AND state = 'checked'", (row_id,))

    def alike(self, recipe: str, seed: int | None) -> list[Row]:
        """Saved requests of just that RECIPE, newest first; SEED None is any seed."""
        condition = "recipe = ? AND (? IS NULL OR seed = ?) AND state = 'saved' ORDER BY id DESC"
        return self._scope.find(condition, (recipe, seed, seed))

    def _by_file(self, condition: str, value: str) -> Row | None:
        files = f"SELECT request_id FROM files WHERE {condition}"
        return self._scope.first(f"id IN ({files}) ORDER BY id DESC", (value,))


def prune(database: Database, before: float) -> int:
    """Forget what is over and was put down before that moment, of all accounts; how many.

    What was sent around the time of a request in doubt stays: a job that nobody owns any more
    could pass for its own.
    """
    oldest = f"SELECT min(created_at) FROM requests WHERE state IN {DOUBTFUL}"
    doubtful = database.rows(oldest)[0][0]
    if doubtful is not None:
        before = min(before, doubtful - AROUND)
    # A batch knows by its items what it need not pay for again.
    over = f"SELECT id FROM requests WHERE created_at < ? AND state IN {OVER} AND item IS NULL"
    if not database.rows(f"{over} LIMIT 1", (before,)):
        return 0  # without waiting for the disk
    with database.transaction():
        database.write(f"DELETE FROM files WHERE request_id IN ({over})", (before,))
        return database.write(f"DELETE FROM requests WHERE id IN ({over})", (before,))
