"""Hold the post locks: requests of an account leave one at a time, over all processes.

With `submit.parallel`, several may be under way at once.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from signal import SIGINT
from typing import TYPE_CHECKING

from krea_cli.errors import Busy, InDoubt, Interrupted
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused, Reconciling
from krea_cli.flows.submit.match import MAX_SEND_SECONDS
from krea_cli.flows.submit.reconcile import MIN_ADOPTION_AGE_SECONDS, reconcile
from krea_cli.flows.submit.windows import seconds_since_sent
from krea_cli.local.ledger.rows import RequestRow

if TYPE_CHECKING:
    from krea_cli.local.ledger.post_locks import PostLocks

LOCK_POLL_SECONDS = 0.05
DIED_WHILE_SENDING = "its process died while sending"
# From the sending of a request that is in doubt until the next request may leave.
HOLD_SECONDS = MIN_ADOPTION_AGE_SECONDS + 1.0


@contextmanager
def post_lock(context: FlowContext, deadline: float | None) -> Iterator[None]:
    """Hold the post locks of the base: no other process has a request under way meanwhile."""
    with _held(context.ledger.post_locks(), context, deadline):
        yield


@contextmanager
def _held(
    locks: "PostLocks | None", context: FlowContext, deadline: float | None
) -> Iterator[None]:
    """Hold LOCKS, as soon as other processes release them."""
    if locks is None:
        yield
        return
    try:
        _acquire(locks, context, deadline)
        yield
    finally:
        locks.release()


def _acquire(locks: "PostLocks", context: FlowContext, deadline: float | None) -> None:
    next_note = context.clock.monotonic() + 1
    while not locks.try_acquire():
        now = context.clock.monotonic()
        if deadline is not None and now > deadline:
            raise Busy("another krea kept sending for this account; nothing was sent")
        if now > next_note:
            context.tell(Paused("another krea is sending a request"))
            next_note = now + 60
        context.clock.sleep(LOCK_POLL_SECONDS)
        raise_if_no_new_work(context)


@contextmanager
def exclusive_submit(context: FlowContext, deadline: float | None) -> Iterator[None]:
    """Hold the post lock, with the rows of dead processes marked as in doubt."""
    with post_lock(context, deadline):
        mark_abandoned_sends_unknown(context)
        yield


@contextmanager
def submit_lock(context: FlowContext, deadline: float | None, row_id: int) -> Iterator[None]:
    """Hold what the sending of a request needs: all, or one of the places of `submit.parallel`."""
    if context.parallel == 1 or (locks := context.ledger.post_locks(context.parallel)) is None:
        with exclusive_submit(context, deadline):
            yield
        return
    with _held(locks, context, deadline):
        locks.note(row_id)
        mark_abandoned_sends_unknown(context, locks.is_under_way)
        locks.let_others_in()
        yield


def raise_if_no_new_work(context: FlowContext) -> None:
    """Raise `Interrupted` if the user asked to begin nothing new, or to end."""
    context.clock.raise_if_interrupted()
    if context.clock.drain_requested:
        raise Interrupted(SIGINT)


def mark_abandoned_sends_unknown(
    context: FlowContext, is_under_way: Callable[[int], bool] = lambda row_id: False
) -> None:
    """Mark the rows that dead processes left in `sending`. The caller holds the post lock.

    Only one request of an account is under way at a time, but for those that IS_UNDER_WAY knows.
    With the lock in hand, any other row in `sending` belongs to a dead process. One that never
    left becomes `checked` again.
    """
    boot_id, _ = context.clock.boot()
    for row in context.ledger.history.list_sending():
        # In this order: the outcome is in the row when its process lets go.
        if is_under_way(row.id) or context.ledger.requests.get(row.id).state != "sending":
            continue
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
    with suppress(InDoubt):  # another process that searches was quicker
        reconcile(context, seconds=min(max(HOLD_SECONDS - age, 0.0), HOLD_SECONDS))
    for row in requests.list_unknown():
        if _is_open(row, context) and seconds_since_sent(context, row) >= HOLD_SECONDS:
            requests.mark_given_up(row.id, context.clock.now())


def _is_open(row: RequestRow, context: FlowContext) -> bool:
    """Tell if the job of ROW may still be told from those of later requests."""
    return row.gave_up_at is None and 0 <= seconds_since_sent(context, row) < MAX_SEND_SECONDS
