"""The hidden part file beside a target: proof that the folder can be written, and a lock."""

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import KreaError
from krea_cli.flows.files.naming import shortened

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import Row

_MOVED = 20  # how often a part may change hands between opening and locking it


@dataclass
class Reservation:
    """An open, locked part file; `path` is None for one that has no name (stdout, a device)."""

    path: Path | None
    file: int
    _open: bool = field(default=True, repr=False)

    def release(self, *, keep: bool = False) -> None:
        """Unlock and close; the part is removed unless KEEP. A second call does nothing."""
        if not self._open:
            return
        self._open = False
        if self.path is not None and not keep and _same(self.path, self.file):
            _remove(self.path)
        if self.path is not None:
            _unlock(self.file)
        os.close(self.file)

    def published(self) -> None:
        """Close after the part was given its final name: nothing is left to remove."""
        self.release(keep=True)


def part_path(target: Path) -> Path:
    """Where the part of TARGET lies: hidden, beside it, its name within 255 bytes."""
    name = target.name
    if len(os.fsencode(name)) > 249:
        from hashlib import sha256

        name = shortened(name, limit=230) + "-" + sha256(os.fsencode(name)).hexdigest()[:8]
    return target.with_name(f".{name}.part")


def part_tag(row: "Row") -> str:
    """What the part of ROW is called where its final name is not known yet.

    Its number alone is that of another request in another ledger, which may use the same folder.
    """
    return f"{row.id}-{round(row.created_at * 1000):x}"


def open_part(path: Path) -> Reservation | None:
    """Create, or take over from a dead process, the part at PATH. None: a living one holds it.

    Raises `KreaError` in one sentence when the folder cannot be written.
    """
    try:
        _make_folder(path.parent)
        for _ in range(_MOVED):
            file = _open(path)
            if not _lock(file):
                os.close(file)
                return None
            if _usable(path, file):
                return Reservation(path, file)
            os.close(file)
    except OSError as failure:
        raise unwritable(path.parent, failure) from failure
    return None


def spool() -> Reservation:
    """A nameless temporary file, for results that go to stdout or into a device."""
    import tempfile

    with tempfile.TemporaryFile() as file:
        return Reservation(None, os.dup(file.fileno()))


def unwritable(folder: Path, failure: OSError) -> KreaError:
    """The sentence for a folder that takes no file."""
    reason = failure.strerror or str(failure)
    return KreaError(
        f"cannot write in {folder}: {reason}",
        hint="choose a place that can be written with -o",
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as failure:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)) from failure


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        pass
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        # Its owner finished between the two calls.
        return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)


def _usable(path: Path, file: int) -> bool:
    """Empty the part that FILE has locked, if PATH still means it."""
    seen = os.fstat(file)
    if not stat.S_ISREG(seen.st_mode) or seen.st_uid != os.geteuid():
        raise OSError(errno.EEXIST, f"{path.name} is there and is not a part file of yours")
    if not _same(path, file):
        return False
    if seen.st_nlink > 1:
        # Killed between publishing and unlinking: this is the finished file, not a part of it.
        _remove(path)
        return False
    os.ftruncate(file, 0)
    return True


def _same(path: Path, file: int) -> bool:
    try:
        there = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    return os.path.samestat(there, os.fstat(file))


def _lock(file: int) -> bool:
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as failure:
        # Some network file systems cannot lock; the exclusive creation still holds there.
        if failure.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
    return True


def _unlock(file: int) -> None:
    import fcntl
    from contextlib import suppress

    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_UN)


def _remove(path: Path) -> None:
    from contextlib import suppress

    with suppress(OSError):
        path.unlink()
