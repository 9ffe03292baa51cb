"""The user's decisions about requests in doubt."""

from krea_cli.errors import KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestRow

# A job that was made can be forgotten as well, once nobody can read it any more.
FORGETTABLE_STATES = (*IN_DOUBT_STATES, "submitted", "completed")


class Resolutions:
    """Carry out the user's decisions in the ledger. Raises KreaError, LedgerUnusable."""

    def __init__(self, ledger: AccountLedger) -> None:
        self._ledger = ledger
        self._requests = ledger.requests

    def forget(self, row_id: int) -> None:
        """Mark a request as forgotten: nobody looks for its job any more."""
        self._requests.change_state(row_id, FORGETTABLE_STATES, "forgotten")

    def replace(self, row: RequestRow) -> RequestRow:
        """Insert a copy of ROW, a request in doubt, to be sent in its place.

        One transaction also forgets the old row: nothing can send the request a third time.
        """
        with self._ledger.transaction():
            new = self._requests.insert(row.to_draft(replaces=row.id))
            error = f"sent again as request {new.id}"
            self._requests.change_state(row.id, IN_DOUBT_STATES, "forgotten", error=error)
        return new

    def restore(self, old: RequestRow, new: RequestRow) -> None:
        """Put OLD back in doubt, unless its replacement NEW was sent or may still be."""
        with self._ledger.transaction():
            current = self._requests.find(new.id)
            refused = current is not None and current.state == "refused"
            if refused:
                # The item of a batch is the request in doubt again, not the refused copy.
                self._requests.change_state(new.id, ("refused",), "refused", item=None)
            if refused or self._requests.discard(new.id):
                self._requests.change_state(old.id, ("forgotten",), old.state, error=old.error)

    def reopen(self, row_id: int) -> bool:
        """Put a forgotten request back in doubt if its replacement was never sent.

        Return True if it was put back. The replacement is deleted: a process that is about to
        send it finds its row gone. Raises KreaError if a process has begun with it.
        """
        with self._ledger.transaction():
            for new in self._ledger.history.list_unsent_replacements(row_id):
                if not self._requests.discard(new.id):
                    raise KreaError(
                        f"request {new.id} is about to send request {row_id} again",
                        hint=f"krea history {new.id}",
                        charged="unknown",
                    )
                error = "it was not sent again"
                self._requests.change_state(row_id, ("forgotten",), "unknown", error=error)
                return True
        return False
