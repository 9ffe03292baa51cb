"""--shard: a fixed share of the items, the same on every machine."""

import re
from dataclasses import dataclass

from krea_cli.errors import UsageError

HINT = "--shard 1/4, … --shard 4/4, one on each of four machines"
MOST = 100_000


@dataclass(frozen=True)
class Shard:
    """The NUMBER-th of COUNT shares, from 1."""

    number: int = 1
    count: int = 1

    def has(self, digest: str) -> bool:
        """Whether the item DIGEST belongs to it: by content alone, wherever it stands."""
        return self.count == 1 or int(digest, 16) % self.count == self.number - 1


def parse_shard(text: str) -> Shard:
    """The shard that `I/N` names. Raises `UsageError`."""
    match = re.fullmatch(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*", text)
    if match is None:
        raise UsageError(f"--shard {text}: written as I/N, or auto", hint=HINT)
    number, count = int(match[1]), int(match[2])
    if not 1 <= count <= MOST or not 1 <= number <= count:
        raise UsageError(f"--shard {text}: I goes from 1 to N", hint=HINT)
    return Shard(number, count)
