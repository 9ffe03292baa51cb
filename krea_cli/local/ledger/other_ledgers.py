"""The ledgers of other hosts beside our own. None is ever written to."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.host import LOCAL_LEDGER
from krea_cli.local.ledger.read_only import FileState, open_read_only, read_states
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import POSSIBLY_PAID_STATES, FileRow, RequestRow

T = TypeVar("T")


@dataclass(frozen=True)
class OtherRequest:
    """A request in the ledger of another host.

    row: as that ledger has it; its number is below zero, unlike those of our own
    ledger: the ledger of that host, to be read only
    path: the file of that ledger
    can_be_own: True if this machine uses that ledger when it is told its name
    """

    row: RequestRow
    ledger: AccountLedger
    path: Path
    can_be_own: bool = True

    @property
    def files(self) -> list[FileRow]:
        """Its saved files. Raises LedgerUnusable."""
        return self.ledger.history.list_files(self.row.job_id) if self.row.job_id else []

    @property
    def host(self) -> str | None:
        """Name of the other host's ledger; None if it has the folder on a disk of its own."""
        if self.path.name == LOCAL_LEDGER:
            return None
        return self.path.stem.removeprefix("ledger-")


class OtherLedgers:
    """The ledgers in the folder of OWN but OWN itself. None is ever written to.

    WARN is told once of each ledger that cannot be read. ON_CLOSE is called by `close`.
    """

    def __init__(
        self,
        own: Path,
        ledger: AccountLedger,
        warn: Callable[[str], None],
        *,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._own = own
        self._ledger = ledger
        self._warn = warn
        self._on_close = on_close
        # With the state of the files that were copied; None for a ledger that is read in place.
        self._opened: dict[Path, tuple[AccountLedger, Sequence[FileState] | None]] = {}
        self._unreadable: set[Path] = set()

    def find_at_target(self, identity: RequestIdentity, target: str) -> list[OtherRequest]:
        """Return the newest request at TARGET of each ledger that has one of IDENTITY.

        A request that was never sent, or not billed, does not count; one under way comes first.
        """

        def find(ledger: AccountLedger) -> RequestRow | None:
            requests = ledger.requests
            return requests.find_under_way(identity, target) or requests.find_latest(
                identity, target
            )

        return list(self._ask_all(find))

    def find_item(
        self, identity: RequestIdentity, occurrence: int, old: tuple[str, str]
    ) -> list[OtherRequest]:
        """Return the request of a batch's item in each ledger that has it.

        See `BatchItems.find_same`. A request that was never sent, or not billed, does not count.
        """

        def find(ledger: AccountLedger) -> RequestRow | None:
            item = ledger.items.find_same(identity, occurrence, old=old)
            return ledger.items.find_latest(item) if item else None

        return list(self._ask_all(find))

    def owned_job_ids(self, job_ids: Collection[str]) -> set[str]:
        """Return the members of JOB_IDS that belong to requests of other hosts."""
        owned = set[str]()
        for path in self._list_paths():
            ids = self._ask(path, lambda ledger: ledger.ownership.owned_job_ids(job_ids))
            owned |= ids or set()
        return owned

    def close(self) -> None:
        """Close the files."""
        self._on_close()
        for path in list(self._opened):
            self._close(path)

    def _ask_all(
        self, question: Callable[[AccountLedger], RequestRow | None]
    ) -> Iterator[OtherRequest]:
        for path in self._list_paths():
            row = self._ask(path, question)
            if row is not None and row.state in POSSIBLY_PAID_STATES:
                yield OtherRequest(
                    replace(row, id=_foreign_id(path, row)),
                    self._opened[path][0],
                    path,
                    can_be_own=LOCAL_LEDGER not in (path.name, self._own.name),
                )

    def _ask(self, path: Path, question: Callable[[AccountLedger], T]) -> T | None:
        """Ask the ledger at PATH; open it again after a failure, as its host may have died."""
        for is_last in (False, True):
            try:
                return question(self._open(path))
            except LedgerUnusable as error:
                self._close(path)
                if is_last and path not in self._unreadable:
                    self._unreadable.add(path)
                    self._warn(
                        f"{error.message}; what that host has made or sent is not known here"
                    )
        return None

    def _open(self, path: Path) -> AccountLedger:
        if path in self._opened:
            ledger, states = self._opened[path]
            if states is None or states == read_states(path):
                return ledger
            self._close(path)
        own = self._ledger
        database, states = open_read_only(path)
        ledger = AccountLedger(
            database, base=own.base, account=own.account, clock_now=own.clock_now
        )
        self._opened[path] = ledger, states
        # A key that nobody knows of may be of this account.
        ledger.include({*ledger.keys.list_possibly_same(), *own.accounts} - own.keys.told_apart())
        return ledger

    def _close(self, path: Path) -> None:
        if opened := self._opened.pop(path, None):
            opened[0].close()

    def _list_paths(self) -> Iterator[Path]:
        folder = self._own.parent
        for path in (folder / LOCAL_LEDGER, *sorted(folder.glob("ledger-*.sqlite3"))):
            if path not in self._unreadable and path.exists() and not self._is_own(path):
                yield path

    def _is_own(self, path: Path) -> bool:
        with suppress(FileNotFoundError):
            return path.samefile(self._own)
        return path == self._own


def _foreign_id(path: Path, row: RequestRow) -> int:
    """Make an id below zero; part files are named and recorded by it."""
    return -1 - crc32(f"{path.name} {row.id}".encode())
