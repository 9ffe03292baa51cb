"""Shards: fixed shares of the items, equal on every machine."""

import re
from dataclasses import dataclass

from krea_cli.errors import UsageError

SHARD_HINT = "--shard 1/4, … --shard 4/4, one on each of four machines"
MAX_SHARDS = 100_000


@dataclass(frozen=True)
class Shard:
    """The NUMBER-th (from 1) of COUNT shares."""

    number: int = 1
    count: int = 1

    def includes(self, fingerprint: str) -> bool:
        """Tell if the item with FINGERPRINT belongs to it, at any place in the list."""
        return self.count == 1 or int(fingerprint, 16) % self.count == self.number - 1


def parse_shard(text: str) -> Shard:
    """Read a shard from `I/N`. Raises `UsageError`."""
    match = re.fullmatch(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*", text)
    if match is None:
        raise UsageError(f"--shard {text}: must be I/N or auto", hint=SHARD_HINT)
    number, count = int(match[1]), int(match[2])
    if not 1 <= count <= MAX_SHARDS or not 1 <= number <= count:
        raise UsageError(f"--shard {text}: I goes from 1 to N", hint=SHARD_HINT)
    return Shard(number, count)
