"""What the items of a batch have taken so far: the same request again, and the same name."""

from krea_cli.flows.batch.checking.places import Place
from krea_cli.flows.batch.item import digest_of


class Register:
    """Counts equal items in the order of the file, and gives each name once."""

    def __init__(self) -> None:
        # A hundred thousand items are to fit: sixteen bytes of a digest, and numbers.
        self._equals: dict[bytes, int] = {}
        self._lines: dict[int, int] = {}

    def digest(self, identity: str) -> str:
        """The digest of the next item with that IDENTITY."""
        key = bytes.fromhex(identity)[:16]
        occurrence = self._equals[key] = self._equals.get(key, 0) + 1
        return digest_of(identity, occurrence)

    def holder(self, place: Place) -> int | None:
        """The line of the item that has PLACE already; None if it is free."""
        return None if place.unique else self._lines.get(place.mark)

    def take(self, place: Place, line: int) -> None:
        """Let an item of LINE have PLACE."""
        if not place.unique:
            self._lines[place.mark] = line
