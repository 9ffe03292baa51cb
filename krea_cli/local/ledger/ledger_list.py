"""List the ledgers of other hosts, which have a file each in one folder."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from krea_cli.local.ledger.database import translate_errors
from krea_cli.local.ledger.host import LOCAL_LEDGER

TICK_SECONDS = 2.0  # the coarsest time of a file system; a change within one leaves it as it is


class _FolderState(NamedTuple):
    """The ledgers found at one time.

    modified: time of the folder, in nanoseconds since 1970
    seen_at: when the folder was first seen with that time, in seconds of the monotonic clock
    listed_at: when it was listed, in the same
    """

    modified: int
    seen_at: float
    listed_at: float
    paths: tuple[Path, ...]

    @property
    def is_final(self) -> bool:
        """True if every change since then shows in the time of the folder."""
        return self.listed_at - self.seen_at > TICK_SECONDS


class LedgerList:
    """The ledgers beside OWN. A batch asks for them at each item; any thread may."""

    def __init__(self, own: Path, monotonic: Callable[[], float]) -> None:
        self._own = own
        self._monotonic = monotonic
        self._last: _FolderState | None = None

    def others(self) -> tuple[Path, ...]:
        """List them; anew only where the folder may have changed. Raises LedgerUnusable."""
        with translate_errors(self._own.parent):
            return self._others()

    def _others(self) -> tuple[Path, ...]:
        try:
            modified = os.stat(self._own.parent).st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):
            return ()
        last, now = self._last, self._monotonic()
        is_same = last is not None and last.modified == modified
        if last is not None and is_same and last.is_final:
            return last.paths
        seen_at = last.seen_at if last is not None and is_same else now
        self._last = _FolderState(modified, seen_at, now, self._list())
        return self._last.paths

    def _list(self) -> tuple[Path, ...]:
        folder = self._own.parent
        paths = (folder / LOCAL_LEDGER, *sorted(folder.glob("ledger-*.sqlite3")))
        return tuple(path for path in paths if path.exists() and not self._is_own(path))

    def _is_own(self, path: Path) -> bool:
        with suppress(FileNotFoundError):
            return path.samefile(self._own)
        return path == self._own
