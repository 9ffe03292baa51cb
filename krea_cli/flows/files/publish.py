"""Give a finished part its final name: whole or not at all, and never over another file."""

import errno
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from krea_cli.errors import KreaError
from krea_cli.flows.files.naming import with_suffix
from krea_cli.flows.files.part_file import Reservation, open_part, part_path

# What a file system answers that knows no hard links.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)
# … and that knows no exclusive rename either.
_NO_FLAGS = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
# <linux/fs.h>, <fcntl.h>; macOS: <sys/stdio.h>
_RENAME_NOREPLACE, _AT_FDCWD, _RENAME_EXCL = 1, -100, 4
_BESIDE = 999


@dataclass(frozen=True)
class Published:
    """Where the file ended up; `beside` when the wanted name was taken by something else."""

    path: Path
    beside: bool = False


def publish(part: Reservation, target: Path, *, sha256: str, force: bool) -> Published:
    """Move PART to TARGET and make it last. SHA256 is that of its content.

    A name taken meanwhile by the same content counts as done; by other content, the file goes
    beside it (-2, -3, …), unless FORCE. Raises OSError; the part is then still there.
    """
    os.fsync(part.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, _BESIDE):
        path = target if number == 1 else _beside(target, number)
        if _publish_as(part, path, sha256=sha256, force=force and number == 1):
            _sync_folder(path.parent)
            return Published(path, beside=number > 1)
    raise FileExistsError(errno.EEXIST, f"{_BESIDE} files of that name are there")


def digest(path: Path) -> str:
    """The sha256 of a file in hex, read in pieces."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def holds(path: Path, sha256: str, size: int | None = None) -> bool:
    """Whether PATH is a file of just that content; SIZE in bytes, where known, spares reading."""
    try:
        return (size is None or path.stat().st_size == size) and digest(path) == sha256
    except (OSError, ValueError):
        return False


def _beside(target: Path, number: int) -> Path:
    return target.with_name(with_suffix(target.name, f"-{number}"))


def _publish_as(part: Reservation, path: Path, *, sha256: str, force: bool) -> bool:
    """True when PATH now holds the content; False when another file has that name."""
    assert part.path is not None
    try:
        if force:
            os.replace(part.path, path)
            part.published()
        else:
            _move_without_replacing(part.path, path)
            part.release()
    except FileExistsError:
        if not _identical(path, part.file, sha256):
            return False
        part.release()
    except OSError as failure:
        if failure.errno != errno.EXDEV:
            raise
        return _publish_across(part, path, sha256=sha256, force=force)
    return True


def _move_without_replacing(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except OSError as failure:
        if failure.errno not in _NO_LINKS:
            raise
        try:
            _rename_exclusively(os.fsencode(part), os.fsencode(path))
        except OSError as refused:
            if refused.errno not in _NO_FLAGS:
                raise
            _claim_and_rename(part, path)


def _rename_exclusively(part: bytes, path: bytes) -> None:
    """The system's own rename that replaces nothing: FAT and some network folders know no links.

    Raises OSError, FileExistsError where PATH is taken.
    """
    import ctypes

    system = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            failed = system.renamex_np(part, path, _RENAME_EXCL)
        else:
            failed = system.renameat2(_AT_FDCWD, part, _AT_FDCWD, path, _RENAME_NOREPLACE)
    except AttributeError:  # a C library without it
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fsdecode(path))


def _claim_and_rename(part: Path, path: Path) -> None:
    # Claim the name exclusively, then replace our own empty claim: no foreign file is lost. A kill
    # between the two leaves it empty, which is why this is the last resort.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    try:
        os.replace(part, path)
    except OSError:
        os.unlink(path)  # an empty file must not pass for a result
        raise


def _publish_across(part: Reservation, path: Path, *, sha256: str, force: bool) -> bool:
    """Copy PART into the file system of PATH first."""
    copy = open_part(part_path(path))
    if copy is None or copy.path is None:
        raise KreaError(f"another krea is writing {path}", hint="run the same command again later")
    try:
        os.lseek(part.file, 0, os.SEEK_SET)
        with os.fdopen(os.dup(part.file), "rb") as source, os.fdopen(os.dup(copy.file), "wb") as to:
            shutil.copyfileobj(source, to, 1 << 20)
        os.fsync(copy.file)
        done = _publish_as(copy, path, sha256=sha256, force=force)
    finally:
        copy.release()
    if done:
        part.release()
    return done


def _identical(path: Path, part: int, sha256: str) -> bool:
    try:
        if not path.is_file() or path.stat().st_size != os.fstat(part).st_size:
            return False
        return digest(path) == sha256
    except OSError:
        return False


def _sync_folder(folder: Path) -> None:
    from contextlib import suppress

    # Some file systems refuse to sync a folder; the file itself is on disk.
    with suppress(OSError):
        file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)
