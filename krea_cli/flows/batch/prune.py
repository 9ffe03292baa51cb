"""Find the files that a list made for earlier lines of it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.batch.item import Item
from krea_cli.flows.files.existing_results import (
    ExistingResults,
    find_existing_results,
    list_own_paths,
)
from krea_cli.flows.files.kept_files import is_kept
from krea_cli.flows.files.naming import NameFacts, static_folder
from krea_cli.flows.files.originals import is_original
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.publish import has_hash
from krea_cli.flows.files.target import parse_target

if TYPE_CHECKING:
    from krea_cli.flows.batch.item_store import ItemStore
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, RequestRow


@dataclass(frozen=True)
class PrunableFile:
    """A file, as it was saved for ROW, that no line asks for."""

    row: "RequestRow"
    file: "FileRow"

    @property
    def path(self) -> Path:
        """The place of the file; absolute."""
        return Path(self.file.path)


class PrunableFiles:
    """The files in ROOT, a real path, that the batch LABEL made and none of ITEMS asks for.

    Targets of items are relative to CWD.
    """

    def __init__(
        self, items: "ItemStore", ledger: "AccountLedger", *, label: str, root: str, cwd: Path
    ) -> None:
        self._ledger = ledger
        self._label = label
        self._root = root
        self._cwd = cwd
        self._asked: set[str] = set()  # real paths of files in the place of an item
        self._is_done: dict[str, bool] = {}  # of each item, by its fingerprint
        for item in items:
            found = items.find_result(item)
            self._asked.update(os.path.realpath(path) for path in (found.paths if found else ()))
            self._add(item)

    def __iter__(self) -> Iterator[PrunableFile]:
        """Yield the files, the oldest request first. Raises LedgerUnusable."""
        for row in self._ledger.items.list_saved(self._label):
            # A result that is not in its new place yet is copied from an earlier one.
            if not self._is_done.get(row.item_fingerprint or "", True):
                continue
            files = self._ledger.history.list_files(row.job_id or "")
            folders = self._list_folders(row, files)
            for file in files:
                if self._is_prunable(file, row, folders):
                    yield PrunableFile(row, file)

    def _add(self, item: Item) -> None:
        """Add the files of ITEM in its place."""
        if item.existing_file:
            self._asked.add(os.path.realpath(self._cwd / item.existing_file))
        row = self._ledger.items.find_latest(item.fingerprint)
        if row is None:
            return
        slot = self._slot(item.target, n=item.n, count=item.count)
        existing = self._find_existing(row, slot)
        places = [slot.target.real_path(saved.path) for saved in existing.saved.values()]
        self._asked.update(map(str, places))
        folders = {place.parent for place in places}
        for file in self._ledger.history.list_files(row.job_id or ""):
            if is_original(file.path) and Path(os.path.realpath(file.path)).parent in folders:
                self._asked.add(os.path.realpath(file.path))
        is_done = self._is_done.get(item.fingerprint, True)
        self._is_done[item.fingerprint] = is_done and existing.is_done

    def _slot(self, target: str, *, n: int = 1, count: int = 1) -> OutputSlot:
        return OutputSlot(target=parse_target(target, cwd=self._cwd), n=n, count=count)

    def _find_existing(self, row: "RequestRow", slot: OutputSlot) -> ExistingResults:
        files = self._ledger.history.list_files(row.job_id or "")
        return find_existing_results(files, slot, NameFacts.of_row(row))

    def _list_folders(self, row: "RequestRow", files: "Sequence[FileRow]") -> set[str]:
        """List the folders in which the list saves the results of ROW; real paths.

        Copies elsewhere may be those of another list.
        """
        folders = {self._root}
        if row.target:
            folders.add(os.path.realpath(static_folder(row.target)))
            slot = self._slot(row.target)
            for file in files:
                paths = list_own_paths(file, files, slot, NameFacts.of_row(row))
                folders.update(
                    os.path.dirname(os.path.realpath(self._cwd / path)) for path in paths
                )
        return folders

    def _is_prunable(self, file: "FileRow", row: "RequestRow", folders: set[str]) -> bool:
        if is_kept(file.path) or os.path.islink(file.path):
            return False
        real = os.path.realpath(file.path)
        is_in_root = real.startswith(os.path.join(self._root, ""))
        if not is_in_root or os.path.dirname(real) not in folders or real in self._asked:
            return False
        # The content decides: one that was changed is the user's own.
        return has_hash(Path(file.path), file.sha256, file.size) and not self._is_others(file, row)

    def _is_others(self, file: "FileRow", row: "RequestRow") -> bool:
        """Tell if another request has these bytes in this place too."""
        return any(
            other.path == file.path
            for owner in self._ledger.files.list_owners(file.sha256)
            if owner.row_id != row.id
            for other in owner.files
        )
