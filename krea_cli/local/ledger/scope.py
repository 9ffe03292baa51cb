"""The rows of the ledger's tables that belong to one account of one service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.rows import REQUEST_COLUMNS, RequestRow, parse_request_row

IN_SCOPE = "base = ? AND account = ?"


@dataclass(frozen=True)
class Scope:
    """One base and account of a database: look-ups and writes never touch other rows."""

    database: Database
    base: str
    account: str

    @property
    def values(self) -> tuple[str, str]:
        """The values for the question marks of `IN_SCOPE`."""
        return self.base, self.account

    def find_all(self, condition: str, values: Sequence[Any] = ()) -> list[RequestRow]:
        """Return the requests that fulfil CONDITION, in SQL with VALUES for its question marks."""
        rows = self.database.query(
            f"SELECT {REQUEST_COLUMNS} FROM requests WHERE {IN_SCOPE} AND {condition}",
            (*self.values, *values),
        )
        return [parse_request_row(row) for row in rows]

    def find_first(self, condition: str, values: Sequence[Any] = ()) -> RequestRow | None:
        """Return the first request that fulfils CONDITION, or None."""
        return next(iter(self.find_all(f"{condition} LIMIT 1", values)), None)
