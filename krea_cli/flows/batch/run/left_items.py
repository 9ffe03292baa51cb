"""Count the items of a list that a batch had not come to when it ended."""

from collections.abc import Callable, Iterable

from krea_cli.clock import Clock
from krea_cli.errors import LedgerUnusable
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.counts import Counts
from krea_cli.local.ledger.rows import FAILED_STATES, IN_DOUBT_STATES

MAX_SECONDS = 2.0  # nobody waits longer for the end of a command


def count_left_items(
    items: Iterable[Item],
    counts: Counts,
    *,
    find_state: Callable[[str], str | None],
    is_unsent: Callable[[Item, str | None], bool],
    clock: Clock,
) -> int:
    """Add to COUNTS those of ITEMS that another run had, at the same time or before.

    find_state: the state of an item's newest request, by the item's fingerprint
    is_unsent: if an item with its newest request in that state is to be paid for

    Returns the number of ITEMS that it did not look at for want of time, or of a ledger.
    """
    end = clock.monotonic() + MAX_SECONDS
    left = iter(items)
    for item in left:
        try:
            state = find_state(item.fingerprint)
            is_waiting = is_unsent(item, state)
        except LedgerUnusable:
            return 1 + sum(1 for _ in left)
        if item.existing_file and state is None:
            counts.done += 1
        elif is_waiting:
            pass
        elif state in IN_DOUBT_STATES:
            counts.doubtful += 1
        elif state in FAILED_STATES:
            counts.failed += 1
        elif state == "saved":
            counts.done += 1
        else:
            counts.elsewhere += 1
        if clock.monotonic() > end:
            return sum(1 for _ in left)
    return 0
