"""The lock of a run: while its process lives, the items that it claimed are its own."""

import re
import secrets
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from krea_cli.local.ledger.file_lock import FileLock
from krea_cli.local.ledger.host import LOCAL_LEDGER


class RunLock:
    """A locked file of this process in FOLDER, and the name under which it claims items.

    FOLDER is the ledger's; None for a ledger in memory. OWNER is the name of the ledger's file.
    Raises LedgerUnusable if files there cannot be locked.
    """

    def __init__(self, folder: Path | None, owner: str = LOCAL_LEDGER) -> None:
        # Where locks do not reach other hosts, those of their processes must be left alone.
        prefix = "" if owner == LOCAL_LEDGER else f"{crc32(owner.encode()):08x}"
        self.name = prefix + secrets.token_hex(8 - len(prefix) // 2)
        self._folder = folder
        self._lock = FileLock(self._path(self.name))
        self._lock.try_acquire()
        for path in folder.glob(f"run-{prefix}*.lock") if folder else ():
            self.is_alive(path.stem.removeprefix("run-"))  # removes the files of dead processes

    def is_alive(self, name: str) -> bool:
        """Tell if the process of the run NAME still lives; remove its lock file if not."""
        return name == self.name or is_run_alive(self._folder, name)

    def release(self) -> None:
        """Let other runs claim the items of this one."""
        if self._lock.path is not None:
            _remove(self._lock.path)
        self._lock.release()

    def _path(self, name: str) -> Path | None:
        return self._folder / f"run-{name}.lock" if self._folder else None


def is_run_alive(folder: Path | None, name: str) -> bool:
    """Tell if the process of the run NAME still lives; remove its lock file in FOLDER if not."""
    if folder is None or not re.fullmatch("[0-9a-f]{16}", name):
        return False
    path = folder / f"run-{name}.lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    if not lock.try_acquire():
        return True
    _remove(path)
    lock.release()
    return False


def _remove(path: Path) -> None:
    # Call it while the file is locked: whoever opened it meanwhile sees that it left its path.
    with suppress(OSError):
        path.unlink()
