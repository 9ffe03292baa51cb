"""The items of batches: one run at a time claims an item, whatever list it came from."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from krea_cli.local.ledger.batch_runs import is_of_batch
from krea_cli.local.ledger.keys import Keys
from krea_cli.local.ledger.request_identity import HAS_DIGEST, RequestIdentity
from krea_cli.local.ledger.request_rows import RequestRows
from krea_cli.local.ledger.rows import (
    FAILED_STATES,
    FILE_COLUMNS,
    POSSIBLY_PAID_STATES,
    UNFINISHED_STATES,
    FileRow,
    RequestDraft,
    RequestRow,
    parse_file_row,
    to_columns,
)
from krea_cli.local.ledger.scope import Scope
from krea_cli.local.ledger.spending import SHARE_SEPARATOR


@dataclass(frozen=True)
class ItemClaim:
    """The answer to a claim of an item.

    row: the item's request
    ours: True if it is ours to carry on; else it is over, or belongs to another run
    """

    row: RequestRow
    ours: bool


class BatchItems:
    """The requests of batches, by the fingerprint of their item. Raises LedgerUnusable."""

    def __init__(self, requests: RequestRows, keys: Keys, scope: Scope) -> None:
        self._requests = requests
        self._keys = keys
        self._scope = scope
        # Items whose equal another process inserted after they were checked, with its fingerprint.
        self._joined: dict[str, str] = {}

    def has_any(self, *, old: bool = False) -> bool:
        """Tell if there are requests of items; OLD: some that an older version made."""
        condition = "item IS NOT NULL" + (" AND given_digest IS NULL" if old else "")
        return bool(
            self._scope.database.query(
                f"SELECT 1 FROM requests WHERE {self._scope.condition} AND {condition} LIMIT 1",
                self._scope.values,
            )
        )

    def find_same(
        self, identity: RequestIdentity, occurrence: int, *, old: tuple[str, ...] = ()
    ) -> str | None:
        """Return the item of a request that is the same, or None; a paid one goes before others.

        OCCURRENCE is its number among equal items. OLD are its possible fingerprints in rows
        of older versions, without digests.
        """
        first = (*old, "")[0]
        is_same = f"{HAS_DIGEST} AND occurrence = ?"
        if old:  # for an empty list SQLite would read the items of all batches
            marks = ", ".join("?" for _ in old)
            is_same = f"({is_same}) OR (given_digest IS NULL AND item IN ({marks}))"
        rows = self._scope.database.query(
            f"SELECT item FROM requests WHERE {self._scope.condition} AND item IS NOT NULL"
            f" AND ({is_same})"
            f" ORDER BY given_digest IS NULL, CASE WHEN state IN {POSSIBLY_PAID_STATES} THEN 0"
            " WHEN state IN ('checked', 'forgotten') THEN 2 ELSE 1 END, item != ?, id DESC LIMIT 1",
            (*self._scope.values, *identity.digests, occurrence, *old, first),
        )
        return str(rows[0][0]) if rows else None

    def find_prompt(self, given_digest: str) -> str | None:
        """Return the prompt of a paid item with the input of that digest; None without one."""
        rows = self._scope.database.query(
            f"SELECT prompt FROM requests WHERE {self._scope.condition} AND given_digest = ?"
            f" AND item IS NOT NULL AND state IN {POSSIBLY_PAID_STATES} ORDER BY id LIMIT 1",
            (*self._scope.values, given_digest),
        )
        return None if not rows or rows[0][0] is None else str(rows[0][0])

    def find_latest(self, item_fingerprint: str) -> RequestRow | None:
        """Return the newest request of an item; None if there is none, or it was forgotten."""
        item = self._joined.get(item_fingerprint, item_fingerprint)
        row = self._scope.find_first("item = ? ORDER BY id DESC", (item,))
        return None if row and row.state == "forgotten" else row

    def find_state(self, item_fingerprint: str) -> str | None:
        """Return the state of an item's newest request; None if there is none, or forgotten."""
        item = self._joined.get(item_fingerprint, item_fingerprint)
        rows = self._scope.database.query(
            f"SELECT state FROM requests WHERE {self._scope.condition} AND item = ?"
            " ORDER BY id DESC LIMIT 1",
            (*self._scope.values, item),
        )
        state = str(rows[0][0]) if rows else None
        return None if state == "forgotten" else state

    def list_files(self, item_fingerprint: str) -> list[FileRow]:
        """List every file that an item's newest request has made."""
        item = self._joined.get(item_fingerprint, item_fingerprint)
        rows = self._scope.database.query(
            f"SELECT {FILE_COLUMNS} FROM files WHERE request_id ="
            f" (SELECT id FROM requests WHERE {self._scope.condition} AND item = ?"
            " ORDER BY id DESC LIMIT 1)",
            (*self._scope.values, item),
        )
        return [parse_file_row(values) for values in rows]

    def list_saved(self, batch: str) -> list[RequestRow]:
        """List the saved requests of the whole BATCH, oldest first: those of its shares as well."""
        return self._list_of_batch(batch, "state = 'saved' ORDER BY id")

    def list_under_way(self, batch: str) -> list[RequestRow]:
        """List the requests of BATCH, with its shares, that are on the way or have a job."""
        return self._list_of_batch(batch, "state IN ('sending', 'submitted') ORDER BY id")

    def has_batch(self, batch: str) -> bool:
        """Tell if there are requests of BATCH, or of a share of it."""
        return bool(self._list_of_batch(batch, "1 LIMIT 1"))

    def _list_of_batch(self, batch: str, condition: str) -> list[RequestRow]:
        first, last = f"{batch}{SHARE_SEPARATOR}", f"{batch}{chr(ord(SHARE_SEPARATOR) + 1)}"
        rows = self._scope.find_all(
            f"(batch = ? OR (batch > ? AND batch < ?)) AND {condition}", (batch, first, last)
        )
        return [row for row in rows if is_of_batch(row.batch or "", batch)]

    def release(self, item_fingerprint: str, run: str) -> None:
        """Give up the claim of RUN on an item: another run may carry it on."""
        item = self._joined.get(item_fingerprint, item_fingerprint)
        self._scope.database.execute(
            f"UPDATE requests SET claim = NULL WHERE {self._scope.condition}"
            " AND item = ? AND claim = ?",
            (*self._scope.values, item, run),
        )

    def claim(
        self,
        item_fingerprint: str,
        run: str,
        *,
        draft: RequestDraft | None,
        target: str | None,
        label: str,
        is_alive: Callable[[str], bool],
        find_retry: Callable[[RequestRow], int | None],
    ) -> ItemClaim | None:
        """Claim an item for RUN, unless it is over or another living run has it.

        Of two processes that claim at once, one gets the item.

        draft: the request for an item without one, for a failed item that is sent again, and in
            place of an unsent request; without request and draft, the answer is None
        target: the output slot's key, to which a claimed request goes from now on
        label: the batch that pays for an unsent request from now on
        is_alive: tells by a run's name if its process lives
        find_retry: gives the number of the retry after the newest request; None for no retry
        """
        with self._scope.database.transaction():
            row = self.find_latest(item_fingerprint)
            if draft and (row is None or row.state == "checked"):
                row = self._join_same(item_fingerprint, draft, is_new=row is None) or row
            if draft:
                item = self._joined.get(item_fingerprint, item_fingerprint)
                draft = replace(draft, item_fingerprint=item)
            number = find_retry(row) if row and row.state in FAILED_STATES else None
            if row is None or number is not None:
                return self._insert(draft, item_fingerprint, number or 0) if draft else None
            if row.state not in UNFINISHED_STATES:
                return ItemClaim(row, ours=False)
            if row.claim not in (None, run) and is_alive(row.claim or ""):
                return ItemClaim(row, ours=False)
            if draft and row.state == "checked" and (row.part, row.replaces) == (None, None):
                return self._replace_unsent(row, draft)
            if draft and row.state == "checked":  # it is sent at the price that is known now
                self._requests.record_price(row.id, draft.price, draft.cost, draft.priced_at)
            self._scope.database.execute(
                "UPDATE requests SET claim = ?, target = ?,"
                " batch = CASE state WHEN 'checked' THEN ? ELSE batch END"
                f" WHERE id = ? AND {self._scope.condition}",
                (run, target, label, row.id, *self._scope.values),
            )
            return ItemClaim(self._requests.get(row.id), ours=True)

    def _replace_unsent(self, row: RequestRow, draft: RequestDraft) -> ItemClaim:
        # Keep the row, so that the part file that a dead process reserved is found again; and the
        # number of its retry, or a kill would grant more of them.
        columns = to_columns(replace(draft, retry=row.retry))
        self._requests.change_state(row.id, ("checked",), "checked", **columns)
        return ItemClaim(self._requests.get(row.id), ours=True)

    def _insert(self, draft: RequestDraft, item_fingerprint: str, retry: int) -> ItemClaim:
        self.refuse_twin(item_fingerprint, draft.identity, draft.occurrence, draft.profile)
        return ItemClaim(self._requests.insert(replace(draft, retry=retry)), ours=True)

    def refuse_twin(
        self,
        item_fingerprint: str,
        identity: RequestIdentity,
        occurrence: int,
        profile: str | None,
    ) -> None:
        """Raise `InDoubt` as `Keys.refuse_twin` does, for an item that is to be sent."""
        self._keys.refuse_twin(
            f"(item = ? OR ({HAS_DIGEST} AND occurrence = ?))",
            (item_fingerprint, *identity.digests, occurrence),
            profile,
        )

    def _join_same(
        self, item_fingerprint: str, draft: RequestDraft, *, is_new: bool
    ) -> RequestRow | None:
        """Join the equal item that another process inserted since the list was checked."""
        same = self.find_same(draft.identity, draft.occurrence)
        row = self.find_latest(same) if same and same != item_fingerprint else None
        if same is None or row is None or (row.state == "checked" and not is_new):
            return None
        self._joined[item_fingerprint] = same
        return row
