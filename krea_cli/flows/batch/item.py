"""One job of a batch, as it stands in the file and is known by."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

KEY_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Item:
    """A checked request of a batch: only a drawn seed and the addresses of its files are missing.

    `line` is where it stands in the file and `index` its place among all items, both from 1; it is
    the `n`-th of the `count` jobs that its line makes, or of those under the same name, where that
    is exact: `Target` numbers them. `body` is what is sent, with `LocalFile`s
    and without a drawn seed; `given` what the user gave, with `sha256:…` for files, whose `prints`
    are path -> sha256. `identity` is the digest of model and `given`, `digest` that of both and of
    the occurrence among equal items. `target` is its `-o`: a template of which only {seed},
    {job_id}, {ext} and {date} may be left. `cost` is in millionths of a dollar, None if unknown.
    `found` is a finished file of another machine that its sidecar proves to be this item's.
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
    identity: str = field(repr=False)
    digest: str = field(repr=False)
    target: str
    price: str
    cost: int | None = None
    prints: dict[str, str] = field(default_factory=dict, repr=False)
    found: str | None = None

    @property
    def key(self) -> str:
        """What stands for {key} in a name."""
        return self.digest[:KEY_DIGITS]


def digest_of(identity: str, occurrence: int) -> str:
    """What the OCCURRENCE-th (from 1) of equal items is known by, as sha256 in hex."""
    return hashlib.sha256(f"{identity}#{occurrence}".encode()).hexdigest()
