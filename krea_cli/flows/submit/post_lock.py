"""The post locks: one request of an account is under way at a time, over all processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT

from krea_cli.errors import Busy, Interrupted
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused, Reconciling
from krea_cli.flows.submit.match import MAX_SEND_SECONDS
from krea_cli.flows.submit.reconcile import (
    MIN_ADOPTION_AGE_SECONDS,
    reconcile,
    seconds_since_sent,
)
from krea_cli.local.ledger.rows import RequestRow

LOCK_POLL_SECONDS = 0.05
DIED_WHILE_SENDING = "its process died while sending"
# From the sending of a request that is in doubt until the next request may leave.
HOLD_SECONDS = MIN_ADOPTION_AGE_SECONDS + 1.0


@contextmanager
def post_lock(context: FlowContext, deadline: float | None) -> Iterator[None]:
    """Hold the post locks of the base: no other process has a request under way meanwhile."""
    locks = context.ledger.post_locks()
    next_note = context.clock.monotonic() + 1
    # In one order, and each kept: an older version waits for the second alone.
    while not all(lock.try_acquire() for lock in locks):
        now = context.clock.monotonic()
        if deadline is not None and now > deadline:
            raise Busy("another krea kept sending for this account; nothing was sent")
        if now > next_note:
            context.tell(Paused("another krea is sending a request"))
            next_note = now + 60
        context.clock.sleep(LOCK_POLL_SECONDS)
        raise_if_no_new_work(context)
    try:
        yield
    finally:
        for lock in locks:
            lock.release()


@contextmanager
def exclusive_submit(context: FlowContext, deadline: float | None) -> Iterator[None]:
    """Hold the post lock, with the rows of dead processes marked as in doubt."""
    with post_lock(context, deadline):
        mark_abandoned_sends_unknown(context)
        yield


def raise_if_no_new_work(context: FlowContext) -> None:
    """Raise `Interrupted` if the user asked to begin nothing new, or to end."""
    context.clock.raise_if_interrupted()
    if context.clock.drain_requested:
        raise Interrupted(SIGINT)


def mark_abandoned_sends_unknown(context: FlowContext) -> None:
    """Mark the rows that dead processes left in `sending`. The caller holds the post lock.

    Only one request of an account is under way at a time. With the lock in hand, a row in
    `sending` belongs to a dead process. One that never left becomes `checked` again.
    """
    boot_id, _ = context.clock.boot()
    for row in context.ledger.history.list_sending():
        if context.ledger.ownership.last_sending(row).never_left(boot_id):
            context.ledger.requests.mark_unsent(row.id)
        else:
            context.ledger.requests.mark_in_doubt(row.id, DIED_WHILE_SENDING)
    _hold(context)


def _hold(context: FlowContext) -> None:
    """Look for the jobs of recent requests in doubt whose processes ended within their search.

    The next request must not leave before: the two could then not be told apart.
    """
    requests = context.ledger.requests
    recent = [row for row in requests.list_unknown() if _is_open(row, context)]
    if not recent:
        return
    age = min(seconds_since_sent(context, row) for row in recent)
    context.tell(Reconciling(recent[-1].error or DIED_WHILE_SENDING))
    reconcile(context, seconds=min(max(HOLD_SECONDS - age, 0.0), HOLD_SECONDS))
    for row in requests.list_unknown():
        if _is_open(row, context) and seconds_since_sent(context, row) >= HOLD_SECONDS:
            requests.mark_given_up(row.id, context.clock.now())


def _is_open(row: RequestRow, context: FlowContext) -> bool:
    """Tell if the job of ROW may still be told from those of later requests."""
    return row.gave_up_at is None and 0 <= seconds_since_sent(context, row) < MAX_SEND_SECONDS
