"""The hidden part file beside a target: proof that the folder can be written, and a lock."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.files.naming import MAX_NAME_BYTES, shorten
from krea_cli.local.temporary import open_temporary_file

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow

MAX_REOPENS = 20  # a part may change hands between opening and locking it
WRITE_BYTES = 1 << 20  # at a time
RELEASE_LOCK = Lock()  # two threads must not close one descriptor


@dataclass
class PartFile:
    """An open, locked part file.

    path: its name; None if it has none, because the bytes go to stdout or a device
    fd: its file descriptor
    on_release: called once it is released
    """

    path: Path | None
    fd: int
    on_release: Callable[[], None] | None = field(default=None, repr=False)
    _is_open: bool = field(default=True, repr=False)

    def rewrite(self, data: bytes) -> None:
        """Replace the content of the file by DATA. Raises OSError."""
        offset = 0
        while offset < len(data):
            offset += os.pwrite(self.fd, data[offset : offset + WRITE_BYTES], offset)
        os.ftruncate(self.fd, len(data))

    def release(self, *, keep: bool = False) -> None:
        """Unlock and close the file; remove it, unless KEEP. A second call does nothing."""
        with RELEASE_LOCK:
            if not self._is_open:
                return
            self._is_open = False
        if self.path is not None and not keep and _is_same_file(self.path, self.fd):
            _remove_part(self.path)
        if self.path is not None:
            import fcntl

            with suppress(OSError):
                fcntl.flock(self.fd, fcntl.LOCK_UN)
        os.close(self.fd)
        if self.on_release is not None:
            self.on_release()


def part_path(target: Path) -> Path:
    """Path of the part file for TARGET: hidden, beside it, its name within 255 bytes."""
    name = target.name
    if len(os.fsencode(name)) > MAX_NAME_BYTES - len("..part"):
        from hashlib import sha256

        name = shorten(name, limit=230) + "-" + sha256(os.fsencode(name)).hexdigest()[:8]
    return target.with_name(f".{name}.part")


def part_tag(row: "RequestRow") -> str:
    """Name the part file of ROW while its final name is not known.

    Contains the time as well: another ledger may use this folder and have a request of that number.
    """
    return f"{row.id}-{round(row.created_at * 1000):x}"


def open_part(path: Path) -> PartFile | None:
    """Create the part file at PATH, or take it over from a process that died.

    Returns None while a running process holds it. Raises `KreaError` if the folder cannot be
    written to.
    """
    try:
        _make_folder(path.parent)
        for _ in range(MAX_REOPENS):
            fd, is_new = _open(path)
            if not _lock(fd):
                os.close(fd)
                return None
            if _take_over(path, fd, is_new=is_new):
                return PartFile(path, fd)
            os.close(fd)
    except OSError as failure:
        raise cannot_write(path.parent, failure) from failure
    return None


def is_held(path: Path) -> bool:
    """Tell if a running process holds the part file PATH."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _lock(fd)
    except OSError:
        return False
    finally:
        os.close(fd)


def remove_abandoned_part(path: Path, inode: int | None, *, dry_run: bool = False) -> bool | None:
    """Remove the part file at PATH if no process holds it; return True if it was removed.

    inode: number of the file; None, if it was not recorded in time, takes an empty file only
    dry_run: remove nothing

    Returns None if there is no such file. A file that cannot be locked stays.
    """
    import fcntl

    try:
        fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = os.fstat(fd)
        is_empty = status.st_size == 0 and status.st_uid == os.geteuid()
        if not (is_empty if inode is None else status.st_ino == inode):
            return None
        if not stat.S_ISREG(status.st_mode) or not _is_same_file(path, fd):
            return None
        if not dry_run:
            path.unlink()
        return True
    except OSError:
        return False
    finally:
        os.close(fd)


def open_nameless_part() -> PartFile:
    """Open a temporary file without a name, for results that go to stdout or a device."""
    with open_temporary_file() as file:
        return PartFile(None, os.dup(file.fileno()))


def cannot_write(folder: Path, failure: OSError) -> KreaError:
    """Error for a FOLDER in which no file can be made."""
    reason = failure.strerror or str(failure)
    return KreaError(
        f"cannot write in {folder}: {reason}",
        hint="choose a folder that can be written to with -o",
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as failure:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from failure


def _open(path: Path) -> tuple[int, bool]:
    """Open the part file at PATH; the flag tells whether it was made just now."""
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666), True
    except FileExistsError:
        pass
    try:
        return os.open(path, flags), False
    except FileNotFoundError:
        # Its owner finished between the two calls.
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666), True


def _take_over(path: Path, fd: int, *, is_new: bool) -> bool:
    """Empty the part file, locked as FD; return False if it is no longer the file at PATH."""
    status = os.fstat(fd)
    is_ours = is_new or status.st_uid == os.geteuid() or status.st_uid == _owner_of_new_files(path)
    if not stat.S_ISREG(status.st_mode) or not is_ours:
        raise OSError(errno.EEXIST, f"{path.name} is there and is not a part file of yours")
    if not _is_same_file(path, fd):
        return False
    if status.st_nlink > 1:
        # Killed between publishing and unlinking: this is the finished file, not a part of it.
        _remove_part(path)
        return False
    os.ftruncate(fd, 0)
    return True


def _owner_of_new_files(path: Path) -> int:
    """The owner of what this process makes beside PATH: NFS, SMB and exFAT may show another."""
    import tempfile

    with tempfile.TemporaryFile(prefix=".krea-", dir=path.parent) as file:
        return os.fstat(file.fileno()).st_uid


def _is_same_file(path: Path, fd: int) -> bool:
    try:
        status = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    return os.path.samestat(status, os.fstat(fd))


def _lock(fd: int) -> bool:
    import fcntl

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as failure:
        # Some network file systems cannot lock; the exclusive creation still holds there.
        if failure.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
    return True


def _remove_part(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
