"""The checked items of a batch, on disk."""

from krea_cli.catalog.local_files import LocalFile
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.item_store import Roster


def item(index: int) -> Item:
    """An item with a file in it."""
    return Item(
        line=index,
        index=index,
        model="m",
        kind="image",
        route="/generate/image/m",
        body={"prompt": "a fox", "image_url": LocalFile("a.png")},
        given={"prompt": "a fox", "image_url": "sha256:x"},
        identity="1",
        digest="2" * 64,
        target="{slug}.{ext}",
        price="unknown",
        prints={"a.png": "x"},
    )


def test_what_was_added_comes_back() -> None:
    """In order, and by its place, while others are still read."""
    roster = Roster()
    for index in (1, 2, 3):
        roster.add(item(index))
    assert len(roster) == 3
    assert [each.index for each in roster] == [1, 2, 3]
    assert roster.item(1) == item(2)
    roster.close()
