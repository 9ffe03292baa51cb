"""The checked items of a batch, kept on disk: a hundred thousand of them need little memory."""

import os
import pickle
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from krea_cli.flows.batch.item import Item

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

COLUMNS = tuple(column.name for column in fields(Item))


class Roster:
    """Items in the order of the file, in a nameless file of this process.

    `models` are those of the items, by id. May be read from any thread once all is added.
    """

    def __init__(self) -> None:
        self.models: dict[str, Model] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the roster
        self._offsets = array("Q")
        self._end = 0

    def add(self, item: Item) -> None:
        """Put ITEM behind the others."""
        values = pickle.dumps(tuple([getattr(item, name) for name in COLUMNS]), protocol=5)
        self._file.write(values)
        self._offsets.append(self._end)
        self._end += len(values)

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[Item]:
        return (self.item(position) for position in range(len(self)))

    def item(self, position: int) -> Item:
        """The item at POSITION, from 0 to `len` - 1; a shard holds not all of the batch."""
        self._file.flush()
        start = self._offsets[position]
        last = position + 1 == len(self._offsets)
        end = self._end if last else self._offsets[position + 1]
        content = os.pread(self._file.fileno(), end - start, start)
        return Item(**dict(zip(COLUMNS, pickle.loads(content), strict=True)))

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()
