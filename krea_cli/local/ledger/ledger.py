"""The ledger: every request that may cost money, on disk before it is sent."""

import time
from collections.abc import Callable
from pathlib import Path

from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.database import Database, location
from krea_cli.local.ledger.history import prune

__all__ = ["AccountLedger", "Ledger"]


class Ledger:
    """The ledger of this user on this machine; `book` opens the part of one base and account."""

    def __init__(self, database: Database, clock_now: Callable[[], float]) -> None:
        self._database = database
        self._clock_now = clock_now

    @classmethod
    def open(cls, folder: Path, *, clock_now: Callable[[], float] = time.time) -> "Ledger":
        """Open or make the ledger in FOLDER. Raises LedgerUnusable with what is wrong."""
        return cls(Database.open(folder), clock_now)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether there is a ledger in FOLDER; looking makes none."""
        return location(folder)[0].exists()

    @classmethod
    def in_memory(cls, *, clock_now: Callable[[], float] = time.time) -> "Ledger":
        """A ledger that remembers nothing afterwards, for `--no-ledger`."""
        return cls(Database.in_memory(), clock_now)

    @property
    def path(self) -> Path | None:
        """The file, None in memory."""
        return self._database.path

    def for_account(self, base: str, account: str) -> AccountLedger:
        """The part that belongs to ACCOUNT (see `account_of`) on the service at BASE."""
        return AccountLedger(self._database, base=base, account=account, clock_now=self._clock_now)

    def prune(self, before: float) -> int:
        """Forget what is over since before that moment (seconds since 1970); how many requests.

        What may still cost money or be fetched stays, however old it is.
        """
        return prune(self._database, before)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
