"""Take the tags of a list over into the ledger, for items that have a request already."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.item_store import ItemStore

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger

CHUNK_ITEMS = 5000  # kept in memory


def take_over_tags(items: ItemStore, ledger: "AccountLedger") -> None:
    """Record the tags of ITEMS for their requests in LEDGER, done or not; nothing is sent.

    A request of several items has the tags of the paying one. Raises LedgerUnusable.
    """
    if not items.have_tags:
        return
    remaining = _list_tagged(items)
    while chunk := list(islice(remaining, CHUNK_ITEMS)):
        ledger.tags.change_items({item.fingerprint: item.tags for item in chunk})


def _list_tagged(items: ItemStore) -> Iterator[Item]:
    return (item for item in items if item.tags and not item.shares_payment)
