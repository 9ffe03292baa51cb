"""Writing small files that only their owner may read, whole or not at all."""

import os
from pathlib import Path

from krea_cli.errors import KreaError


def write_private(path: Path, text: str) -> None:
    """Replace PATH by TEXT: readable by the owner alone from its first byte on, then renamed.

    A link is followed: settings are often kept elsewhere and linked. Raises KreaError.
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
                os.fsync(descriptor)
            Path(name).rename(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as failure:
        raise KreaError(
            f"{path} cannot be written: {failure.strerror}",
            hint="set KREA_CONFIG_DIR to a folder that you can write to",
        ) from failure


def exposure(path: Path) -> str | None:
    """A sentence when others may read or write PATH; None when it is private or not there."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return None
    if mode & 0o077 == 0:
        return None
    private = "700" if path.is_dir() else "600"
    return f"{path} is open to other users (mode {mode:03o}): chmod {private} {path}"
