"""An item: one job of a batch."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

KEY_DIGITS = 6  # of a fingerprint, in a name


@dataclass(frozen=True, kw_only=True)
class Item:
    """A checked request of a batch: only a drawn seed and the addresses of its files are missing.

    line: its line in the list, from 1
    index: its place among all items, from 1
    n: number among the jobs of its line, from 1. With an exact name: number among the items of that
        name.
    body: the fields to send, with `LocalFile`s, and without a drawn seed
    given: the fields that the user gave, with `sha256:…` for files
    old_names: today's name -> the old name that the user wrote
    fingerprint: key of its request in the ledger, perhaps that of an equal item
    own_fingerprint: hash of the model, `given` and `occurrence`
    shard_fingerprint: hash for its share; items with one request have one
    occurrence: number of its request among those of equal items, from 1
    shares_payment: True if an earlier item of the list has and pays the request
    target: its -o: a template with no more placeholders than {seed}, {job_id}, {ext} and {date}
    price: text for the user
    cost: in millionths of a dollar; None if unknown, or about
    about: the price where no cost is sure, in millionths of a dollar; None if unknown
    unclear: the dimensions of the price that counted at their highest
    file_hashes: sha256 of each local file, by its path
    tags: see `Line.tags`; None takes the tag away from its request
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
    old_names: dict[str, str] = field(default_factory=dict, repr=False)
    fingerprint: str = field(repr=False)
    own_fingerprint: str = field(repr=False)
    shard_fingerprint: str = field(repr=False)
    occurrence: int = 1
    shares_payment: bool = False
    target: str
    price: str
    cost: int | None = None
    about: int | None = None
    unclear: tuple[str, ...] = ()
    file_hashes: dict[str, str] = field(default_factory=dict, repr=False)
    existing_file: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict, repr=False)


def item_fingerprint(request_fingerprint: str, occurrence: int) -> str:
    """Fingerprint, sha256 in hex, of the OCCURRENCE-th (from 1) of equal items."""
    return hashlib.sha256(f"{request_fingerprint}#{occurrence}".encode()).hexdigest()
