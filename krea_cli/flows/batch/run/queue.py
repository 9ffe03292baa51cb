"""Give out the items of a batch that are to be sent, one at a time."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from math import inf

from krea_cli.errors import KreaError
from krea_cli.flows.backoff import SlotBackoff
from krea_cli.flows.batch.item import Item
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused

CLAIM_POLL_SECONDS = 1.0  # until an item that another run has is looked at again


class Queue:
    """The items left, in their order; those without a free slot come first.

    A pause holds back all of them: the service tells the account how long to wait, not one
    request.
    """

    def __init__(self, items: Iterable[Item], context: FlowContext) -> None:
        self._items: Iterator[Item] = iter(items)
        self._peeked: deque[Item] = deque()  # of `_items`, not given out yet
        self._first: deque[Item] = deque()
        self._again: deque[Item] = deque()  # whose jobs failed: after all others
        self._elsewhere: deque[tuple[float, Item]] = deque()  # with the time of the next look
        self._left: list[Item] = []  # for good, to another run
        self._elsewhere_since: dict[int, float] = {}  # by index of the item
        # Items of a request that another item is at, by fingerprint; index of that item.
        self._equals: dict[str, list[Item]] = {}
        self._busy: dict[str, int] = {}
        self._exhausted = False
        self._context = context
        self._clock = context.clock
        self._backoff = SlotBackoff(context)
        self._paused_until = -inf
        self._asked_at = 0.0  # when the last item was given out
        self._failing_since: float | None = None

    @property
    def empty(self) -> bool:
        """True if no item is left."""
        others = self._first or self._again or self._elsewhere or self._equals
        return self._exhausted and not others

    @property
    def wait(self) -> float:
        """The seconds until an item may be there to be sent; inf when none is left."""
        now = self._clock.monotonic()
        ready = now if self._first or self._again or not self._exhausted else inf
        if self._elsewhere:
            ready = min(ready, self._elsewhere[0][0])
        return max(0.0, ready - now, self._paused_until - now)

    @property
    def is_paused(self) -> bool:
        """True while the service wants nothing to be sent."""
        return self._clock.monotonic() < self._paused_until

    def next(self) -> Item | None:
        """Take the next item to be sent now, None if there is none.

        Of items that share a request one is given out at a time.
        """
        while (item := self._next()) is not None:
            if self.begin(item):
                return item
        return None

    def begin(self, item: Item) -> bool:
        """Mark ITEM as under way. False puts it back until another item of its request ends."""
        if self._busy.setdefault(item.fingerprint, item.index) == item.index:
            return True
        self._equals.setdefault(item.fingerprint, []).append(item)
        return False

    def end(self, item: Item) -> None:
        """Let those that wait for ITEM go on: it has its result, or will have none."""
        if self._busy.get(item.fingerprint) == item.index:
            del self._busy[item.fingerprint]
            self._first.extendleft(reversed(self._equals.pop(item.fingerprint, ())))

    def _next(self) -> Item | None:
        now = self._asked_at = self._clock.monotonic()
        if self.is_paused:
            return None
        if self._first:
            return self._first.popleft()
        if not self._exhausted:
            item = self._peeked.popleft() if self._peeked else next(self._items, None)
            if item is not None:
                return item
            self._exhausted = True
        if self._again:
            return self._again.popleft()
        if self._elsewhere and self._elsewhere[0][0] <= now:
            return self._elsewhere.popleft()[1]
        return None

    def peek(self, count: int) -> list[Item]:
        """Return the next items that may be given out, COUNT at most; they stay here."""
        missing = count - len(self._first) - len(self._peeked)
        self._peeked.extend(islice(self._items, max(0, missing)))
        return list(islice(chain(self._first, self._peeked), count))

    def put_back(self, item: Item) -> None:
        """Make ITEM, which was taken a moment ago, the next one again."""
        self._first.appendleft(item)

    def try_again(self, item: Item) -> None:
        """Put back ITEM, whose job failed, for a new one: a pause may help the service."""
        self._again.append(item)

    def wait_for_other_run(self, item: Item, *, limit: float | None) -> bool:
        """Put back ITEM, which another run has claimed, for a later look.

        Returns False, and leaves it out, after LIMIT seconds (None: never).
        """
        now = self._clock.monotonic()
        if not self._elsewhere_since:
            self._context.tell(Paused("another krea is at work on some of the items"))
        since = self._elsewhere_since.setdefault(item.index, now)
        if limit is not None and now - since > limit:
            return False
        self._elsewhere.append((now + CLAIM_POLL_SECONDS, item))
        return True

    def leave_to_other_run(self, item: Item) -> None:
        """Leave ITEM, which another run has claimed, out for good."""
        self._left.append(item)
        self.end(item)

    def take_left(self) -> Iterator[Item]:
        """Take out, in any order, what was not sent here: nothing more is.

        An item whose request another one has here is left out: the two share its job.
        """
        elsewhere = (item for _, item in self._elsewhere)
        waiting = chain(self._left, self._first, self._again, elsewhere)
        for item in chain(waiting, self._peeked, self._items):
            if self._busy.get(item.fingerprint, item.index) == item.index:
                yield item

    def retry(self, item: Item, error: KreaError, *, limit: float | None) -> bool:
        """Put back ITEM, which could not be sent, as the next one after a pause.

        Returns False when nothing could be sent for LIMIT seconds (None: never).
        """
        self._first.appendleft(item)
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = self._asked_at
        if limit is not None and now - self._failing_since > limit:
            return False
        self._paused_until = self._backoff.pause_until(error)
        return True

    def sent(self) -> None:
        """Reset the pause: a request got through."""
        if self._failing_since is not None:
            self._failing_since = None
            self._backoff = SlotBackoff(self._context)
