"""What the user decides about a request of which nobody knows whether it was received."""

from krea_cli.errors import KreaError
from krea_cli.local.ledger.account_ledger import AccountLedger
from krea_cli.local.ledger.rows import IN_DOUBT, Row

# A job that was made can be let go as well, when nobody can read it any more.
FORGETTABLE = (*IN_DOUBT, "submitted", "completed")


class Verdicts:
    """The user's words, carried out in the ledger. Raises KreaError, LedgerUnusable."""

    def __init__(self, ledger: AccountLedger) -> None:
        self._ledger = ledger

    def forget(self, row_id: int) -> None:
        """Nobody looks for the job of this request any more."""
        self._ledger.move(row_id, FORGETTABLE, "forgotten")

    def replace(self, row_id: int) -> Row:
        """The same request as the one in doubt, to be sent once more.

        The old row is forgotten with the same stroke: nothing can send it a third time.
        """
        with self._ledger.transaction():
            new = self._ledger.begin(self._ledger.row(row_id).draft(replaces=row_id))
            self._ledger.move(
                row_id, IN_DOUBT, "forgotten", error=f"sent again as request {new.id}"
            )
        return new

    def reinstate(self, old: Row, new: Row) -> None:
        """OLD is in doubt as it was, unless NEW, which replaced it, has been or may be sent."""
        with self._ledger.transaction():
            current = self._ledger.find(new.id)
            refused = current is not None and current.state == "refused"
            if refused:
                # An item of a batch is what is in doubt again, not what was refused in its place.
                self._ledger.move(new.id, ("refused",), "refused", item=None)
            if refused or self._ledger.discard(new.id):
                self._ledger.move(old.id, ("forgotten",), old.state, error=old.error)

    def revive(self, row_id: int) -> bool:
        """Whether the request, which was to be sent again and never was, is in doubt again.

        Whoever was about to send it finds its row gone, and sends nothing.
        """
        with self._ledger.transaction():
            for new in self._ledger.history.unsent_replacements(row_id):
                if not self._ledger.discard(new.id):
                    raise KreaError(
                        f"request {new.id} is about to send request {row_id} again",
                        hint=f"krea history {new.id}",
                        charged="unknown",
                    )
                self._ledger.move(row_id, ("forgotten",), "unknown", error="it was not sent again")
                return True
        return False
