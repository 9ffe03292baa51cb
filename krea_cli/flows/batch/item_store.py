"""Keep the checked items of a batch on disk: a hundred thousand of them need little memory."""

import os
import pickle
from array import array
from collections.abc import Iterator
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from krea_cli.flows.batch.item import Item
from krea_cli.local.temporary import open_temporary_file

if TYPE_CHECKING:
    from krea_cli.catalog.model import Model

ITEM_FIELDS = tuple(column.name for column in fields(Item))
ITEM_VALUES = attrgetter(*ITEM_FIELDS)


class FoundResult(NamedTuple):
    """The results of an item that no ledger knows, under other names; sidecars prove them.

    job_id: the job that made them
    paths: real paths of the unchanged files, in the order of the results
    """

    job_id: str
    paths: tuple[str, ...]


class ItemStore:
    """Items in the order of the list, in a temporary file without a name.

    Any thread may read it, once all items are added.

    models: the models of the items, by id
    found: results of items under other names, by `short_fingerprint`
    listed: `short_fingerprint` of each item of the list that --force is given for, also of those
        of other shares
    """

    def __init__(self) -> None:
        self.models: dict[str, Model] = {}
        self.found: dict[bytes, FoundResult] = {}
        self.listed: set[bytes] = set()
        self._file = open_temporary_file()
        self._offsets = array("Q")
        self._end = 0

    def add(self, item: Item) -> None:
        """Append ITEM."""
        values = pickle.dumps(ITEM_VALUES(item), protocol=5)
        self._file.write(values)
        self._offsets.append(self._end)
        self._end += len(values)

    def find_result(self, item: Item) -> FoundResult | None:
        """Return the results of ITEM under other names that no ledger knows, if there are any."""
        return self.found.get(short_fingerprint(item.fingerprint)) if self.found else None

    def __len__(self) -> int:
        return len(self._offsets)

    def __iter__(self) -> Iterator[Item]:
        return (self.get(position) for position in range(len(self)))

    def get(self, position: int) -> Item:
        """Read the item at POSITION, from 0. It differs from `Item.index` in a shard."""
        self._file.flush()
        start = self._offsets[position]
        is_last = position + 1 == len(self._offsets)
        end = self._end if is_last else self._offsets[position + 1]
        content = os.pread(self._file.fileno(), end - start, start)
        return Item(**dict(zip(ITEM_FIELDS, pickle.loads(content), strict=True)))

    def close(self) -> None:
        """Delete the file."""
        self._file.close()


def short_fingerprint(fingerprint: str) -> bytes:
    """Return half of a FINGERPRINT, as bytes: for a hundred thousand items.

    One that is no hash, from a damaged ledger or a sidecar, stays as it is.
    """
    try:
        return bytes.fromhex(fingerprint)[:16]
    except ValueError:
        return fingerprint.encode(errors="surrogatepass")
