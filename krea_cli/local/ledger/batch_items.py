"""The items of batches: each claimed by one run at a time, whatever file it came from."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.rows import FAILED, UNFINISHED, Draft, Row, stored
from krea_cli.local.ledger.scope import OURS, Scope


@dataclass(frozen=True)
class Claimed:
    """The request of an item, and whether it is OURS to carry on now.

    Else it is over, or another run that is alive is at it.
    """

    row: Row
    ours: bool


class Items:
    """What the ledger knows of the items of batches. Raises LedgerUnusable."""

    def __init__(self, ledger: AccountLedger, scope: Scope) -> None:
        self._ledger = ledger
        self._scope = scope

    def latest(self, digest: str) -> Row | None:
        """The newest request of an item; None if it was never put down, or forgotten since."""
        row = self._scope.first("item = ? ORDER BY id DESC", (digest,))
        return None if row and row.state == "forgotten" else row

    def state(self, digest: str) -> str | None:
        """The state of that request."""
        found = self._scope.database.rows(
            f"SELECT state FROM requests WHERE {OURS} AND item = ? ORDER BY id DESC LIMIT 1",
            (*self._scope.values, digest),
        )
        state = str(found[0][0]) if found else None
        return None if state == "forgotten" else state

    def files(self, digest: str) -> list[tuple[str, str]]:
        """Path and sha256 of every file that the newest request of an item has made."""
        found = self._scope.database.rows(
            "SELECT path, sha256 FROM files WHERE request_id ="
            f" (SELECT id FROM requests WHERE {OURS} AND item = ? ORDER BY id DESC LIMIT 1)",
            (*self._scope.values, digest),
        )
        return [(os.fsdecode(path), str(sha256)) for path, sha256 in found]

    def release(self, digest: str, run: str) -> None:
        """RUN is done with the item, as far as it can be: another one may go on with it."""
        self._scope.database.write(
            f"UPDATE requests SET claim = NULL WHERE {OURS} AND item = ? AND claim = ?",
            (*self._scope.values, digest, run),
        )

    def claim(
        self,
        digest: str,
        run: str,
        *,
        draft: Draft | None,
        target: str | None,
        label: str,
        alive: Callable[[str], bool],
        retry: bool,
    ) -> Claimed | None:
        """The request of an item; ours under the name RUN, unless it is over or another's.

        DRAFT is put down where there is none, or, with RETRY, one that failed; None (the answer)
        where there is neither. One that was never sent gives way to DRAFT, which is made by the
        options of today. ALIVE tells of a run whether its process lives. An unfinished request
        goes to TARGET from now on, and one that was not sent belongs to the batch LABEL: what it
        costs is spent there. Of two processes that ask at once one gets it.
        """
        with self._ledger.transaction():
            row = self.latest(digest)
            if row is None or (retry and row.state in FAILED):
                return Claimed(self._ledger.begin(draft), ours=True) if draft else None
            if row.state not in UNFINISHED:
                return Claimed(row, ours=False)
            if row.claim not in (None, run) and alive(row.claim or ""):
                return Claimed(row, ours=False)
            if draft and row.state == "checked" and (row.part, row.replaces) == (None, None):
                # The same row, so that what a dead process reserved for it is found again.
                self._ledger.move(row.id, ("checked",), "checked", **stored(draft))
                return Claimed(self._ledger.row(row.id), ours=True)
            self._scope.database.write(
                "UPDATE requests SET claim = ?, target = ?,"
                " batch = CASE state WHEN 'checked' THEN ? ELSE batch END"
                f" WHERE id = ? AND {OURS}",
                (run, target, label, row.id, *self._scope.values),
            )
            return Claimed(self._ledger.row(row.id), ours=True)
