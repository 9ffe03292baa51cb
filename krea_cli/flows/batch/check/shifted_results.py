"""Find the results of items under the names of other items, where only sidecars know them.

They are met where names were exchanged or shifted, and the ledger is another one.
"""

import os
from array import array
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from krea_cli.flows.batch.check.existing_files import ExistingFiles, FileCheck, OtherResult
from krea_cli.flows.batch.check.paths import OutputFolder
from krea_cli.flows.batch.check.problems import Problems
from krea_cli.flows.batch.check.same_requests import ItemHashes
from krea_cli.flows.batch.check.shard import Shard
from krea_cli.flows.batch.item_store import FoundResult, ItemStore, short_fingerprint
from krea_cli.flows.files.publish import has_hash
from krea_cli.flows.recipe.recipe import Recipe
from krea_cli.flows.recipe.sidecar import read_sidecar_of

HASH_BYTES = 32  # of sha256


class _Conflict(NamedTuple):
    """The files at the path of an item of LINE; `is_ours`: it is in our share."""

    line: int
    fingerprint: str
    check: FileCheck
    is_ours: bool


class _ListedItems:
    """The line and the fingerprint of each item, and whether it has no file; in little memory."""

    def __init__(self) -> None:
        self._lines = array("L")
        self._hashes = bytearray()
        self._odd: dict[int, str] = {}  # fingerprints that are no hashes, by place
        self._missing = bytearray()

    def add(self, line: int, fingerprint: str, *, is_missing: bool) -> None:
        try:
            digest = bytes.fromhex(fingerprint)
        except ValueError:
            digest = b""
        if len(digest) != HASH_BYTES or digest.hex() != fingerprint:  # of a damaged ledger
            self._odd[len(self._lines)] = fingerprint
            digest = bytes(HASH_BYTES)
        self._lines.append(line)
        self._hashes += digest
        self._missing.append(is_missing)

    def __iter__(self) -> Iterator[tuple[int, str, bool]]:
        for place, line in enumerate(self._lines):
            start = place * HASH_BYTES
            own = self._hashes[start : start + HASH_BYTES].hex()
            yield line, self._odd.get(place, own), bool(self._missing[place])


class ShiftedResults:
    """Collects the items of a list and the files in their way, for STORE with those of SHARD.

    FORCE: the run may overwrite files. EMBED: it writes recipes into files, and the ledger must
    know those.
    """

    def __init__(
        self,
        existing_files: ExistingFiles,
        store: ItemStore,
        shard: Shard,
        *,
        force: bool,
        embed: bool,
    ) -> None:
        self._existing_files = existing_files
        self._store = store
        self._shard = shard
        self._force = force
        self._embed = embed
        self._items = _ListedItems()
        self._conflicts: list[_Conflict] = []

    def add(self, line: int, hashes: ItemHashes, check: FileCheck) -> None:
        """Add an item of LINE, with the CHECK of its path."""
        fingerprint = hashes.fingerprint
        if self._force:
            self._store.listed.add(short_fingerprint(fingerprint))
        is_ours = self._shard.includes(hashes.shard_fingerprint)
        is_missing = is_ours and (self._embed or check.own_file is None)
        self._items.add(line, fingerprint, is_missing=is_missing)
        if check.others if self._force else check.foreign_file:
            self._conflicts.append(_Conflict(line, fingerprint, check, is_ours))

    def finish(self, folders: Iterable[OutputFolder], problems: Problems) -> None:
        """Find the results of missing items in FOLDERS; add the files that stop the batch.

        With --force, those are the ones that would be lost.
        """
        if (
            self._force
            or self._embed
            or any(any(self._list_owned(each.check)) for each in self._conflicts)
        ):
            self._find(folders)
        results = self._store.found.values()
        found = {os.path.realpath(path) for result in results for path in result.paths}
        for line, fingerprint, check, is_ours in self._conflicts:
            owned = list(self._list_owned(check))
            lost = [each for each in owned if not self._is_safe(each[0], found)]
            for other, owner_line in lost:
                is_shard = self._shard.count > 1
                problems.add_result_to_lose(line, other.path, owner_line, is_shard=is_shard)
            if not (self._force or lost):
                is_found = short_fingerprint(fingerprint) in self._store.found
                is_paid = not is_ours or is_found or self._existing_files.is_begun(fingerprint)
                owner = (owned[0][0].path, owned[0][1]) if owned else None
                problems.add_existing_file(line, check, owner, is_paid=is_paid)

    @cached_property
    def _lines(self) -> dict[bytes, int]:
        """The line of each item, by its short fingerprint as sidecars have it."""
        lines: dict[bytes, int] = {}
        for line, fingerprint, _ in self._items:
            lines.setdefault(self._sidecar_key(fingerprint), line)
        return lines

    def _sidecar_key(self, fingerprint: str) -> bytes:
        return short_fingerprint(self._existing_files.service_fingerprint(fingerprint))

    def _list_owned(self, check: FileCheck) -> Iterator[tuple[OtherResult, int]]:
        """Yield the unchanged results of other items of the list in CHECK, with their line."""
        for other in check.others:
            line = self._lines.get(short_fingerprint(other.item))
            if line is not None and has_hash(Path(other.real_path), other.sha256):
                yield other, line

    def _is_safe(self, other: OtherResult, found: set[str]) -> bool:
        """Tell if --force keeps OTHER: it is FOUND, or the ledger has it for an item."""
        if os.path.realpath(other.real_path) in found:
            return True
        files = self._existing_files
        owners = map(files.service_fingerprint, files.list_owners(other.sha256))
        return any(short_fingerprint(owner) in self._lines for owner in owners)

    def _find(self, folders: Iterable[OutputFolder]) -> None:
        """Find the results of items without a file and a request, in FOLDERS."""
        is_begun = self._existing_files.is_begun
        missing = {
            self._sidecar_key(fingerprint): fingerprint
            for _, fingerprint, is_missing in self._items
            if is_missing and not is_begun(fingerprint)
        }
        if not missing:
            return
        paths: dict[bytes, list[str]] = {}
        for folder in folders:
            for item, names in folder.files_by_item.items():
                if (key := short_fingerprint(item)) in missing:
                    found = [os.path.join(folder.real_path, name) for name in names]
                    paths.setdefault(key, []).extend(found)
        for key, candidates in paths.items():
            if result := self._prove(dict.fromkeys(candidates)):
                self._store.found[short_fingerprint(missing[key])] = result

    def _prove(self, paths: Iterable[str]) -> FoundResult | None:
        """Return the unchanged files among PATHS, all of one item and the job of the first."""
        job_id, proven = None, list[str]()
        for path in paths:
            recipe = read_sidecar_of(Path(path))
            if recipe and _is_proven(recipe, path) and recipe.job_id == (job_id or recipe.job_id):
                job_id = recipe.job_id
                proven.append(path)
        if job_id is None or self._existing_files.has_job(job_id):
            return None
        return FoundResult(job_id, tuple(proven))


def _is_proven(recipe: Recipe, path: str) -> bool:
    return bool(recipe.job_id and recipe.sha256 and has_hash(Path(path), recipe.sha256))
