"""Keep the checked items of a batch on disk: a hundred thousand of them need little memory."""

import os
import pickle
from array import array
from collections.abc import Iterator
from dataclasses import fields, replace
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

    It holds the whole list. Its length and its iterator are those of the part that was chosen.
    Any thread may read it, once all items are added.

    models: the models of the items, by id
    found: results of items under other names, by `short_fingerprint`
    have_tags: True once an item with tags was added
    listed: `short_fingerprint` of each item of the list that --force is given for, also of those
        of other shares
    warnings: sentences for the user about the items
    """

    def __init__(self) -> None:
        self.models: dict[str, Model] = {}
        self.found: dict[bytes, FoundResult] = {}
        self.listed: set[bytes] = set()
        self.have_tags = False
        self.warnings: list[str] = []
        self._file = open_temporary_file()
        self._offsets = array("Q")
        self._end = 0
        self._left_out = False  # any item
        self._chosen = array("Q")  # positions of those that are in the part, once one is not
        self._payers: set[bytes] = set()  # short fingerprints of those in the part that pay
        self._new_payers: set[int] = set()  # positions of those whose payer is left out

    def add(self, item: Item, *, chosen: bool = True) -> None:
        """Append ITEM; CHOSEN: it is in the part."""
        self._choose(item, chosen=chosen)
        self.have_tags = self.have_tags or bool(item.tags)
        values = pickle.dumps(ITEM_VALUES(item), protocol=5)
        self._file.write(values)
        self._offsets.append(self._end)
        self._end += len(values)

    def find_result(self, item: Item) -> FoundResult | None:
        """Return the results of ITEM under other names that no ledger knows, if there are any."""
        return self.found.get(short_fingerprint(item.fingerprint)) if self.found else None

    @property
    def is_part(self) -> bool:
        """True if an item was left out."""
        return self._left_out

    @property
    def listed_count(self) -> int:
        """The number of items in the whole list."""
        return len(self._offsets)

    def list_all(self) -> Iterator[Item]:
        """Yield the items of the whole list."""
        return (self.get(position) for position in range(self.listed_count))

    def __len__(self) -> int:
        return len(self._chosen) if self._left_out else self.listed_count

    def __iter__(self) -> Iterator[Item]:
        if not self._left_out:
            return self.list_all()
        return (self._get_chosen(position) for position in self._chosen)

    def _choose(self, item: Item, *, chosen: bool) -> None:
        if not (chosen or self._left_out):
            self._left_out = True
            self._chosen.extend(range(self.listed_count))
            everything = (short_fingerprint(each.fingerprint) for each in self.list_all())
            self._payers.update(everything)
        if not (chosen and self._left_out):
            return
        if (key := short_fingerprint(item.fingerprint)) not in self._payers:
            self._payers.add(key)
            if item.shares_payment:
                self._new_payers.add(self.listed_count)
        self._chosen.append(self.listed_count)

    def _get_chosen(self, position: int) -> Item:
        item = self.get(position)
        # Of a part, the first item of a request pays, as the whole list would have paid.
        return replace(item, shares_payment=False) if position in self._new_payers else item

    def get(self, position: int) -> Item:
        """Read the item at POSITION of the whole list, from 0.

        It differs from `Item.index` in a shard.
        """
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
