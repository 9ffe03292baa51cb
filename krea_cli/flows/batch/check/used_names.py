"""Record the names of a batch so far, so that none is used twice."""

import os
from collections.abc import Iterator

from krea_cli.flows.batch.check.number_table import NumberTable
from krea_cli.flows.batch.check.paths import OutputPath


class UsedNames:
    """Gives each name to one item."""

    def __init__(self) -> None:
        # Made for a hundred thousand items: the line of each, by the key of its path.
        self._lines = NumberTable()
        self._stems = NumberTable()
        self._folders: dict[str, int] = {}

    def owner(self, path: OutputPath) -> int | None:
        """Line of the item that has PATH already; None if it is free."""
        if path.is_unique:
            return None
        owner = self._lines.get(path.key)
        if owner is None and path.name is None:
            return self._stems.get(path.key)
        if owner is None and path.stem_key is not None:
            return self._lines.get(path.stem_key)
        return owner

    def conflict(self, path: OutputPath) -> int | None:
        """Line of an item with a folder at PATH, or with a file at a folder of PATH; else None."""
        if path.place is not None and path.place in self._folders:
            return self._folders[path.place]
        if path.folder.key in self._folders:
            return None  # it was checked with its first file
        for folder, name in _ancestors(path.folder.key):
            line = self._lines.get(hash((folder, False, name)))
            if line is not None:
                return line
        return None

    def add(self, path: OutputPath, line: int) -> None:
        """Give PATH to an item of LINE."""
        if not path.is_unique:
            self._lines[path.key] = line
            if path.stem_key is not None and path.stem_key not in self._stems:
                self._stems[path.stem_key] = line
        if path.folder.key not in self._folders:
            self._folders[path.folder.key] = line
            for folder, name in _ancestors(path.folder.key):
                self._folders.setdefault(os.path.join(folder, name), line)


def _ancestors(path: str) -> Iterator[tuple[str, str]]:
    """Yield parent folder and name of PATH, and of each folder above it."""
    while True:
        folder, name = os.path.split(path)
        if not name:
            return
        yield folder, name
        path = folder
