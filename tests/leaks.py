"""Look for the tests' tokens in everything that a run wrote."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.tokens import SECRETS

CHUNK = 1 << 20
# The one file that keeps tokens, and those in which a test hands one to a command.
KEEPERS = ("credentials.json", "token.txt")
INPUT = ".token"


def leaks(folder: Path, *, secrets: Sequence[str] = SECRETS) -> list[Path]:
    """The files below FOLDER, hidden, binary and databases too, that hold one of SECRETS or have
    it in their name, apart from those in which a token belongs."""
    wanted = [secret.encode() for secret in secrets]
    found = []
    for path in sorted(_files(folder)):
        named = any(secret in os.fsencode(path.relative_to(folder)) for secret in wanted)
        keeps = path.name in KEEPERS or path.suffix == INPUT
        if named or (not keeps and _holds(path, wanted)):
            found.append(path)
    return found


def _files(folder: Path) -> Iterator[Path]:
    """Regular files only: to open a FIFO waits, and what a link leads to is met by itself."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            with suppress(FileNotFoundError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _holds(path: Path, wanted: Sequence[bytes]) -> bool:
    overlap = max(map(len, wanted)) - 1
    kept = b""
    # What a test forbids everybody to read, and what is gone by now, nobody can find.
    with suppress(PermissionError, FileNotFoundError), path.open("rb") as file:
        while chunk := file.read(CHUNK):
            text = kept + chunk
            if any(secret in text for secret in wanted):
                return True
            kept = text[-overlap:]
    return False
