"""Which item is the next to be sent, and when."""

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


class Desk:
    """A queue of as many items, a clock, and what was told."""

    def __init__(self, count: int) -> None:
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.items = [item(number) for number in range(1, count + 1)]
        world = SimpleNamespace(clock=self.clock, tell=self.told.append, random=Random(1))
        self.queue = Queue(iter(self.items), cast("World", world))

    def taken(self) -> list[int]:
        """The items that come now, one after the other."""
        return [each.index for each in self._all()]

    def _all(self) -> Iterable[Item]:
        while found := self.queue.next():
            yield found


def item(index: int) -> Item:
    """The item at that place."""
    names = ("model", "kind", "route", "identity", "digest", "target", "price")
    texts: dict[str, Any] = dict.fromkeys(names, "")
    return Item(line=index, index=index, body={}, given={}, **texts)


def test_items_come_in_their_order() -> None:
    """Until none is left."""
    desk = Desk(3)
    assert not desk.queue.empty
    assert desk.taken() == [1, 2, 3]
    assert desk.queue.empty
    assert desk.queue.wait == inf


def test_what_found_no_room_comes_first_after_its_hold() -> None:
    """Nothing else is sent meanwhile: the service said it to the account."""
    desk = Desk(2)
    first = desk.queue.next()
    assert first is not None
    assert desk.queue.again(first, Busy("too many", retry_after=40), patience=900)
    assert desk.queue.next() is None
    assert 40 <= desk.queue.wait < 60
    desk.clock.advance(desk.queue.wait)
    assert desk.taken() == [1, 2]
    (held,) = desk.told
    assert isinstance(held, Paused)
    assert held.reason == "waiting for a free slot: too many"


def test_an_outage_is_waited_out_for_so_long() -> None:
    """After that the batch stops; a request that got through starts the time anew."""
    desk = Desk(1)
    first = desk.queue.next()
    assert first is not None
    assert desk.queue.again(first, Unreachable("no network"), patience=100)
    desk.clock.advance(90)
    desk.queue.sent()
    assert desk.queue.again(first, Unreachable("no network"), patience=100)
    desk.clock.advance(101)
    assert not desk.queue.again(first, Unreachable("no network"), patience=100)
    assert desk.queue.again(first, Unreachable("no network"), patience=None)


def test_what_another_run_has_is_looked_at_again() -> None:
    """In a moment, and after what is free."""
    desk = Desk(2)
    first = desk.queue.next()
    assert first is not None
    assert desk.queue.theirs(first, patience=60)
    assert desk.taken() == [2]
    assert not desk.queue.empty
    assert desk.queue.wait == 1.0
    desk.clock.advance(1.0)
    assert desk.taken() == [1]
    desk.clock.advance(61)
    assert not desk.queue.theirs(first, patience=60)
