"""Find the items that are one request: within the list, and in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from krea_cli.flows.batch.check.number_table import NumberTable
from krea_cli.flows.batch.check.shard import Shard
from krea_cli.flows.batch.item import item_fingerprint
from krea_cli.flows.batch.item_store import ItemStore
from krea_cli.local.ledger.request_identity import RequestIdentity
from krea_cli.local.ledger.rows import POSSIBLY_PAID_STATES

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger


@dataclass(frozen=True)
class ItemHashes:
    """The hashes of an item, as `Item` has them.

    key: hash for {key} in its name
    """

    fingerprint: str
    own_fingerprint: str
    shard_fingerprint: str
    key: str
    occurrence: int = 1
    shares_payment: bool = False

    @property
    def item_fields(self) -> dict[str, Any]:
        """The fields of `Item`."""
        values = vars(self).copy()
        del values["key"]
        return values


class SameRequests:
    """Counts equal items in the order of the list, and looks each up in LEDGER, if there is one.

    Equal items with a given seed share one request; without a seed each is another picture.
    STORE holds the items of SHARD so far.
    """

    def __init__(self, ledger: "AccountLedger | None", store: ItemStore, shard: Shard) -> None:
        self._items = ledger.items if ledger and ledger.items.has_any() else None
        self._has_old = self._items is not None and self._items.has_any(old=True)
        self._store = store
        self._shard = shard
        # Made for a hundred thousand items. A payer is a place in the store, or the fingerprint of
        # an item of another share.
        self._occurrences = NumberTable()
        self._old_occurrences = NumberTable()
        self._payers = NumberTable()
        self._other_payers: dict[int, str] = {}

    def next_item(self, identity: RequestIdentity) -> ItemHashes:
        """Return the hashes of the next item, a request of IDENTITY."""
        key = hash((identity.sent_digest, identity.seed))
        occurrence = _count(self._occurrences, key)
        own = item_fingerprint(identity.fingerprint, occurrence)
        old = self._old_fingerprints(identity)
        if identity.seed is None:
            known = self._find(identity, occurrence, old)
            return ItemHashes(known or own, own, own, known or own, occurrence)
        if occurrence > 1:
            return self._next_equal(key, own, old[:1])
        if self._shard.includes(own):
            self._payers[key] = self._store.listed_count
        else:
            self._other_payers[key] = own
        known = self._find(identity, 1, old)
        return ItemHashes(known or own, own, own, known or own)

    def peek(self, identities: Sequence[RequestIdentity]) -> list[str]:
        """Return the fingerprints that `next_item` would give, without counting the items."""
        keys = {hash((identity.sent_digest, identity.seed)) for identity in identities}
        old_keys = {hash(identity.fingerprint) for identity in identities}
        tables = [
            (self._occurrences, keys),
            (self._payers, keys),
            (self._old_occurrences, old_keys),
        ]
        new_keys = keys - self._other_payers.keys()
        before = [(table, key, table.get(key)) for table, names in tables for key in names]
        fingerprints = [self.next_item(identity).fingerprint for identity in identities]
        for table, key, value in before:
            if value is None:
                table.remove(key)
            else:
                table[key] = value
        for key in new_keys:
            self._other_payers.pop(key, None)
        return fingerprints

    def _next_equal(self, key: int, own: str, old: tuple[str, ...]) -> ItemHashes:
        """Hashes of an item that shares the request of an earlier one, its payer."""
        place = self._payers.get(key)
        if place is None or place >= self._store.listed_count:  # the latter after a problem
            shard = self._other_payers.get(key, own)
            return ItemHashes(own, own, shard, own, shares_payment=True)
        payer = self._store.get(place)
        for each in old:
            if self._items and self._items.find_state(each) in POSSIBLY_PAID_STATES:
                # It was paid for by itself.
                return ItemHashes(each, own, payer.own_fingerprint, each)
        return ItemHashes(payer.fingerprint, own, payer.own_fingerprint, own, shares_payment=True)

    def _old_fingerprints(self, identity: RequestIdentity) -> tuple[str, ...]:
        """Fingerprints of the item in older versions: they counted by the raw input."""
        if not self._has_old:
            return ()
        key = hash(identity.fingerprint)
        number = _count(self._old_occurrences, key)
        marked = identity.marked_fingerprint or ""
        return item_fingerprint(identity.fingerprint, number), item_fingerprint(marked, number)

    def _find(self, identity: RequestIdentity, occurrence: int, old: tuple[str, ...]) -> str | None:
        if self._items is None:
            return None
        normal = item_fingerprint(identity.given_digest or "", occurrence)
        return self._items.find_same(identity, occurrence, old=(*old, normal))


def _count(numbers: NumberTable, key: int) -> int:
    """Count KEY once more; return how often that was."""
    number = (numbers.get(key) or 0) + 1
    numbers[key] = number
    return number
