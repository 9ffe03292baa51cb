"""Write small files that only their owner can read, whole or not at all."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from krea_cli.errors import KreaError
from krea_cli.local.sync import sync_file
from krea_cli.text import shell_line

LOCK_TIMEOUT_SECONDS = 10.0
RETRY_SECONDS = 0.01


def write_private_file(path: Path, text: str) -> None:
    """Replace the file PATH by TEXT: write beside it, readable by the owner only, then rename.

    A link is followed, because settings are often kept elsewhere. Raises KreaError.
    """
    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_text(target, text, mode=0o600)
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be written: {failure.strerror}",
            hint="set KREA_CONFIG_DIR to a folder that you can write to",
        ) from failure


def replace_text(target: Path, text: str, *, mode: int) -> None:
    """Replace the file TARGET, which is no link, by TEXT with MODE: write beside it, then rename.

    Raises OSError.
    """
    import tempfile

    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(descriptor, mode)
            file.flush()
            sync_file(descriptor)
        Path(name).rename(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def hold_folder(path: Path) -> Iterator[None]:
    """Lock the folder of the file PATH against other processes, to read, change and replace it.

    Where nothing can be locked, go on: the change itself says whether it works. Raises KreaError
    after ten seconds.
    """
    import fcntl

    try:
        target = path.resolve().parent
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The folder itself: no file that somebody could remove while it is locked.
        descriptor = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        deadline = time.monotonic() + LOCK_TIMEOUT_SECONDS
        while not _try_lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB):
            if time.monotonic() > deadline:
                raise KreaError(
                    f"another krea has been changing the settings in {target} for too long",
                    hint="the same command again, once that one has ended",
                )
            time.sleep(RETRY_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, how: int) -> bool:
    """Return False while another process holds the lock; True as well where there are no locks."""
    import fcntl

    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def describe_exposure(path: Path) -> str | None:
    """Return a sentence if others may read or write PATH; None if it is private or missing."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return None
    if mode & 0o077 == 0:
        return None
    private = "700" if path.is_dir() else "600"
    command = shell_line("chmod", private, str(path))
    return f"{path} is open to other users (mode {mode:03o}): {command}"
