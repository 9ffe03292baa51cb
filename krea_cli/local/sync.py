"""Sync files and folders to the disk, on file systems that cannot as well."""

import errno
import os
from contextlib import suppress
from pathlib import Path

# The answers of file systems that cannot sync (SMB, some of FUSE).
CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def sync_file(descriptor: int) -> bool:
    """Sync an open file; return False if the disk answers that it failed to (EIO).

    The bytes are in the file all the same, for as long as the machine runs. Raises OSError for
    a full disk.
    """
    try:
        os.fsync(descriptor)
    except OSError as failure:
        if failure.errno == errno.EIO:
            return False
        if failure.errno not in CANNOT_SYNC:
            raise
    return True


def sync_folder(folder: Path) -> None:
    """Sync the names in FOLDER as well as its file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
