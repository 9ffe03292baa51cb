"""Tell if a file at the path of an item is the item's own: paid for, and no collision."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from krea_cli.flows.batch.check.paths import OutputFolder, OutputPath
from krea_cli.flows.batch.item_elsewhere import list_elsewhere
from krea_cli.flows.files.existing_results import is_numbered
from krea_cli.flows.files.publish import has_hash, hash_file
from krea_cli.flows.files.unchanged import is_unchanged
from krea_cli.flows.generate.identity import VARIANT_KEY
from krea_cli.flows.recipe.recipe import service_item_fingerprint
from krea_cli.flows.recipe.sidecar import read_sidecar, read_sidecar_of, sidecar_path
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.rows import UNDER_WAY_STATES, FileRow

if TYPE_CHECKING:
    from krea_cli.flows.batch.check.contents import AddChangedFile, ContentCheck
    from krea_cli.flows.batch.check.same_requests import ItemHashes
    from krea_cli.flows.batch.item import Item
    from krea_cli.local.ledger.other_ledgers import OtherLedgers
    from krea_cli.local.ledger.request_identity import RequestIdentity


class OtherResult(NamedTuple):
    """A file in the way of an item, by its sidecar the result of another batch item.

    path: as the user would type it
    item: fingerprint of that item, as sidecars have it
    sha256: hash by its sidecar; the file was not read yet
    """

    path: str
    real_path: str
    item: str
    sha256: str


@dataclass(frozen=True)
class FileCheck:
    """The files at the path of an item.

    foreign_file: a file that is not the item's; it must not be replaced
    foreign_row_id: the request that saved the foreign file, if the ledger knows it
    own_file: the finished file of the item; a sidecar proves it
    is_paid: the ledger knows the item as saved, so that to save it again costs nothing
    lost_file: the file of the item, of which only the sidecar is left
    lost_job_id: the job that this sidecar names
    others: files at the path that sidecars call the results of other items
    """

    foreign_file: str | None = None
    foreign_row_id: int | None = None
    own_file: str | None = None
    is_paid: bool = False
    lost_file: str | None = None
    lost_job_id: str | None = None
    others: tuple[OtherResult, ...] = ()


class ExistingFiles:
    """Checks files by the LEDGER, if there is one, and by sidecars for the service at BASE.

    OTHERS are the ledgers of other hosts. CONTENTS reads every file of an item; None reads those
    whose size or time is not as recorded.
    """

    def __init__(
        self,
        ledger: AccountLedger | None,
        base: str,
        others: "OtherLedgers | None" = None,
        *,
        contents: "ContentCheck | None" = None,
    ) -> None:
        self._contents = contents
        self._ledger = ledger
        self._base = base
        self._others = others

    def check(
        self,
        identity: "RequestIdentity",
        hashes: "ItemHashes",
        path: OutputPath,
        given: Mapping[str, Any],
    ) -> FileCheck:
        """Check the files at PATH, for the item with HASHES, a request of IDENTITY.

        GIVEN are its fields as the list has them. What another host has sent is no stranger's: it
        is looked at before it is made. Raises `UsageError` if the folder cannot be listed.
        """
        names = path.existing_names()
        is_open = path.name is None and path.stem is None
        if not names and not (is_open and path.folder.files_by_item):
            # Drawn words may have been others when it was made, and so may its name.
            is_drawn = VARIANT_KEY in given
            if is_drawn and (own_file := self._find_by_item(hashes.fingerprint, path.folder)):
                return FileCheck(own_file=own_file)
            return self._check_lost(identity, hashes, path)
        fingerprint = hashes.fingerprint
        state = self._ledger.items.find_state(fingerprint) if self._ledger else None
        service_fingerprint = self.service_fingerprint(fingerprint)
        if state in UNDER_WAY_STATES:
            return FileCheck(others=_list_others(service_fingerprint, path.folder, names))
        files = self._ledger.items.list_files(fingerprint) if self._ledger else []
        is_saved = state == "saved"
        if is_saved and not files:
            return FileCheck(others=_list_others(service_fingerprint, path.folder, names))
        if is_saved and (self._contents or is_open or self._has_own(files, path.folder, names)):
            return FileCheck()
        candidates = names
        if is_open:
            candidates = path.folder.files_by_item.get(service_fingerprint, [])
        own_file = _find_by_sidecar(service_fingerprint, path.folder, candidates)
        if own_file is not None or not names:
            return FileCheck(own_file=own_file)
        others = _list_others(service_fingerprint, path.folder, names)
        if not is_saved and self._is_elsewhere(identity, hashes):
            return FileCheck(others=others)
        return FileCheck(
            foreign_file=os.path.join(path.folder.typed_path, names[0]),
            foreign_row_id=None if is_saved else self._find_row(path.folder, names[0]),
            is_paid=is_saved,
            others=others,
        )

    def read_contents(self, item: "Item", add_changed: "AddChangedFile") -> None:
        """Give ADD_CHANGED each file of ITEM with other bytes, if contents are checked."""
        if self._contents:
            self._contents.check(item, add_changed)

    def _find_by_item(self, fingerprint: str, folder: OutputFolder) -> str | None:
        """Find the file of an item that the ledger does not know, under whatever name."""
        if self.is_begun(fingerprint):
            return None
        service_fingerprint = self.service_fingerprint(fingerprint)
        names = folder.files_by_item.get(service_fingerprint, [])
        return _find_by_sidecar(service_fingerprint, folder, names)

    def _check_lost(
        self, identity: "RequestIdentity", hashes: "ItemHashes", path: OutputPath
    ) -> FileCheck:
        """Check if the sidecar of a missing file at PATH names the job of the item.

        The item was paid for then, although no ledger at hand knows it.
        """
        folder, name = path.folder, path.name or path.folder.lost_names.get(path.stem or "")
        if not name or sidecar_path(Path(name)).name not in folder.names:
            return FileCheck()
        recipe = read_sidecar_of(Path(folder.real_path, name))
        service_fingerprint = self.service_fingerprint(hashes.fingerprint)
        if recipe is None or recipe.item != service_fingerprint or recipe.job_id is None:
            return FileCheck()
        if self.is_begun(hashes.fingerprint) or self._is_elsewhere(identity, hashes):
            return FileCheck()
        typed_path = os.path.join(folder.typed_path, name)
        return FileCheck(lost_file=typed_path, lost_job_id=recipe.job_id)

    def _is_elsewhere(self, identity: "RequestIdentity", hashes: "ItemHashes") -> bool:
        """Tell if another host knows the item."""
        own, occurrence = hashes.own_fingerprint, hashes.occurrence
        return self._others is not None and bool(
            list_elsewhere(self._others, identity, occurrence, own_fingerprint=own)
        )

    def service_fingerprint(self, fingerprint: str) -> str:
        """Return the FINGERPRINT of an item as sidecars have it."""
        return service_item_fingerprint(self._base, fingerprint)

    def list_owners(self, sha256: str) -> list[str]:
        """List the fingerprints of the items that the ledger knows to have saved such bytes."""
        owners = self._ledger.files.list_owners(sha256) if self._ledger else []
        return [owner.item_fingerprint for owner in owners if owner.item_fingerprint]

    def has_job(self, job_id: str) -> bool:
        """Tell if the ledger knows a job, of whatever request and account."""
        return bool(self._ledger and self._ledger.ownership.find_owner(job_id))

    def is_begun(self, fingerprint: str) -> bool:
        """Tell if the item was made, or is under way: its name was chosen then."""
        state = self._ledger.items.find_state(fingerprint) if self._ledger else None
        return state == "saved" or state in UNDER_WAY_STATES

    def _has_own(self, files: list[FileRow], folder: OutputFolder, names: list[str]) -> bool:
        """Tell if one of the files NAMES is of the item, which saved FILES, or was edited since.

        A file that holds the result of another request is not. A result beside its taken name is
        in its place.
        """
        for name in names:
            path = Path(folder.real_path, name)
            if any(is_unchanged(file, path) for file in files):
                return True
            with suppress(OSError):
                sha256 = hash_file(path)
                if any(file.sha256 == sha256 for file in files):
                    return True
                places = (os.path.realpath(file.path) for file in files)
                if os.path.realpath(path) in places and not self._is_known(sha256):
                    return True
        first = [file for file in files if file.index == min(each.index for each in files)]
        return any(
            is_numbered(Path(os.path.realpath(file.path)), Path(folder.real_path, name))
            and is_unchanged(file)
            for name in names
            for file in first
        )

    def _find_row(self, folder: OutputFolder, name: str) -> int | None:
        """Return the request that the ledger knows to have saved the file NAME."""
        path = os.path.realpath(os.path.join(folder.real_path, name))
        row = self._ledger.history.find_by_path(path) if self._ledger else None
        return row.id if row else None

    def _is_known(self, sha256: str) -> bool:
        """Tell if the ledger has a result with that content."""
        return bool(self._ledger and self._ledger.files.list_owners(sha256))


def _find_by_sidecar(fingerprint: str, folder: OutputFolder, names: list[str]) -> str | None:
    """Find the file among NAMES with a sidecar of the item, and unchanged since."""
    for name in names:
        path = Path(folder.real_path, name)
        recipe = read_sidecar(path)
        if recipe is None or recipe.item != fingerprint or recipe.sha256 is None:
            continue
        if has_hash(path, recipe.sha256):
            return os.path.join(folder.typed_path, name)
    return None


def _list_others(
    fingerprint: str, folder: OutputFolder, names: list[str]
) -> tuple[OtherResult, ...]:
    """List the files NAMES with a sidecar of any other item than that of FINGERPRINT."""
    others = []
    for name in names:
        path = Path(folder.real_path, name)
        recipe = read_sidecar_of(path)
        if recipe and recipe.item and recipe.sha256 and recipe.item != fingerprint:
            typed_path = os.path.join(folder.typed_path, name)
            others.append(OtherResult(typed_path, str(path), recipe.item, recipe.sha256))
    return tuple(others)
