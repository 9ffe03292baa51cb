"""Read the files that the ledger has for the items of a batch, for --check."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.batch.item import Item
from krea_cli.flows.files.existing_results import find_existing_results
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.publish import hash_file
from krea_cli.flows.files.target import parse_target

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, RequestRow

# Takes the line of an item, the path, and the number of the request that saved the bytes there.
AddChangedFile = Callable[[int, str, int | None], None]


class ContentCheck:
    """Compares the results of items with the LEDGER, byte by byte; targets are relative to CWD.

    items: number of items so far
    intact: number of files with the bytes that were recorded
    missing: the items without a result in its place, each by its line and the name
    empty: number of items without any result yet
    """

    def __init__(self, ledger: "AccountLedger | None", cwd: Path) -> None:
        self._ledger = ledger
        self._cwd = cwd
        self.items = 0
        self.intact = 0
        self.missing: list[tuple[int, str]] = []
        self.empty = 0

    def check(self, item: Item, add_changed: AddChangedFile) -> None:
        """Read the files of ITEM; give ADD_CHANGED each one that has other bytes."""
        self.items += 1
        row = self._ledger.items.find_latest(item.fingerprint) if self._ledger else None
        files = self._ledger.items.list_files(item.fingerprint) if self._ledger else []
        if row is None or not files:
            # The list was checked before: its sidecar says that this file is the item's.
            self.intact += bool(item.existing_file)
            self.empty += not item.existing_file
            return
        self._check_saved(item, row, files, add_changed)

    def _check_saved(
        self,
        item: Item,
        row: "RequestRow",
        files: "Sequence[FileRow]",
        add_changed: AddChangedFile,
    ) -> None:
        target = parse_target(item.target, cwd=self._cwd)
        slot = OutputSlot(target=target, n=item.n, count=item.count)
        facts = NameFacts.of_row(row)
        unread = [replace(file, modified=None) for file in files]  # no time saves the reading
        existing = find_existing_results(unread, slot, facts)
        for path in existing.occupied:
            owner = self._find_owner(target.real_path(path), row)
            add_changed(item.line, path, owner)
        self.intact += len(existing.saved)
        others = {file.index: file.path for file in files if file.index not in existing.saved}
        absent = sorted(others.values(), key=os.path.lexists)  # no file there: that is the one
        missing = absent[: len(absent) - len(existing.occupied)]
        self.missing += [(item.line, target.short_path(Path(path))) for path in missing]

    def _find_owner(self, path: Path, row: "RequestRow") -> int | None:
        """Return the number of another request than ROW that saved the bytes at PATH."""
        assert self._ledger is not None
        try:
            owner = self._ledger.history.find_by_file_hash(hash_file(path))
        except OSError:
            return None
        return owner.id if owner and owner.id != row.id else None
