"""Look for the tests' tokens in everything that a run wrote."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.tokens import SECRETS

CHUNK_BYTES = 1 << 20
# Files that may hold a token: stored logins, and the inputs of tests.
TOKEN_FILES = ("credentials.json", "token.txt")
TOKEN_SUFFIX = ".token"


def find_leaks(folder: Path, *, secrets: Sequence[str] = SECRETS) -> list[Path]:
    """The files below FOLDER with one of SECRETS in their content or name.

    Hidden files, binary files and databases count; files that may hold a token do not.
    """
    wanted = [secret.encode() for secret in secrets]
    paths = []
    for path in sorted(_files(folder)):
        named = any(secret in os.fsencode(path.relative_to(folder)) for secret in wanted)
        keeps = path.name in TOKEN_FILES or path.suffix == TOKEN_SUFFIX
        if named or (not keeps and _holds(path, wanted)):
            paths.append(path)
    return paths


def _files(folder: Path) -> Iterator[Path]:
    """The regular files below FOLDER: opening a FIFO would wait."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            with suppress(FileNotFoundError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _holds(path: Path, wanted: Sequence[bytes]) -> bool:
    overlap = max(map(len, wanted)) - 1
    kept = b""
    # A file without read permission, or gone by now, leaks nothing.
    with suppress(PermissionError, FileNotFoundError), path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            text = kept + chunk
            if any(secret in text for secret in wanted):
                return True
            kept = text[-overlap:]
    return False
