"""Which item of a batch is the next to be sent, and until when none is."""

from collections import deque
from collections.abc import Iterable, Iterator
from math import inf

from krea_cli.clock import Clock
from krea_cli.errors import Busy, KreaError
from krea_cli.flows.backoff import Hold
from krea_cli.flows.batch.item import Item
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused, Tell

LOOK_AGAIN = 1.0  # seconds until an item that another run has is looked at again


class Queue:
    """The items that are left, in their order; what found no room comes first.

    A hold keeps back all of them: when the service says how long to wait, it says so to the
    account, not to the one request.
    """

    def __init__(self, items: Iterable[Item], context: FlowContext) -> None:
        self._items: Iterator[Item] = iter(items)
        self._first: deque[Item] = deque()
        self._theirs: deque[tuple[float, Item]] = deque()  # when to look again, at what
        self._taken: dict[int, float] = {}  # since when another run has an item, by its index
        self._exhausted = False
        self._clock: Clock = context.clock
        self._tell: Tell = context.tell
        self._random = context.random
        self._hold = Hold(context.random)
        self._held_until = -inf
        self._asked_at = 0.0  # when the last item was given out
        self._trouble: float | None = None  # since when nothing could be sent

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return self._exhausted and not self._first and not self._theirs

    @property
    def wait(self) -> float:
        """Seconds until an item may be there to be sent; inf when none is left."""
        now = self._clock.monotonic()
        ready = now if self._first or not self._exhausted else inf
        if self._theirs:
            ready = min(ready, self._theirs[0][0])
        return max(0.0, ready - now, self._held_until - now)

    def next(self) -> Item | None:
        """The next item to be sent now, None if there is none."""
        now = self._asked_at = self._clock.monotonic()
        if now < self._held_until:
            return None
        if self._first:
            return self._first.popleft()
        if not self._exhausted:
            if (item := next(self._items, None)) is not None:
                return item
            self._exhausted = True
        if self._theirs and self._theirs[0][0] <= now:
            return self._theirs.popleft()[1]
        return None

    def put_back(self, item: Item) -> None:
        """ITEM, which was taken a moment ago, is the next one again."""
        self._first.appendleft(item)

    def theirs(self, item: Item, *, patience: float | None) -> bool:
        """Another run is at ITEM: it is asked for again in a moment.

        False, and it is not, when that run has been at it for PATIENCE seconds (None: for ever).
        """
        now = self._clock.monotonic()
        if not self._taken:
            self._tell(Paused("another krea is at work on some of the items"))
        since = self._taken.setdefault(item.index, now)
        if patience is not None and now - since > patience:
            return False
        self._theirs.append((now + LOOK_AGAIN, item))
        return True

    def again(self, item: Item, error: KreaError, *, patience: float | None) -> bool:
        """ITEM could not be sent: it is the next one, after a hold.

        False when nothing could be sent for PATIENCE seconds (None: for ever).
        """
        self._first.appendleft(item)
        now = self._clock.monotonic()
        self._trouble = self._asked_at if self._trouble is None else self._trouble
        if patience is not None and now - self._trouble > patience:
            return False
        busy = error if isinstance(error, Busy) else Busy(error.message)
        seconds = self._hold.seconds(busy)
        self._held_until = now + seconds
        what = "waiting for a free slot: " if isinstance(error, Busy) else ""
        self._tell(Paused(f"{what}{error.message}", seconds))
        return True

    def sent(self) -> None:
        """A request got through: the next hold is the first again."""
        if self._trouble is not None:
            self._trouble = None
            self._hold = Hold(self._random)
