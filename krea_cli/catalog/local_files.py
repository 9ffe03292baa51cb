"""Local files inside a request: found, shown, and replaced by addresses once uploaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ADDRESS_PREFIXES = ("https://", "http://", "data:")
# Of nearly all values: a batch has a million of them, and walks through them often.
LEAF_TYPES = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine inside a request; its address takes its place after the upload."""

    path: str


def is_address(text: str) -> bool:
    """Return True for text that goes into a media field as it is."""
    return text.lower().startswith(ADDRESS_PREFIXES)


def leaves(tree: object) -> list[Any]:
    """Return the values in TREE, at any depth, that are neither objects nor arrays, in order."""
    if type(tree) in LEAF_TYPES:
        return [tree]
    if isinstance(tree, Mapping):
        return [leaf for value in tree.values() for leaf in leaves(value)]
    if isinstance(tree, (list, tuple)):
        return [leaf for value in tree for leaf in leaves(value)]
    return [tree]


def map_leaves(tree: Any, change: Callable[[Any], Any]) -> Any:
    """Copy TREE with each of its `leaves` as CHANGE returns it."""
    if type(tree) in LEAF_TYPES:
        return change(tree)
    if isinstance(tree, Mapping):
        return {key: map_leaves(value, change) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [map_leaves(value, change) for value in tree]
    return change(tree)


def find_local_files(tree: object) -> list[LocalFile]:
    """Return every file in a request body, in order, each once."""
    return list(dict.fromkeys(leaf for leaf in leaves(tree) if isinstance(leaf, LocalFile)))


def has_address(tree: object) -> bool:
    """Return True if a text in TREE is the address of a file."""
    return any(isinstance(leaf, str) and is_address(leaf) for leaf in leaves(tree))


def replace_local_files(tree: Any, addresses: Mapping[str, str]) -> Any:
    """Copy TREE with every file replaced by its address. Raises KeyError for a file without one.

    addresses: path -> address
    """
    return map_leaves(
        tree, lambda leaf: addresses[leaf.path] if isinstance(leaf, LocalFile) else leaf
    )


def format_local_files(tree: Any) -> Any:
    """Copy TREE with every file as `@path`, the way it is typed: it has no address yet."""
    return map_leaves(tree, lambda leaf: f"@{leaf.path}" if isinstance(leaf, LocalFile) else leaf)
