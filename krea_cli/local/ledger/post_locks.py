"""The locks from a POST until its outcome is recorded, over all processes of a base."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger.file_lock import FileLock

MAX_PARALLEL = 16  # requests that may be under way at once, if the user says so


class PostLocks:
    """One request at a time, or several beside each other, each in a slot of its own.

    In one order, and each kept until all are there. A first lock lets one process in at a time.
    So a request that wants to be alone is not kept waiting by one shared request after another.

    paths: of the locks to be held, by this request alone or shared with others
    """

    def __init__(
        self, path_of: Callable[[str], Path], paths: Iterable[Path], *, parallel: int = 1
    ) -> None:
        self.paths = tuple(paths)
        self._path_of = path_of
        self._is_shared = parallel > 1
        self._turn = FileLock(path_of("turn"))
        self._held = [FileLock(path, shared=self._is_shared) for path in self.paths]
        self._slots = [FileLock(path_of(f"slot {n}")) for n in range(parallel * self._is_shared)]
        self._slot: FileLock | None = None

    def try_acquire(self) -> bool:
        """Take what is free; return True once all is held. Raises LedgerUnusable."""
        if self._is_shared and self._slot is None:
            self._slot = next((slot for slot in self._slots if slot.try_acquire()), None)
            if self._slot is None:
                return False
        return self._turn.try_acquire() and all(lock.try_acquire() for lock in self._held)

    def note(self, row_id: int) -> None:
        """Write the number of the request into its slot, before it is booked as leaving.

        Raises LedgerUnusable: without it, others would take the request for one of the dead.
        """
        if self._slot is not None:
            try:
                self._slot.write(str(row_id))
            except OSError as failure:
                raise LedgerUnusable(f"cannot write {self._slot.path}: {failure}") from failure

    def let_others_in(self) -> None:
        """Let the next process look around: this one has, and shares what it holds."""
        if self._is_shared:
            self._turn.release()

    def release(self) -> None:
        """Release all that is held."""
        for lock in (*self._held, self._turn, *self._slots):
            lock.release()
        self._slot = None

    def is_under_way(self, row_id: int) -> bool:
        """Tell if a process that lives holds the slot of a request."""
        return self._is_shared and any(
            self._names(path, row_id) and not FileLock(path, shared=True).is_free
            for path in (self._path_of(f"slot {n}") for n in range(MAX_PARALLEL))
        )

    def _names(self, path: Path, row_id: int) -> bool:
        with suppress(OSError):
            return path.read_text().split()[1:] == [str(row_id)]
        return False
