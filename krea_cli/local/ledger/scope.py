"""The look-ups of one base and account."""

from collections.abc import Mapping, Sequence
from typing import Any

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.rows import (
    REQUEST_COLUMNS,
    RequestDraft,
    RequestRow,
    parse_request_row,
    to_columns,
)

TagChanges = Mapping[str, str | None]  # value, empty for a bare name; None takes the tag away


class Scope:
    """One base and account of a database: look-ups and writes never touch other rows.

    account: the key in use, see `account_of`; new requests are its own
    accounts: all known keys of the account, the one in use first
    condition: the SQL that holds for the rows of this scope, with `values` for its question marks
    """

    def __init__(self, database: Database, base: str, account: str) -> None:
        self.database = database
        self.base = base
        self.account = account
        self.cover((account,))

    def cover(self, accounts: tuple[str, ...]) -> None:
        """Let this scope hold the rows of all ACCOUNTS."""
        self.accounts = accounts
        self.values = (self.base, *accounts)
        marks = ", ".join("?" * len(accounts))
        # The plain form lets an index give the rows in the order of their ids.
        owners = "= ?" if len(accounts) == 1 else f"IN ({marks})"
        self.condition = f"base = ? AND account {owners}"

    def insert_request(self, draft: RequestDraft, created_at: float) -> int:
        """Insert DRAFT with its tags, in the state `checked`; return the id of its row."""
        values = {
            "created_at": created_at,
            "base": self.base,
            "account": self.account,
            **to_columns(draft),
            "state": "checked",
        }
        row_id = self.database.insert("requests", values)
        self.change_tags(row_id, draft.tags)
        return row_id

    def change_tags(self, row_id: int, changes: TagChanges) -> None:
        """Change the tags of the request ROW_ID; those that CHANGES does not name stay."""
        for name, value in changes.items():
            self.database.execute(
                "DELETE FROM tags WHERE request_id = ? AND name = ?", (row_id, name)
            )
            if value is not None:
                tag = {"request_id": row_id, "name": name, "value": value}
                self.database.insert("tags", tag)

    def find_all(self, condition: str, values: Sequence[Any] = ()) -> list[RequestRow]:
        """Return the requests that fulfil CONDITION, in SQL with VALUES for its question marks."""
        rows = self.database.query(
            f"SELECT {REQUEST_COLUMNS} FROM requests WHERE {self.condition} AND {condition}",
            (*self.values, *values),
        )
        return [parse_request_row(row) for row in rows]

    def find_in_base(self, condition: str, values: Sequence[Any] = ()) -> list[RequestRow]:
        """Return the requests of all accounts of the base that fulfil CONDITION."""
        rows = self.database.query(
            f"SELECT {REQUEST_COLUMNS} FROM requests WHERE base = ? AND {condition}",
            (self.base, *values),
        )
        return [parse_request_row(row) for row in rows]

    def find_first(self, condition: str, values: Sequence[Any] = ()) -> RequestRow | None:
        """Return the first request that fulfils CONDITION, or None."""
        return next(iter(self.find_all(f"{condition} LIMIT 1", values)), None)
