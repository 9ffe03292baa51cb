"""Jobs end in their own order; each is saved as it ends, and none is forgotten."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from krea_cli.api.client import Api
from krea_cli.api.http import Http
from krea_cli.errors import Interrupted, KreaError, StillRunning, TokenRefused
from krea_cli.flows.download.collect import Outcome, Wanted, collect
from krea_cli.flows.download.save import Saver
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.jobs.poll_schedule import Pace
from krea_cli.flows.jobs.watch import Watch
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE, Service
from tests.tokens import KEY


class Bench:
    """A service with jobs that take so many seconds each, and a watch on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.service = Service(self.clock.now)
        http = Http(BASE, KEY, version="0", transport=self.service.transport())
        self.watch = Watch(Api(http), None, self.clock, lambda event: None, random=Random(1))
        self.saver = Saver(
            api=Api(http),
            http=http,
            ledger=None,
            clock=self.clock,
            tell=lambda event: None,
            random=Random(1),
        )

    def wanted(self, number: int, *, age: float = 0.0, until: float | None = None) -> Wanted:
        """A job that began AGE seconds ago, reserved at `NUMBER.png`."""
        self.service.keep(self.service.job(number, at=self.clock.now() - age))
        self.watch.add(f"job-{number}", pace=Pace(5.0, (), "image"))
        target = parse_target(f"{number}.png", cwd=self.folder)
        reservation = target.reserve(row_id=number)
        return Wanted(job_id=f"job-{number}", target=target, reservation=reservation, until=until)

    def collect(
        self, wanted: Iterable[Wanted | None], until: float | None = None
    ) -> Iterator[Outcome]:
        """The outcomes of WANTED."""
        return collect(self.watch, iter(wanted), self.saver, until=until)

    @property
    def names(self) -> list[str]:
        """What lies in the folder, hidden files too."""
        return sorted(os.listdir(self.folder))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A place to collect jobs in."""
    return Bench(tmp_path)


def test_in_the_order_of_their_ends(bench: Bench) -> None:
    """The job that ends first is saved first, whatever was asked first."""
    outcomes = list(bench.collect([bench.wanted(1), bench.wanted(2, age=3)]))
    assert [outcome.job_id for outcome in outcomes] == ["job-2", "job-1"]
    assert [outcome.saved[0].path for outcome in outcomes] == ["2.png", "1.png"]
    assert bench.names == ["1.png", "2.png"]


def test_while_more_are_coming(bench: Bench) -> None:
    """A slow stream does not hold up what ended meanwhile."""
    seen: list[str] = []

    def stream() -> Iterator[Wanted | None]:
        yield bench.wanted(1)
        while not seen:
            yield None
        yield bench.wanted(2)

    for outcome in bench.collect(stream()):
        seen.append(outcome.job_id)
    assert seen == ["job-1", "job-2"]


def test_the_time_is_over(bench: Bench) -> None:
    """Each job has its own deadline; what is saved is saved, what runs is told with its id."""
    bench.service.seconds = 20
    wanted = [bench.wanted(1, age=18), bench.wanted(2, until=10), bench.wanted(3)]
    one, two, three = bench.collect(wanted, until=15)
    assert (one.job_id, one.error) == ("job-1", None)
    for outcome, number in ((two, 2), (three, 3)):
        assert isinstance(outcome.error, StillRunning)
        assert outcome.error.message == f"stopped waiting; job job-{number} still runs"
        assert outcome.error.hint == f"krea download job-{number} -o {number}.png"
        assert outcome.job and outcome.job.status == "processing"
    assert bench.clock.monotonic() == pytest.approx(15)
    assert bench.names == ["1.png"]


def test_a_failed_job_does_not_stop_the_others(bench: Bench) -> None:
    """A failure is an outcome like any other; its part is removed."""
    bench.service.ends = "failed"
    outcomes = list(bench.collect([bench.wanted(1), bench.wanted(2)]))
    assert [outcome.error and outcome.error.charged for outcome in outcomes] == ["no", "no"]
    assert [outcome.record()["status"] for outcome in outcomes] == ["failed", "failed"]
    assert bench.names == []


def test_what_is_known_needs_no_request(bench: Bench) -> None:
    """A job that is known to have failed is told, and nothing is asked."""
    target = parse_target(None, cwd=bench.folder)
    failure = KreaError("it failed")
    record = {"prompt": "a fox", "status": "failed", "unknown": 1}
    (outcome,) = bench.collect(
        [Wanted(job_id="job-1", target=target, error=failure, record=record)]
    )
    assert outcome.error is failure
    assert outcome.record()["prompt"] == "a fox"
    assert outcome.record()["status"] == "failed"
    assert "unknown" not in outcome.record()
    assert bench.service.requests == []


def test_an_interruption_names_all_that_is_left(bench: Bench) -> None:
    """After a signal: the jobs without a file, the command that goes on, and no parts."""
    bench.service.seconds = 20
    bench.clock.stop_at(bench.clock.now() + 10, 2)
    with pytest.raises(Interrupted) as caught:
        list(bench.collect([bench.wanted(1, age=15), bench.wanted(2), bench.wanted(3)]))
    assert caught.value.message == "interrupted (SIGINT); 2 jobs are not saved yet"
    assert caught.value.hint == "krea download job-2 job-3"
    assert (caught.value.exit_code, caught.value.charged) == (130, "unknown")
    assert bench.names == ["1.png"]


def test_what_no_job_survives(bench: Bench) -> None:
    """A refused token ends it all; the error names the job that still runs."""
    transport = httpx.MockTransport(lambda _: httpx.Response(401, json={"message": "no"}))
    api = Api(Http(BASE, KEY, version="0", transport=transport))
    bench.watch = Watch(api, None, bench.clock, lambda event: None, random=Random(1))
    with pytest.raises(TokenRefused) as caught:
        list(bench.collect([bench.wanted(1)]))
    assert (caught.value.job_id, caught.value.charged) == ("job-1", "unknown")
    assert bench.names == []
