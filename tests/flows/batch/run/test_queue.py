"""The next item to be sent, and its time."""

from collections.abc import Iterable
from math import inf
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from krea_cli.errors import Busy, Unreachable
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Event, Paused
from tests.clocks.fake_clock import FakeClock


class QueueScene:
    """A queue of as many items, a clock, and what was told."""

    def __init__(self, count: int) -> None:
        self.clock = FakeClock()
        self.events: list[Event] = []
        self.items = [item(number) for number in range(1, count + 1)]
        context = SimpleNamespace(clock=self.clock, tell=self.events.append, random=Random(1))
        self.context = cast("FlowContext", context)
        self.queue = Queue(iter(self.items), self.context)

    def taken(self) -> list[int]:
        """The items that come now, one after the other."""
        return [each.index for each in self._all()]

    def _all(self) -> Iterable[Item]:
        while found := self.queue.next():
            yield found


def item(index: int, fingerprint: str | None = None) -> Item:
    """The item at that place, with a request of its own unless FINGERPRINT says another."""
    fingerprint = fingerprint or str(index)
    names = ("model", "kind", "route", "own_fingerprint", "shard_fingerprint", "target", "price")
    texts: dict[str, Any] = dict.fromkeys(names, "")
    return Item(line=index, index=index, body={}, given={}, fingerprint=fingerprint, **texts)


def test_items_come_in_their_order() -> None:
    """Until none is left."""
    scene = QueueScene(3)
    assert not scene.queue.empty
    assert scene.taken() == [1, 2, 3]
    assert scene.queue.empty
    assert scene.queue.wait == inf


def test_what_found_no_room_comes_first_after_its_hold() -> None:
    """Nothing else is sent meanwhile: the service said it to the account."""
    scene = QueueScene(2)
    first = scene.queue.next()
    assert first is not None
    assert scene.queue.retry(first, Busy("too many", retry_after=40), limit=900)
    assert scene.queue.next() is None
    assert 40 <= scene.queue.wait < 60
    scene.clock.advance(scene.queue.wait)
    assert scene.taken() == [1, 2]
    (held,) = scene.events
    assert isinstance(held, Paused)
    assert held.reason == "waiting for a free slot: too many"


def test_an_outage_is_waited_out_for_so_long() -> None:
    """After that the batch stops; a submitted request starts the time anew."""
    scene = QueueScene(1)
    first = scene.queue.next()
    assert first is not None
    assert scene.queue.retry(first, Unreachable("no network"), limit=100)
    scene.clock.advance(90)
    scene.queue.sent()
    assert scene.queue.retry(first, Unreachable("no network"), limit=100)
    scene.clock.advance(101)
    assert not scene.queue.retry(first, Unreachable("no network"), limit=100)
    assert scene.queue.retry(first, Unreachable("no network"), limit=None)


def test_what_another_run_has_is_looked_at_again() -> None:
    """In a moment, and after what is free."""
    scene = QueueScene(2)
    first = scene.queue.next()
    assert first is not None
    assert scene.queue.wait_for_other_run(first, limit=60)
    assert scene.taken() == [2]
    assert not scene.queue.empty
    assert scene.queue.wait == 1.0
    scene.clock.advance(1.0)
    assert scene.taken() == [1]
    scene.clock.advance(61)
    assert not scene.queue.wait_for_other_run(first, limit=60)


def test_of_items_with_one_request_one_comes_at_a_time() -> None:
    """The others come next, in their order, as soon as it has ended."""
    scene = QueueScene(0)
    scene.items += [item(1, "same"), item(2), item(3, "same"), item(4, "same"), item(5)]
    scene.queue = Queue(iter(scene.items), scene.context)
    assert scene.taken() == [1, 2, 5]
    assert not scene.queue.empty
    scene.queue.end(scene.items[1])
    assert scene.taken() == []
    scene.queue.end(scene.items[0])
    assert scene.taken() == [3]
    scene.queue.end(scene.items[2])
    assert scene.taken() == [4]
    assert scene.queue.empty
