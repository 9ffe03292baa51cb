"""The ledger: every request that may cost money, on disk before it is sent."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.history import prune
from krea_cli.local.ledger.host import Host

if TYPE_CHECKING:
    from krea_cli.local.ledger.batch_runs import BatchRuns
    from krea_cli.local.ledger.parts import PartRows
    from krea_cli.local.ledger.spend_report import SpendReport
    from krea_cli.local.ledger.unsaved import UnsavedJobs


class Ledger:
    """The ledger of this user on this machine. CLOCK_NOW returns seconds since 1970."""

    def __init__(self, database: Database, clock_now: Callable[[], float]) -> None:
        self._database = database
        self._clock_now = clock_now

    @classmethod
    def open(
        cls, folder: Path, *, host: Host | None = None, clock_now: Callable[[], float] = time.time
    ) -> "Ledger":
        """Open the ledger of HOST in FOLDER, or make it. Raises LedgerUnusable with the reason."""
        return cls(Database.open(folder, host=host), clock_now)

    @classmethod
    def in_memory(
        cls, folder: Path | None = None, *, clock_now: Callable[[], float] = time.time
    ) -> "Ledger":
        """Open a ledger that lasts as long as this process, for `--no-ledger`.

        One POST at a time holds beside the ledger in FOLDER as well: its locks are taken.
        """
        return cls(Database.in_memory(folder), clock_now)

    @staticmethod
    def exists_in(folder: Path, host: Host) -> bool:
        """Tell if there is a ledger of HOST in FOLDER, without making one."""
        return host.locate_ledger(folder)[0].exists()

    @property
    def path(self) -> Path | None:
        """The ledger's file; None in memory."""
        return self._database.path

    def for_account(self, base: str, account: str) -> AccountLedger:
        """Open the part of ACCOUNT (see `account_of`) on the service at BASE."""
        return AccountLedger(self._database, base=base, account=account, clock_now=self._clock_now)

    def batch_runs(self, base: str) -> "BatchRuns":
        """Open the runs of batches on the service at BASE, of all accounts."""
        from krea_cli.local.ledger.batch_runs import BatchRuns

        return BatchRuns(self._database, base)

    def list_accounts(self, base: str) -> list[str]:
        """Return the accounts with requests on the service at BASE, the one used last first."""
        rows = self._database.query(
            "SELECT account FROM requests WHERE base = ? GROUP BY account ORDER BY max(id) DESC",
            (base,),
        )
        return [str(account) for (account,) in rows]

    def spend_report(
        self,
        base: str,
        since: float,
        *,
        profiles: Mapping[str, str],
        profile: str | None = None,
    ) -> "SpendReport":
        """Return the spending on BASE since a time; see `SpendReport`."""
        from krea_cli.local.ledger.spend_report import SpendReport

        return SpendReport(self._database, base, since, profiles=profiles, profile=profile)

    @property
    def parts(self) -> "PartRows":
        """The records of part files, of all accounts."""
        from krea_cli.local.ledger.parts import PartRows

        return PartRows(self._database, self._clock_now)

    def list_unsaved(self, base: str, before: float) -> "list[UnsavedJobs]":
        """Count the unsaved jobs of each account on BASE; see `unsaved.list_unsaved`."""
        from krea_cli.local.ledger.unsaved import list_unsaved

        return list_unsaved(self._database, base, before)

    def prune(self, before: float) -> int:
        """Forget requests that are over and older than BEFORE, in seconds since 1970.

        Return their number. A request that may still cost money or be fetched stays.
        """
        return prune(self._database, before)

    def close(self) -> None:
        """Close the ledger's file."""
        self._database.close()
