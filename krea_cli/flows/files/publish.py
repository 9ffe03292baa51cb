"""Give a finished part file its final name: whole or not at all, never over another file."""

import errno
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from krea_cli.errors import KreaError
from krea_cli.flows.files.naming import add_suffix
from krea_cli.flows.files.part_file import PartFile, open_part, part_path
from krea_cli.local.sync import sync_file, sync_folder

# Answers of a file system without hard links.
NO_HARD_LINKS = (
    errno.EPERM,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
    errno.EACCES,
)
# Answers of a file system without an exclusive rename.
NO_EXCLUSIVE_RENAME = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
RENAME_NOREPLACE, AT_FDCWD = 1, -100  # Linux: <linux/fs.h>, <fcntl.h>
RENAME_EXCL = 4  # macOS: <sys/stdio.h>
MAX_NUMBERED_NAMES = 999


@dataclass(frozen=True)
class PublishedFile:
    """The final path of a file; another one than asked for if the name was taken.

    is_synced: False if the disk did not confirm that it has the content
    """

    path: Path
    name_was_taken: bool = False
    is_synced: bool = True


def publish(part: PartFile, target: Path, *, sha256: str, force: bool) -> PublishedFile:
    """Move PART, with content of hash SHA256, to TARGET and sync it to disk.

    If TARGET exists with this content, nothing is left to do. If it exists with other content,
    FORCE replaces it. Without FORCE, the file gets a number in its name (-2, -3, …).
    Raises OSError; PART then still exists.
    """
    is_synced = sync_file(part.fd)
    target.parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, MAX_NUMBERED_NAMES):
        path = target if number == 1 else target.with_name(add_suffix(target.name, f"-{number}"))
        if _publish_as(part, path, sha256=sha256, force=force and number == 1):
            sync_folder(path.parent)
            return PublishedFile(path, name_was_taken=number > 1, is_synced=is_synced)
    raise FileExistsError(errno.EEXIST, f"{MAX_NUMBERED_NAMES} files of that name exist")


def write_file(
    part: PartFile | None, target: Path, chunks: Iterable[bytes], *, force: bool
) -> PublishedFile:
    """Write CHUNKS into PART, publish it as TARGET (see `publish`), and release it.

    Raises OSError, and KreaError without PART.
    """
    from hashlib import sha256

    if part is None:
        raise KreaError(f"another krea is writing {target}", hint="run the same command again")
    hasher = sha256()
    try:
        with os.fdopen(os.dup(part.fd), "wb") as file:
            for chunk in chunks:
                hasher.update(chunk)
                file.write(chunk)
        return publish(part, target, sha256=hasher.hexdigest(), force=force)
    finally:
        part.release()


def hash_file(path: Path) -> str:
    """Hash the content of a file: sha256 in hex. Raises OSError."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def has_hash(path: Path, sha256: str, size: int | None = None) -> bool:
    """Tell if PATH is a file with content of hash SHA256.

    SIZE, its length in bytes if known, often saves reading the file.
    """
    try:
        if not path.is_file() or (size is not None and path.stat().st_size != size):
            return False
        return hash_file(path) == sha256
    except (OSError, ValueError):
        return False


def _publish_as(part: PartFile, path: Path, *, sha256: str, force: bool) -> bool:
    """Give PART the name PATH; return False if another file has it."""
    assert part.path is not None
    try:
        if force:
            os.replace(part.path, path)
            part.release(keep=True)
        else:
            _move_without_replacing(part.path, path)
            part.release()
    except FileExistsError:
        if not has_hash(path, sha256, os.fstat(part.fd).st_size):
            return False
        part.release()
    except OSError as failure:
        if failure.errno != errno.EXDEV:
            raise
        return _publish_across_file_systems(part, path, sha256=sha256, force=force)
    return True


def _move_without_replacing(part: Path, path: Path) -> None:
    try:
        os.link(part, path)
    except OSError as failure:
        if failure.errno not in NO_HARD_LINKS:
            raise
        try:
            _rename_exclusively(os.fsencode(part), os.fsencode(path))
        except OSError as rename_failure:
            if rename_failure.errno not in NO_EXCLUSIVE_RENAME:
                raise
            _claim_and_rename(part, path)


def _rename_exclusively(part: bytes, path: bytes) -> None:
    """Rename by a system call that replaces nothing: FAT and some network folders lack links.

    Raises OSError; FileExistsError if PATH exists.
    """
    import ctypes

    system = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            result = system.renamex_np(part, path, RENAME_EXCL)
        else:
            result = system.renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE)
    except AttributeError:  # a C library without it
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fsdecode(path))


def _claim_and_rename(part: Path, path: Path) -> None:
    # Create the name exclusively, then replace our own empty file: no foreign file is lost. A kill
    # between the two leaves the empty file, which is why this is the last resort.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
    try:
        os.replace(part, path)
    except OSError:
        os.unlink(path)  # an empty file must not pass for a result
        raise


def _publish_across_file_systems(part: PartFile, path: Path, *, sha256: str, force: bool) -> bool:
    """Copy PART into the file system of PATH, then publish the copy there."""
    copy = open_part(part_path(path))
    if copy is None or copy.path is None:
        raise KreaError(f"another krea is writing {path}", hint="run the same command again later")
    try:
        os.lseek(part.fd, 0, os.SEEK_SET)
        with os.fdopen(os.dup(part.fd), "rb") as source, os.fdopen(os.dup(copy.fd), "wb") as to:
            shutil.copyfileobj(source, to, 1 << 20)
        sync_file(copy.fd)
        is_published = _publish_as(copy, path, sha256=sha256, force=force)
    finally:
        copy.release()
    if is_published:
        part.release()
    return is_published
