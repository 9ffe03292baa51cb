"""The results of one job are fetched side by side, and none leaves a part file behind."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Semaphore

import pytest

from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.download.fetch_lanes import FetchLanes
from krea_cli.flows.download.fetch_result import Fetched, FetchedResult
from krea_cli.flows.files.content_type import content_type
from krea_cli.flows.files.output_slot import OutputSlot, Result
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.transfer.fetch import PartContent
from tests.clocks.fake_clock import FakeClock

RESULTS = [Result(f"https://x/{n}.png", n, n, preview=False) for n in range(1, 5)]


class Host:
    """Gives each result after SECONDS, but for those that FAILING names by position."""

    def __init__(
        self, folder: Path, *, failing: tuple[int, ...] = (), seconds: float = 1.0
    ) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.failing = failing
        self.seconds = seconds
        self.is_wanted: Callable[[], bool] = lambda: True
        self.spare = Semaphore(3)

    def fetch(self, result: Result, is_wanted: Callable[[], bool]) -> Fetched:
        self.is_wanted = is_wanted
        slot = OutputSlot(target=parse_target("fox.png", cwd=self.folder))
        part = slot.open_part(result.position, "job-1", None)
        assert part is not None
        try:
            self.clock.sleep(self.seconds)
            if result.position in self.failing:
                raise KreaError(f"no {result.position}")
        except BaseException:
            part.release()
            raise
        return FetchedResult(part, PartContent("", 1, content_type(b"")), result.url)

    def take(self, while_fetched: Callable[[], None] = lambda: None) -> list[str]:
        """Take all results in their order; their addresses."""
        urls = []
        with closing(FetchLanes(RESULTS, self.fetch, self.clock, self.spare)) as lanes:
            for result in RESULTS:
                fetched = lanes.take(result)
                assert isinstance(fetched, FetchedResult)
                fetched.part.release()
                urls.append(fetched.url)
                while_fetched()
        return urls


@pytest.mark.parametrize(("spare", "seconds"), [(3, 1), (1, 2), (0, 4)])
def test_as_many_at_once_as_there_are_spare_lanes(
    tmp_path: Path, spare: int, seconds: float
) -> None:
    """Four of a second each; the thread that takes them fetches as well. Lanes are given back."""
    host = Host(tmp_path)
    host.spare = Semaphore(spare)
    assert host.take() == [result.url for result in RESULTS]
    assert host.clock.monotonic() == pytest.approx(seconds)
    free = [host.spare.acquire(blocking=False) for _ in range(spare + 1)]
    assert free == [*[True] * spare, False]


@pytest.mark.parametrize("position", [1, 2, 4])
def test_a_failure_comes_with_its_own_result(tmp_path: Path, position: int) -> None:
    """All before it are taken, and nothing of those behind it is left."""
    host, taken = Host(tmp_path, failing=(position,)), []
    with pytest.raises(KreaError, match=f"no {position}"):
        host.take(while_fetched=lambda: taken.append(1))
    assert len(taken) == position - 1
    assert os.listdir(tmp_path) == []


def test_a_signal_ends_all_lanes(tmp_path: Path) -> None:
    """Nothing goes on, and no part file is left."""
    host = Host(tmp_path)
    host.clock.stop_at(host.clock.now() + 0.5, 2)
    with pytest.raises(Interrupted):
        host.take()
    assert host.clock.monotonic() == pytest.approx(0.5)
    assert os.listdir(tmp_path) == []


def test_who_takes_no_more_does_not_wait_long(tmp_path: Path) -> None:
    """A result on its way is waited for a second; its lane removes the part file later."""
    host = Host(tmp_path, seconds=300.0)
    with closing(FetchLanes(RESULTS, host.fetch, host.clock, host.spare)):
        host.clock.sleep(0.5)
        assert host.is_wanted()
    assert host.clock.monotonic() == pytest.approx(1.5)
    assert (len(os.listdir(tmp_path)), host.is_wanted()) == (3, False)
    host.clock.sleep(300.0)
    assert os.listdir(tmp_path) == []
    assert [host.spare.acquire(blocking=False) for _ in range(4)] == [True, True, True, False]
