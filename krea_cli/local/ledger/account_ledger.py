"""The ledger as one base and account see it: a rehearsal never touches real work."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.ownership import Ownership
from krea_cli.local.ledger.request_identity import request_fingerprint
from krea_cli.local.ledger.request_rows import RequestRows
from krea_cli.local.ledger.scope import Scope

if TYPE_CHECKING:
    from krea_cli.local.ledger.batch_items import BatchItems
    from krea_cli.local.ledger.batch_runs import BatchRuns
    from krea_cli.local.ledger.erasure import Erasure
    from krea_cli.local.ledger.file_rows import FileRows
    from krea_cli.local.ledger.history import History
    from krea_cli.local.ledger.parts import PartRows
    from krea_cli.local.ledger.post_locks import PostLocks
    from krea_cli.local.ledger.run_lock import RunLock
    from krea_cli.local.ledger.sightings import Sightings
    from krea_cli.local.ledger.spending import Spending
    from krea_cli.local.ledger.statistics import Statistics
    from krea_cli.local.ledger.stream_requests import StreamRequests
    from krea_cli.local.ledger.tag_rows import TagRows
    from krea_cli.local.ledger.uploads import UploadRows


class AccountLedger:
    """The parts of the ledger for one account. Each raises LedgerUnusable."""

    def __init__(
        self, database: Database, *, base: str, account: str, clock_now: Callable[[], float]
    ) -> None:
        self.base = base
        self.account = account
        self._database = database
        self._scope = Scope(database, base, account)
        self.clock_now = clock_now
        self.keys = Keys(self._scope)  # the look-ups below go over all keys of the account
        self.requests = RequestRows(self._scope, self.keys, clock_now)

    @property
    def accounts(self) -> tuple[str, ...]:
        """All known keys of the account, the one in use first."""
        return self._scope.accounts

    def include(self, accounts: Iterable[str]) -> None:
        """Let the look-ups go over ACCOUNTS as well."""
        others = {*self._scope.accounts, *accounts} - {self.account}
        self._scope.cover((self.account, *sorted(others)))

    @cached_property
    def history(self) -> "History":
        """The search through all requests."""
        from krea_cli.local.ledger.history import History

        return History(self._scope)

    @cached_property
    def files(self) -> "FileRows":
        """The saved files of requests."""
        from krea_cli.local.ledger.file_rows import FileRows

        return FileRows(self._scope)

    @cached_property
    def sightings(self) -> "Sightings":
        """The times when the service last told of jobs under way."""
        from krea_cli.local.ledger.sightings import Sightings

        return Sightings(self._scope)

    @cached_property
    def statistics(self) -> "Statistics":
        """The figures of past jobs: clock offsets, durations, types."""
        from krea_cli.local.ledger.statistics import Statistics

        return Statistics(self._scope)

    @cached_property
    def ownership(self) -> Ownership:
        """The owners of listed jobs, over all accounts of the base."""
        return Ownership(self._scope)

    @cached_property
    def uploads(self) -> "UploadRows":
        """The files that were uploaded to the service."""
        from krea_cli.local.ledger.uploads import UploadRows

        return UploadRows(self._scope)

    @cached_property
    def parts(self) -> "PartRows":
        """The records of part files."""
        from krea_cli.local.ledger.parts import PartRows

        return PartRows(self._database, self.clock_now)

    @cached_property
    def items(self) -> "BatchItems":
        """The items of batches."""
        from krea_cli.local.ledger.batch_items import BatchItems

        return BatchItems(self.requests, self.keys, self._scope)

    @cached_property
    def batch_runs(self) -> "BatchRuns":
        """The runs of batches, of all accounts of the base."""
        from krea_cli.local.ledger.batch_runs import BatchRuns

        return BatchRuns(self._database, self.base)

    @cached_property
    def stream_requests(self) -> "StreamRequests":
        """The requests whose results go to a stream."""
        from krea_cli.local.ledger.stream_requests import StreamRequests

        return StreamRequests(self.requests, self.keys, self._scope)

    @cached_property
    def spending(self) -> "Spending":
        """The sums of what requests cost."""
        from krea_cli.local.ledger.spending import Spending

        return Spending(self._scope)

    @cached_property
    def tags(self) -> "TagRows":
        """The tags of requests."""
        from krea_cli.local.ledger.tag_rows import TagRows

        return TagRows(self._scope)

    @property
    def erasure(self) -> "Erasure":
        """The end of texts and recipes."""
        from krea_cli.local.ledger.erasure import Erasure

        return Erasure(self._scope)

    @property
    def persistent(self) -> bool:
        """Tell if the ledger outlives this process: False in memory."""
        return self._database.path is not None

    def post_locks(self, parallel: int = 1) -> "PostLocks | None":
        """Return the locks to hold from a POST until its outcome is recorded; None in memory.

        One POST at a time for a base, or PARALLEL of them: two keys may read each other's jobs.
        The second lock is the lock of older versions, one for each account.
        """
        from krea_cli.local.ledger.post_locks import PostLocks

        folder = self._database.folder
        if folder is None:
            return None

        def path(**name: str) -> Path:
            return folder / f"post-{request_fingerprint(self.base, name)[:16]}.lock"

        alone = (path(), path(account=self.account))
        return PostLocks(lambda name: path(name=name), alone, parallel=parallel)

    def settle_unsent(self, boot_id: str) -> None:
        """Mark requests of dead processes as unsent if they never left, for commands that read.

        BOOT_ID is that of this boot. Nothing changes while a request is sent, or if the ledger
        cannot be written to.
        """
        with suppress(LedgerUnusable), ExitStack() as held:
            if not self._list_never_left(boot_id):
                return
            if locks := self.post_locks():
                held.callback(locks.release)
                if not locks.try_acquire():
                    return
            for row_id in self._list_never_left(boot_id):
                self.requests.mark_unsent(row_id)

    def _list_never_left(self, boot_id: str) -> list[int]:
        """List the requests in `sending` without the mark of the first byte."""
        rows = self.history.list_sending()
        return [row.id for row in rows if self.ownership.last_sending(row).never_left(boot_id)]

    def run_lock(self) -> "RunLock":
        """Take the lock of this run, under whose name it claims items."""
        from krea_cli.local.ledger.run_lock import RunLock

        path = self._database.path
        return RunLock(path.parent, path.name) if path else RunLock(None)

    def is_run_alive(self, name: str) -> bool:
        """Tell if the process of the run NAME, which claims items, still lives."""
        from krea_cli.local.ledger.run_lock import is_run_alive

        return is_run_alive(self._database.folder, name)

    def transaction(self) -> AbstractContextManager[None]:
        """Write all that happens inside at once, synced to the disk; or nothing at all."""
        return self._database.transaction()

    def close(self) -> None:
        """Close the file of the ledger."""
        self._database.close()
