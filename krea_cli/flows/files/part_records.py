"""Part files with a record in the ledger, and the removal of those that dead processes left."""

import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.errors import LedgerUnusable
from krea_cli.flows.files.part_file import PartFile, open_part, remove_abandoned_part

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.parts import PartRows

RESERVING_SECONDS = 86_400.0  # for which a record without its file may be of a living process


def open_recorded_part(
    path: Path, ledger: "AccountLedger | None", *, request_id: int | None, position: int = 1
) -> PartFile | None:
    """Open the part file at PATH as `open_part` does, with a record in the ledger while it exists.

    The record comes first: a kill in between leaves a record without a file, never the other way
    round. A ledger that fails does not stop it.
    """
    if ledger is None:
        return open_part(path)
    with ExitStack() as held:
        with suppress(LedgerUnusable):
            held.enter_context(ledger.parts.lock(shared=True))
        return _open_and_record(path, ledger.parts, request_id, position)


def _open_and_record(
    path: Path, parts: "PartRows", request_id: int | None, position: int
) -> PartFile | None:
    def forget() -> None:
        with suppress(LedgerUnusable):
            parts.forget(path)

    is_ours = False
    with suppress(LedgerUnusable):
        is_ours = parts.announce(path, request_id, position)
    part_file = None
    try:
        part_file = open_part(path)
    finally:
        if part_file is None and is_ours:
            forget()
    if part_file is None:
        return None
    with suppress(LedgerUnusable):
        parts.record(path, request_id, position, inode=os.fstat(part_file.fd).st_ino)
    part_file.on_release = forget
    return part_file


def remove_abandoned_parts(ledger: "AccountLedger", folder: Path | None = None) -> int:
    """Remove the part files, in FOLDER and below, that no process holds and no request needs.

    A request that was never sent goes with its part file. Only recorded files are touched: one
    beside them may be another ledger's. Returns the number of removed files; 0 while another krea
    opens one. Raises `LedgerUnusable`.
    """
    # A file that is made and not locked yet looks abandoned, and so does its request.
    lock = ledger.parts.lock(shared=False)
    if not lock.try_acquire():
        return 0
    try:
        return _remove_abandoned(ledger, folder)
    finally:
        lock.release()


def _remove_abandoned(ledger: "AccountLedger", folder: Path | None) -> int:
    parts, removed = ledger.parts, 0
    for part in parts.list(folder):
        if part.is_needed:
            continue
        path = Path(part.path)
        is_free = remove_abandoned_part(path, part.inode)
        if is_free is None:  # there is no such file any more
            is_free = part.age > RESERVING_SECONDS
        else:
            removed += is_free
        if not is_free:
            continue
        parts.forget(path)
        if part.request_id is not None and not (part.claim and ledger.is_run_alive(part.claim)):
            parts.discard_unsent(part.request_id)
    return removed
