"""Decide which failed requests of a batch are sent again: by the user's word, or by --retries."""

from typing import TYPE_CHECKING

from krea_cli.errors import JobFailed, KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.options import UNSENT_STATES
from krea_cli.flows.batch.run.outcome import earlier_failure
from krea_cli.local.ledger.rows import FAILED_STATES, RequestRow

if TYPE_CHECKING:
    from krea_cli.local.ledger.batch_items import BatchItems


class Retries:
    """Numbers the retries of each item, which the ledger remembers: a kill grants no more.

    ITEMS are those of the ledger; LIMIT is the number of --retries. With RETRY_FAILED the user
    begins anew with each item that failed before this run.
    """

    def __init__(self, items: "BatchItems", *, limit: int, retry_failed: bool) -> None:
        self.limit = limit
        self._items = items
        self._retry_failed = retry_failed
        self._failed_now: set[int] = set()  # indexes of items whose request failed in this run

    def allows(self, row: RequestRow | None, error: KreaError | None) -> bool:
        """Tell if the request ROW, whose job ended with ERROR, is sent again by itself.

        A job never is after a refusal by moderation, a cancellation, or an empty result.
        """
        return row is not None and type(error) is JobFailed and row.retry < self.limit

    def note_failure(self, item: Item) -> None:
        """Take note that the request of ITEM failed in this run: no word of the user covers it."""
        self._failed_now.add(item.index)

    def find_number(self, item: Item, row: RequestRow | None) -> int | None:
        """Return the number of the retry that ITEM is due, after its newest request ROW.

        0 begins anew, by the user's word. None means that nothing is sent.
        """
        # An equal item that pays has been retried a moment ago.
        return None if item.shares_payment else self._find_number(item, row)

    def is_unsent(self, item: Item, state: str | None) -> bool:
        """Tell if ITEM, whose newest request is in STATE, is to be paid for."""
        if state in UNSENT_STATES:
            return True
        if state not in FAILED_STATES or not (self._retry_failed or self.limit):
            return False
        return self._find_number(item, self._items.find_latest(item.fingerprint)) is not None

    def _find_number(self, item: Item, row: RequestRow | None) -> int | None:
        if row is None or row.state not in FAILED_STATES:
            return None
        if self._retry_failed and item.index not in self._failed_now:
            return 0
        is_due = row.state == "failed" and self.allows(row, earlier_failure(row))
        return row.retry + 1 if is_due else None
