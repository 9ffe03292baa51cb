"""An item: one job of a batch."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

KEY_DIGITS = 6  # of the fingerprint


@dataclass(frozen=True, kw_only=True)
class Item:
    """A checked request of a batch: only a drawn seed and the addresses of its files are missing.

    line: its line in the list, from 1
    index: its place among all items, from 1
    n: number among the jobs of its line, from 1. With an exact name: number among the items of that
        name.
    body: the fields to send, with `LocalFile`s, and without a drawn seed
    given: the fields that the user gave, with `sha256:…` for files
    request_fingerprint: hash of the model and `given`
    fingerprint: hash of `request_fingerprint` and the item's number among equal items
    target: its -o: a template with no more placeholders than {seed}, {job_id}, {ext} and {date}
    price: text for the user
    cost: in millionths of a dollar; None if unknown
    file_hashes: sha256 of each local file, by its path
    existing_file: a finished file of another machine; its sidecar proves that it is this item's
    """

    line: int
    index: int
    n: int = 1
    count: int = 1
    model: str
    kind: str
    route: str
    body: dict[str, Any] = field(repr=False)
    given: dict[str, Any] = field(repr=False)
    prompt: str | None = None
    request_fingerprint: str = field(repr=False)
    fingerprint: str = field(repr=False)
    target: str
    price: str
    cost: int | None = None
    file_hashes: dict[str, str] = field(default_factory=dict, repr=False)
    existing_file: str | None = None

    @property
    def key(self) -> str:
        """The value of {key} in a name."""
        return self.fingerprint[:KEY_DIGITS]


def item_fingerprint(request_fingerprint: str, occurrence: int) -> str:
    """Fingerprint, sha256 in hex, of the OCCURRENCE-th (from 1) of equal items."""
    return hashlib.sha256(f"{request_fingerprint}#{occurrence}".encode()).hexdigest()
