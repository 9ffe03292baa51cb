"""What the items of a batch have taken so far: the same request again, and the same name."""

import os
from collections.abc import Iterator

from krea_cli.flows.batch.check.paths import Place
from krea_cli.flows.batch.item import digest_of


class Register:
    """Counts equal items in the order of the file, and gives each name once."""

    def __init__(self) -> None:
        # A hundred thousand items are to fit: sixteen bytes of a digest, and numbers.
        self._equals: dict[bytes, int] = {}
        self._lines: dict[int, int] = {}
        self._stems: dict[int, int] = {}
        self._folders: dict[str, int] = {}

    def digest(self, identity: str) -> str:
        """The digest of the next item with that IDENTITY."""
        key = bytes.fromhex(identity)[:16]
        occurrence = self._equals[key] = self._equals.get(key, 0) + 1
        return digest_of(identity, occurrence)

    def holder(self, place: Place) -> int | None:
        """The line of the item that has PLACE already; None if it is free."""
        if place.unique:
            return None
        taken = self._lines.get(place.mark)
        if taken is None and place.name is None:
            return self._stems.get(place.mark)
        if taken is None and place.open_mark is not None:
            return self._lines.get(place.open_mark)
        return taken

    def crossed(self, place: Place) -> int | None:
        """The line of an item for which a folder is what PLACE makes a file, or the reverse."""
        if place.path is not None and place.path in self._folders:
            return self._folders[place.path]
        if place.folder.real in self._folders:
            return None  # was looked at when it came up
        for folder, name in ancestors(place.folder.real):
            line = self._lines.get(hash((folder, False, name)))
            if line is not None:
                return line
        return None

    def take(self, place: Place, line: int) -> None:
        """Let an item of LINE have PLACE."""
        if not place.unique:
            self._lines[place.mark] = line
            if place.open_mark is not None:
                self._stems.setdefault(place.open_mark, line)
        if place.folder.real not in self._folders:
            self._folders[place.folder.real] = line
            for folder, name in ancestors(place.folder.real):
                self._folders.setdefault(os.path.join(folder, name), line)


def ancestors(path: str) -> Iterator[tuple[str, str]]:
    """PATH and each folder above it, as the folder that it is in and its name there."""
    while True:
        folder, name = os.path.split(path)
        if not name:
            return
        yield folder, name
        path = folder
