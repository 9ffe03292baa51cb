"""Local files inside a request."""

from krea_cli.catalog.local_files import (
    LocalFile,
    find_local_files,
    format_local_files,
    replace_local_files,
)


def test_files_are_found_once_shown_and_replaced_everywhere() -> None:
    """Each file of a body is found once, shown as typed, and replaced by its address."""
    one, two = LocalFile("a.png"), LocalFile("b.png")
    tree = {"image_url": one, "styles": [{"url": two, "strength": 1}, {"url": one}], "seed": 3}
    assert find_local_files(tree) == [one, two]
    assert format_local_files(tree) == {
        "image_url": "@a.png",
        "styles": [{"url": "@b.png", "strength": 1}, {"url": "@a.png"}],
        "seed": 3,
    }
    assert replace_local_files(tree, {"a.png": "https://a", "b.png": "https://b"}) == {
        "image_url": "https://a",
        "styles": [{"url": "https://b", "strength": 1}, {"url": "https://a"}],
        "seed": 3,
    }
