"""Which run of krea is at a piece of work: a name in the ledger, and a lock that dies with it."""

import re
import secrets
from contextlib import suppress
from pathlib import Path

from krea_cli.local.ledger.file_lock import FileLock


class Claims:
    """The name under which this process claims work, alive until `release` or the process's end.

    FOLDER is that of the ledger; None where nobody else can see it. Raises LedgerUnusable where
    files cannot be locked.
    """

    def __init__(self, folder: Path | None) -> None:
        self.name = secrets.token_hex(8)
        self._folder = folder
        self._lock = FileLock(self._path(self.name))
        self._lock.try_acquire()
        for left in folder.glob("run-*.lock") if folder else ():
            self.alive(left.stem.removeprefix("run-"))  # what the dead left is removed

    def alive(self, name: str) -> bool:
        """Whether the process behind NAME, another one, still runs."""
        path = self._path(name)
        if name == self.name:
            return True
        if path is None or not re.fullmatch("[0-9a-f]{16}", name) or not path.exists():
            return False
        lock = FileLock(path)
        if not lock.try_acquire():
            return True
        _remove(path)
        lock.release()
        return False

    def release(self) -> None:
        """What is claimed under our name is free for others."""
        if self._lock.path is not None:
            _remove(self._lock.path)
        self._lock.release()

    def _path(self, name: str) -> Path | None:
        return self._folder / f"run-{name}.lock" if self._folder else None


def _remove(path: Path) -> None:
    # While it is locked: whoever opens it now finds that it is not at its path any more.
    with suppress(OSError):
        path.unlink()
