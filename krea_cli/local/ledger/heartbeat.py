"""The heartbeat of a host that uses a ledger on a network disk: no two hosts use one at once."""

import json
import os
import secrets
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from krea_cli.clock import Clock, Mailbox
from krea_cli.errors import LedgerInUse, LedgerUnusable
from krea_cli.local.ledger.database import make_folder
from krea_cli.local.ledger.host import (
    LEDGER_NAME,
    MAX_NAME_CHARACTERS,
    list_file_names,
    to_ledger_name,
)

BEAT_SECONDS = 30.0
# Above the time for which NFS keeps the date of a file, by default 60 s, and one missed beat.
MAX_AGE_SECONDS = 120.0
CLOSE_SECONDS = 1.0


@dataclass(frozen=True)
class Beat:
    """A process that uses a ledger: the name of its host, and the id of its boot."""

    host: str
    boot_id: str


class Heartbeat:
    """A file beside LEDGER, rewritten for as long as this process may submit by that ledger.

    Each process has its own. The file system's server dates them all, so that the clocks of the
    hosts need not agree.

    host: name of this host
    retry: the command line, for hints
    """

    def __init__(self, ledger: Path, host: str, clock: Clock, *, retry: str) -> None:
        self._ledger = ledger
        self._clock = clock
        self._retry = retry
        self._own = Beat(host, clock.boot()[0])
        self._prefix = f"{ledger.name}.heartbeat-"
        self._path = ledger.with_name(self._prefix + secrets.token_hex(8))
        self._mailbox: Mailbox[Literal["over"]] | None = None  # of the thread
        self._beat_at = 0.0  # seconds since the boot
        self._lock = threading.RLock()
        self._is_closed = False
        self._loss: LedgerInUse | None = None  # of the ledger, to another host

    def start(self) -> None:
        """Beat from now on. Raises LedgerInUse if another host uses the ledger."""
        make_folder(self._ledger.parent)
        self._require_ledger()
        if self._loss is not None:
            raise self._loss
        self._mailbox = self._clock.mailbox()
        self._clock.start_thread(self._run)

    def check(self) -> None:
        """Look around again if this process stood still for long, and may have passed for dead.

        Raises LedgerInUse if another host uses the ledger by now.
        """
        with self._lock:
            if self._stood_still and not self._is_closed:
                self._require_ledger()
            if self._loss is not None:
                raise self._loss

    def close(self) -> None:
        """Beat no more: the ledger is free for other hosts."""
        if self._mailbox is not None:
            self._mailbox.put("over")
        # The thread may be writing, on a disk that hangs: the command ends all the same.
        is_locked = self._lock.acquire(timeout=CLOSE_SECONDS)
        self._is_closed = True
        with suppress(OSError):
            self._path.unlink()
        if is_locked:
            self._lock.release()

    @property
    def _stood_still(self) -> bool:
        return self._clock.boot()[1] - self._beat_at >= MAX_AGE_SECONDS / 2

    def _require_ledger(self) -> None:
        """Beat, and look around: the ledger may be lost to another host."""
        try:
            # Before the look around: of two hosts that begin at once, at least one sees the other.
            now = self._beat()
            others = [beat for path in self._list_paths() if (beat := self._read(path, now))]
        except OSError as failure:
            raise LedgerUnusable(
                f"the heartbeat beside the ledger {self._ledger} cannot be written:"
                f" {failure.strerror}",
                hint="set KREA_STATE_DIR to a folder that you can write to",
            ) from failure
        if others:
            self.close()
            self._loss = self._error(others[0])

    def _beat(self) -> float:
        """Write the file, and return its time, by the clock of the file system."""
        fresh = self._path.with_name(f".{self._path.name}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self._own), file)
        fresh.rename(self._path)
        self._beat_at = self._clock.boot()[1]
        return self._path.stat().st_mtime

    def _run(self) -> None:
        assert self._mailbox is not None
        while self._mailbox.get(BEAT_SECONDS, ignore_signals=True) is None:
            # A failure is told by `check`, before the next request.
            with self._lock, suppress(OSError, LedgerUnusable):
                if self._is_closed:
                    return
                if self._stood_still:
                    self._require_ledger()
                else:
                    self._beat()

    def _list_paths(self) -> list[Path]:
        """List the files of other processes, with those that a killed one had not renamed yet."""
        return [
            path
            for path in sorted(self._ledger.parent.iterdir())
            if path.name.removeprefix(".").startswith(self._prefix) and path != self._path
        ]

    def _read(self, path: Path, now: float) -> Beat | None:
        """Read the beat at PATH; None for our own host, and for a process that is gone."""
        try:
            with path.open("rb") as file:  # opened, so that NFS asks for its date
                age, content = now - os.fstat(file.fileno()).st_mtime, file.read()
        except FileNotFoundError:
            return None
        if abs(age) >= MAX_AGE_SECONDS:
            with suppress(OSError):
                path.unlink()
            return None
        is_whole = not path.name.startswith(".")
        beat = _parse(content)
        return beat if is_whole and beat != self._own else None

    def _error(self, other: Beat) -> LedgerInUse:
        own = to_ledger_name(self._own.host)
        which = f"the host {other.host}"
        if other.host == self._own.host:
            which += " before its last start, or by another one of that name"
        is_own = self._ledger.name in list_file_names(own, self._own.host)
        spare = f"{own[: MAX_NAME_CHARACTERS - 2]}-2" if is_own else own
        return LedgerInUse(
            f"the ledger {self._ledger} is in use by {which}: its last heartbeat is less than two"
            " minutes old; nothing was sent",
            host=other.host,
            hint=f"{LEDGER_NAME}={spare} {self._retry} keeps another ledger; or the same command in"
            " two minutes, if that host is gone",
        )


def is_in_use(ledger: Path) -> bool:
    """Tell if a process of another host may submit by LEDGER now: one of its heartbeats is fresh.

    The newest heartbeat of the folder, perhaps our own, stands for the present.
    """
    times: dict[bool, list[float]] = {True: [], False: []}
    with suppress(OSError):
        for path in ledger.parent.glob("*.heartbeat-*"):
            with suppress(FileNotFoundError):
                is_own = path.name.startswith(f"{ledger.name}.")
                times[is_own].append(path.stat().st_mtime)
    own = max(times[True], default=None)
    return own is not None and max(own, *times[False]) - own < MAX_AGE_SECONDS


def _parse(content: bytes) -> Beat:
    try:
        beat = json.loads(content)
        return Beat(str(beat["host"]), str(beat["boot_id"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return Beat("unknown", "")
