"""Write small files that only their owner can read, whole or not at all."""

import os
from pathlib import Path

from krea_cli.errors import KreaError
from krea_cli.local.sync import sync_file


def write_private_file(path: Path, text: str) -> None:
    """Replace the file PATH by TEXT: write beside it, readable by the owner only, then rename.

    A link is followed, because settings are often kept elsewhere. Raises KreaError.
    """
    import tempfile

    try:
        target = path.resolve()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                sync_file(descriptor)
            Path(name).rename(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be written: {failure.strerror}",
            hint="set KREA_CONFIG_DIR to a folder that you can write to",
        ) from failure


def describe_exposure(path: Path) -> str | None:
    """Return a sentence if others may read or write PATH; None if it is private or missing."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return None
    if mode & 0o077 == 0:
        return None
    private = "700" if path.is_dir() else "600"
    return f"{path} is open to other users (mode {mode:03o}): chmod {private} {path}"
