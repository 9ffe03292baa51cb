"""The ledgers of other hosts beside our own. None is ever written to."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar
from zlib import crc32

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.database import Database
from krea_cli.local.ledger.host import LEDGER_NAME, LOCAL_LEDGER, find_recorded_name
from krea_cli.local.ledger.ledger_list import LedgerList
from krea_cli.local.ledger.ownership import Sending
from krea_cli.local.ledger.read_only import FileState, open_read_only, read_states
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import POSSIBLY_PAID_STATES, FileRow, RequestRow

T = TypeVar("T")


@dataclass(frozen=True)
class OtherHost:
    """The host of another ledger.

    ledger: the path of its ledger
    name: the name of its ledger; None if it has the folder on a disk of its own
    can_be_own: True if this machine uses that ledger when it is told its name
    """

    ledger: Path
    name: str | None
    can_be_own: bool

    @property
    def where(self) -> str:
        """The ledger, for sentences."""
        return f"the ledger of {self.name}" if self.name else f"the ledger {self.ledger}"

    def hint_there(self, *commands: str) -> str:
        """Return the hint to type COMMANDS on that host, or here with its ledger."""
        hint = f"{' and '.join(commands)} on {self.name or 'the host of that disk'}"
        if not self.can_be_own:
            return hint
        here = " and ".join(f"{LEDGER_NAME}={self.name} {command}" for command in commands)
        return f"{hint}; if that host is gone: {here}"


@dataclass(frozen=True)
class OtherRequest:
    """A request in the ledger of another host.

    row: as that ledger has it; its number is below zero, unlike those of our own
    number: its number in that ledger
    ledger: the ledger of that host, to be read only
    """

    row: RequestRow
    number: int
    ledger: AccountLedger
    host: OtherHost

    @property
    def files(self) -> list[FileRow]:
        """Its saved files. Raises LedgerUnusable."""
        return self.ledger.history.list_files(self.row.job_id) if self.row.job_id else []


@dataclass(frozen=True)
class OpenWork:
    """The work that a host has not ended.

    unsaved: number of its jobs whose results are not saved
    in_doubt: number of its requests in doubt, and of those being sent
    """

    host: OtherHost
    unsaved: int
    in_doubt: int


class OtherLedgers:
    """The ledgers in the folder of OWN but OWN itself. None is ever written to.

    WARN is told once of each ledger that cannot be read. ON_CLOSE is called by `close`.
    """

    def __init__(
        self,
        own: Path,
        ledger: AccountLedger,
        warn: Callable[[str], None],
        monotonic: Callable[[], float],
        *,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._own = own
        self._list = LedgerList(own, monotonic)
        self._ledger = ledger
        self._warn = warn
        self._on_close = on_close
        # With the state of the files that were copied; None for a ledger that is read in place.
        self._opened: dict[Path, tuple[AccountLedger, Sequence[FileState] | None]] = {}
        self._hosts: dict[Path, OtherHost] = {}
        self._unreadable: set[Path] = set()

    @property
    def exist(self) -> bool:
        """True if another host has a ledger here. Safe to ask from any thread."""
        return any(True for _ in self._list_paths())

    def find_at_target(self, identity: RequestIdentity, target: str) -> list[OtherRequest]:
        """Return the newest request at TARGET of each ledger that has one of IDENTITY.

        A request that was never sent, or not billed, does not count; one under way comes first.
        """

        def find(ledger: AccountLedger) -> RequestRow | None:
            requests = ledger.requests
            return requests.find_under_way(identity, target) or requests.find_latest(
                identity, target
            )

        return list(filter(_may_be_paid, self._ask_all(find)))

    def find_item(
        self, identity: RequestIdentity, occurrence: int, old: tuple[str, str]
    ) -> list[OtherRequest]:
        """Return the request of a batch's item in each ledger that has it.

        See `BatchItems.find_same`. A request that was never sent, or not billed, does not count.
        """

        def find(ledger: AccountLedger) -> RequestRow | None:
            item = ledger.items.find_same(identity, occurrence, old=old)
            return ledger.items.find_latest(item) if item else None

        return list(filter(_may_be_paid, self._ask_all(find)))

    def list_saved(
        self, body_hash: str, identity: RequestIdentity, *, seed: int | None
    ) -> list[tuple[RequestRow, list[FileRow]]]:
        """List the saved requests of one body, each with its files; see `History.list_saved`."""

        def find(ledger: AccountLedger) -> list[tuple[RequestRow, list[FileRow]]]:
            history = ledger.history
            rows = history.list_saved(body_hash, identity, seed=seed)
            return [(row, history.list_files(row.job_id or "")) for row in rows]

        return [
            (self._request(path, row).row, files)
            for path in self._list_paths()
            for row, files in self._ask(path, find) or ()
        ]

    def owned_job_ids(self, job_ids: Collection[str]) -> set[str]:
        """Return the members of JOB_IDS that belong to requests of other hosts."""
        owned = set[str]()
        for path in self._list_paths():
            ids = self._ask(path, lambda ledger: ledger.ownership.owned_job_ids(job_ids))
            owned |= ids or set()
        return owned

    def find_owner(self, job_id: str) -> OtherRequest | None:
        """Return the request of another host that became this job, of whatever account."""
        owners = self._ask_all(lambda ledger: ledger.ownership.find_owner(job_id))
        return next(owners, None)

    def list_open_work(self) -> list[OpenWork]:
        """List the hosts with unsaved jobs or requests in doubt."""

        def count(ledger: AccountLedger) -> tuple[int, int]:
            history = ledger.history
            in_doubt = len(history.list_in_doubt()) + len(history.list_sending())
            return len(history.list_unsaved()), in_doubt

        counts = {path: self._ask(path, count) for path in self._list_paths()}
        return [
            OpenWork(self._hosts[path], *each)
            for path, each in counts.items()
            if each and any(each)
        ]

    def list_claimants(self) -> list[tuple[OtherRequest, list[Sending]]]:
        """List the requests of other hosts that may own an unowned job.

        With the times of sending, by the clock of that host.
        """

        def find(ledger: AccountLedger) -> list[tuple[RequestRow, list[Sending]]]:
            ownership = ledger.ownership
            return [(row, ownership.list_sendings(row)) for row in ownership.list_claimants()]

        return [
            (self._request(path, row), sendings)
            for path in self._list_paths()
            for row, sendings in self._ask(path, find) or ()
        ]

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
            if row is not None:
                yield self._request(path, row)

    def _request(self, path: Path, row: RequestRow) -> OtherRequest:
        return OtherRequest(
            replace(row, id=_foreign_id(path, row)),
            row.id,
            self._opened[path][0],
            self._hosts[path],
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
        self._hosts[path] = self._host_of(path, database)
        # A key that nobody knows of may be of this account.
        ledger.include({*ledger.keys.list_possibly_same(), *own.accounts} - own.keys.told_apart())
        return ledger

    def _host_of(self, path: Path, database: Database) -> OtherHost:
        if path.name == LOCAL_LEDGER:
            return OtherHost(path, None, can_be_own=False)
        # Older versions recorded no name.
        name = find_recorded_name(database.query) or path.stem.removeprefix("ledger-")
        return OtherHost(path, name, can_be_own=self._own.name != LOCAL_LEDGER)

    def _close(self, path: Path) -> None:
        if opened := self._opened.pop(path, None):
            opened[0].close()

    def _list_paths(self) -> Iterator[Path]:
        return (path for path in self._list.others() if path not in self._unreadable)


def _may_be_paid(request: OtherRequest) -> bool:
    return request.row.state in POSSIBLY_PAID_STATES


def _foreign_id(path: Path, row: RequestRow) -> int:
    """Make an id below zero; part files are named and recorded by it."""
    return -1 - crc32(f"{path.name} {row.id}".encode())
