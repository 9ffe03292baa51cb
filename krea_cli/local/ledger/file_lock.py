"""A lock between processes that the system releases when its holder dies."""

import errno
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from krea_cli.errors import LedgerUnusable

PATIENCE = 10.0  # seconds that `with` waits, as long as SQLite does


class FileLock:
    """An exclusive lock on a file of its own; PATH None is a lock that nobody else wants.

    The file stays when the lock is released: removing it would let two processes hold "the" lock.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it. Raises LedgerUnusable where locks do not work."""
        if self.path is None or self._descriptor is not None:
            return True
        try:
            return self._open_and_lock(self.path)
        except OSError as failure:
            denied = failure.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
            place = "that you can write to" if denied else "on a local disk"
            raise LedgerUnusable(
                f"cannot lock {self.path}: {failure.strerror}",
                hint=f"set KREA_STATE_DIR to a folder {place}",
            ) from failure

    def release(self) -> None:
        """Let others have it. Harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def holder(self) -> int | None:
        """The process that took the lock last, for messages."""
        if self.path is None:
            return None
        try:
            return int(self.path.read_text())
        except (OSError, ValueError):
            return None

    def __enter__(self) -> "FileLock":
        deadline = time.monotonic() + PATIENCE
        while not self.try_acquire():
            if time.monotonic() > deadline:
                raise LedgerUnusable(f"process {self.holder} has held {self.path} for too long")
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _open_and_lock(self, path: Path) -> bool:
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            except OSError:
                os.close(descriptor)
                raise
            if _is_at(descriptor, path):
                break
            os.close(descriptor)  # someone removed the file in between: what we hold locks nothing
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    held = os.fstat(descriptor)
    return (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino)
