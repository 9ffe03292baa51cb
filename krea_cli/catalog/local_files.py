"""Local files where a model wants an address: found in a request, and replaced once uploaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADDRESSES = ("https://", "http://", "data:")


@dataclass(frozen=True)
class LocalFile:
    """A file of this machine inside a request; its address takes its place after the upload."""

    path: str


def is_address(text: str) -> bool:
    """True for what goes into a media field as it is."""
    return text.lower().startswith(ADDRESSES)


def local_files(tree: object) -> list[LocalFile]:
    """Every file in a request body, in order, each once."""
    return list(dict.fromkeys(_walk(tree)))


def _walk(tree: object) -> list[LocalFile]:
    if isinstance(tree, (str, int, float)):  # nearly everything: a batch walks through it often
        return []
    if isinstance(tree, LocalFile):
        return [tree]
    if isinstance(tree, Mapping):
        return [found for value in tree.values() for found in _walk(value)]
    if isinstance(tree, (list, tuple)):
        return [found for value in tree for found in _walk(value)]
    return []


def replaced(tree: Any, addresses: Mapping[str, str]) -> Any:
    """TREE with every file replaced by its address. Raises KeyError for a file without one."""
    if isinstance(tree, LocalFile):
        return addresses[tree.path]
    if isinstance(tree, Mapping):
        return {key: replaced(value, addresses) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [replaced(value, addresses) for value in tree]
    return tree


def show_files(tree: Any) -> Any:
    """Copy TREE with each local file as `@path`: it has no address before it is uploaded."""
    if isinstance(tree, LocalFile):
        return f"@{tree.path}"
    if isinstance(tree, dict):
        return {key: show_files(value) for key, value in tree.items()}
    return [show_files(value) for value in tree] if isinstance(tree, list) else tree
