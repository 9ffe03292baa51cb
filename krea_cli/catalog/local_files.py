"""Local files inside a request: found, shown, and replaced by addresses once uploaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADDRESS_PREFIXES = ("https://", "http://", "data:")


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine inside a request; its address takes its place after the upload."""

    path: str


def is_address(text: str) -> bool:
    """Return True for text that goes into a media field as it is."""
    return text.lower().startswith(ADDRESS_PREFIXES)


def find_local_files(tree: object) -> list[LocalFile]:
    """Return every file in a request body, in order, each once."""
    return list(dict.fromkeys(_walk(tree)))


def _walk(tree: object) -> list[LocalFile]:
    if isinstance(tree, (str, int, float)):  # nearly everything: a batch walks through it often
        return []
    if isinstance(tree, LocalFile):
        return [tree]
    if isinstance(tree, Mapping):
        return [file for value in tree.values() for file in _walk(value)]
    if isinstance(tree, (list, tuple)):
        return [file for value in tree for file in _walk(value)]
    return []


def has_address(tree: object) -> bool:
    """Return True if a text in TREE is the address of a file."""
    if isinstance(tree, str):
        return is_address(tree)
    if isinstance(tree, Mapping):
        return any(map(has_address, tree.values()))
    return isinstance(tree, (list, tuple)) and any(map(has_address, tree))


def replace_local_files(tree: Any, addresses: Mapping[str, str]) -> Any:
    """Copy TREE with every file replaced by its address. Raises KeyError for a file without one.

    addresses: path -> address
    """
    if isinstance(tree, LocalFile):
        return addresses[tree.path]
    if isinstance(tree, Mapping):
        return {key: replace_local_files(value, addresses) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [replace_local_files(value, addresses) for value in tree]
    return tree


def format_local_files(tree: Any) -> Any:
    """Copy TREE with every file as `@path`, the way it is typed: it has no address yet."""
    if isinstance(tree, LocalFile):
        return f"@{tree.path}"
    if isinstance(tree, dict):
        return {key: format_local_files(value) for key, value in tree.items()}
    return [format_local_files(value) for value in tree] if isinstance(tree, list) else tree
