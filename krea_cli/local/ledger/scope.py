"""The look-ups of one base and account."""

from collections.abc import Sequence
from typing import Any

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.rows import REQUEST_COLUMNS, RequestRow, parse_request_row


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
