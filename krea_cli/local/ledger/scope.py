"""The part of the ledger's tables that belongs to one account of one service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.rows import COLUMNS, Row, row_from

OURS = "base = ? AND account = ?"


@dataclass(frozen=True)
class Scope:
    """One base and account: what is looked up or written here never touches another's rows."""

    database: Database
    base: str
    account: str

    @property
    def values(self) -> tuple[str, str]:
        """What the question marks of `OURS` stand for."""
        return self.base, self.account

    def find(self, condition: str, values: Sequence[Any] = ()) -> list[Row]:
        """The requests of which CONDITION (SQL) is true."""
        found = self.database.rows(
            f"SELECT {COLUMNS} FROM requests WHERE {OURS} AND {condition}",
            (*self.values, *values),
        )
        return [row_from(each) for each in found]

    def first(self, condition: str, values: Sequence[Any] = ()) -> Row | None:
        """The first of them, None when there is none."""
        return next(iter(self.find(f"{condition} LIMIT 1", values)), None)
