"""The checked items of a batch, on disk."""

from krea_cli.catalog.local_files import LocalFile
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.item_store import ItemStore


def make_item(index: int) -> Item:
    """An item with a local file."""
    return Item(
        line=index,
        index=index,
        model="m",
        kind="image",
        route="/generate/image/m",
        body={"prompt": "a fox", "image_url": LocalFile("a.png")},
        given={"prompt": "a fox", "image_url": "sha256:x"},
        fingerprint="2" * 64,
        own_fingerprint="2" * 64,
        shard_fingerprint="2" * 64,
        target="{slug}.{ext}",
        price="unknown",
        file_hashes={"a.png": "x"},
    )


def test_items_are_read_back() -> None:
    """Items are read in order, and by position."""
    store = ItemStore()
    for index in (1, 2, 3):
        store.add(make_item(index))
    assert len(store) == 3
    assert [each.index for each in store] == [1, 2, 3]
    assert store.get(1) == make_item(2)
    store.close()
