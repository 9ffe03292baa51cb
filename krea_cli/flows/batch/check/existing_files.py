"""Whether what stands in an item's place is the item's own: paid for, and no collision."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from krea_cli.flows.batch.check.paths import Place
from krea_cli.flows.files.publish import digest as print_of
from krea_cli.flows.files.publish import holds
from krea_cli.flows.recipe.recipe import seal
from krea_cli.flows.recipe.sidecar import read_sidecar
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.rows import UNDER_WAY


@dataclass(frozen=True)
class Judgement:
    """Whether an item may have its place: not where the file `taken` stands.

    `found` is the finished file that a sidecar proves. `paid` says that the ledger knows the item
    as saved, so that making it once more costs nothing.
    """

    taken: str | None = None
    found: str | None = None
    paid: bool = False


class Evidence:
    """What the ledger BOOK (None: there is none) and sidecars of the service at BASE say."""

    def __init__(self, ledger: AccountLedger | None, base: str) -> None:
        self._ledger = ledger
        self._base = base

    def judge(self, digest: str, place: Place) -> Judgement:
        """Whether the item DIGEST may have PLACE. Raises `UsageError` where nobody may look."""
        there = place.there()
        waits = place.name is None and place.stem is None
        if not there and not (waits and place.folder.sealed):
            return Judgement()
        state = self._ledger.items.state(digest) if self._ledger else None
        if state in UNDER_WAY:
            return Judgement()
        if state == "saved" and (waits or self._saved_there(digest, place, there)):
            return Judgement()
        found = self._sealed(digest, place, there, waits=waits)
        if found is not None or not there:
            return Judgement(found=found)
        return Judgement(taken=os.path.join(place.folder.typed, there[0]), paid=state == "saved")

    def _saved_there(self, digest: str, place: Place, there: list[str]) -> bool:
        """Whether the ledger knows one of the files THERE, by its name or by its content."""
        made = self._ledger.items.files(digest) if self._ledger else []
        paths, prints = {path for path, _ in made}, {sha256 for _, sha256 in made}
        for name in there:
            path = os.path.join(place.folder.real, name)
            if path in paths or os.path.realpath(path) in paths:
                return True
            with suppress(OSError):
                if print_of(Path(path)) in prints:
                    return True
        return False

    def _sealed(self, digest: str, place: Place, there: list[str], *, waits: bool) -> str | None:
        """The file whose sidecar carries the item's seal, unchanged since."""
        wanted = seal(self._base, digest)
        names = [place.folder.sealed.get(wanted)] if waits else there
        for name in filter(None, names):
            path = Path(place.folder.real, name)
            recipe = read_sidecar(path)
            if recipe is None or recipe.item != wanted or recipe.sha256 is None:
                continue
            if holds(path, recipe.sha256):
                return os.path.join(place.folder.typed, name)
        return None
