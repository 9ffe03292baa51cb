"""A lock between processes, which the system releases when its holder dies."""

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from krea_cli.errors import LedgerUnusable

LOCK_TIMEOUT_SECONDS = 10.0  # of a `with` statement: as long as SQLite waits
RETRY_SECONDS = 0.01


class FileLock:
    """A lock on the file at PATH; with None, a lock that nobody else wants.

    SHARED: several may hold it at once, if all of them share it.

    `with` waits up to 10 s for it. The file stays after the release: removing it would let two
    processes hold "the" lock.
    """

    def __init__(self, path: Path | None, *, shared: bool = False) -> None:
        self.path = path
        self._kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._descriptor: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it. Raises LedgerUnusable if the file cannot be locked."""
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
        """Release the lock if this object holds it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def holder_pid(self) -> int | None:
        """The id of the process that took the lock last, for messages."""
        if self.path is None:
            return None
        try:
            return int(self.path.read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    @property
    def is_free(self) -> bool:
        """Tell if the lock could be taken now."""
        is_free = self.try_acquire()
        self.release()
        return is_free

    def write(self, text: str) -> None:
        """Write TEXT behind the id of this process, which holds the lock. Raises OSError."""
        if self._descriptor is not None:
            os.truncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()} {text}".encode(), 0)

    def __enter__(self) -> "FileLock":
        deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
        while not self.try_acquire():
            if time.monotonic() > deadline:
                pid = self.holder_pid
                holder = "another process" if pid is None else f"process {pid}"
                raise LedgerUnusable(f"{holder} has held {self.path} for too long")
            time.sleep(RETRY_SECONDS)
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
                fcntl.flock(descriptor, self._kind | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            except OSError:  # of a file system without locks: leave nothing there
                os.close(descriptor)
                with suppress(OSError):
                    path.unlink()
                raise
            if _is_at(descriptor, path):
                break
            os.close(descriptor)  # someone removed the file in between: our lock holds nothing
        self._descriptor = descriptor
        if self._kind == fcntl.LOCK_SH:
            return True
        with suppress(OSError):  # of a full disk: the id is for messages, the lock holds without it
            os.truncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
