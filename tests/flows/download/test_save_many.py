"""Jobs end in their own order; each is saved as it ends, and none is forgotten."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest

from krea_cli.api.http import HttpClient
from krea_cli.errors import Interrupted, KreaError, StillRunning, TokenRefused
from krea_cli.flows.download.collect import JobOutcome, PendingJob
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.download.save_many import save_many
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.jobs.poll_schedule import PollSchedule
from krea_cli.flows.jobs.watch import Watch
from tests.clocks.fake_clock import FakeClock
from tests.fakes.krea_service import BASE, KreaService
from tests.harness.flow_context import make_context
from tests.tokens import KEY


class CollectScene:
    """A service with jobs of some seconds each, and a watch on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.service = KreaService(self.clock.now)
        context = make_context(self.service.http(), self.clock)
        self.watch = Watch(context)
        self.saver = ResultSaver(context)

    def pending(self, number: int, *, age: float = 0.0, until: float | None = None) -> PendingJob:
        """A job that began AGE seconds ago, with a locked part file for `NUMBER.png`."""
        self.service.keep(self.service.job(number, at=self.clock.now() - age))
        self.watch.add(f"job-{number}", schedule=PollSchedule(5.0, (), "image"))
        target = parse_target(f"{number}.png", cwd=self.folder)
        slot = OutputSlot(target=target, part_file=target.reserve(row_id=number))
        return PendingJob(job_id=f"job-{number}", slot=slot, until=until)

    def collect(self, pending: Iterable[PendingJob | None]) -> Iterator[JobOutcome]:
        """The outcomes of PENDING."""
        return save_many(iter(pending), self.watch, self.saver)

    @property
    def names(self) -> list[str]:
        """The files in the folder, hidden ones too."""
        return sorted(os.listdir(self.folder))


@pytest.fixture
def scene(tmp_path: Path) -> CollectScene:
    """A place to collect jobs in."""
    return CollectScene(tmp_path)


def test_in_the_order_of_their_ends(scene: CollectScene) -> None:
    """The job that ends first is saved first, whatever was asked first."""
    outcomes = list(scene.collect([scene.pending(1), scene.pending(2, age=3)]))
    assert [outcome.job_id for outcome in outcomes] == ["job-2", "job-1"]
    assert [outcome.saved[0].path for outcome in outcomes] == ["2.png", "1.png"]
    assert scene.names == ["1.png", "2.png"]


def test_while_more_are_coming(scene: CollectScene) -> None:
    """A slow stream does not hold up what ended meanwhile."""
    seen: list[str] = []

    def stream() -> Iterator[PendingJob | None]:
        yield scene.pending(1)
        while not seen:
            scene.clock.sleep(0.2)  # a stream listens for a moment before it says so
            yield None
        yield scene.pending(2)

    for outcome in scene.collect(stream()):
        seen.append(outcome.job_id)
    assert seen == ["job-1", "job-2"]


def test_the_time_is_over(scene: CollectScene) -> None:
    """Each job has its own deadline; a running job is told with its id."""
    scene.service.job_seconds = 20
    jobs = [scene.pending(1, age=18, until=15), scene.pending(2, until=10)]
    one, two, three = scene.collect([*jobs, scene.pending(3, until=15)])
    assert (one.job_id, one.error) == ("job-1", None)
    for outcome, number in ((two, 2), (three, 3)):
        assert isinstance(outcome.error, StillRunning)
        assert outcome.error.message == f"stopped waiting; job job-{number} still runs"
        assert outcome.error.hint == f"krea download job-{number} -o {number}.png"
        assert outcome.job and outcome.job.status == "processing"
    assert scene.clock.monotonic() == pytest.approx(15)
    assert scene.names == ["1.png"]


def test_a_failed_job_does_not_stop_the_others(scene: CollectScene) -> None:
    """A failure is an outcome like any other; its part is removed."""
    scene.service.final_status = "failed"
    outcomes = list(scene.collect([scene.pending(1), scene.pending(2)]))
    assert [outcome.error and outcome.error.charged for outcome in outcomes] == ["no", "no"]
    assert [outcome.record()["status"] for outcome in outcomes] == ["failed", "failed"]
    assert scene.names == []


def test_what_is_known_needs_no_request(scene: CollectScene) -> None:
    """A job that is known to have failed is told, and nothing is asked."""
    target = parse_target(None, cwd=scene.folder)
    failure = KreaError("it failed")
    record = {"prompt": "a fox", "status": "failed", "unknown": 1}
    (outcome,) = scene.collect(
        [PendingJob(job_id="job-1", slot=OutputSlot(target=target), error=failure, record=record)]
    )
    assert outcome.error is failure
    assert outcome.record()["prompt"] == "a fox"
    assert outcome.record()["status"] == "failed"
    assert "unknown" not in outcome.record()
    assert scene.service.requests == []


def test_an_interruption_names_all_that_is_left(scene: CollectScene) -> None:
    """After a signal: the jobs without a file, the command that goes on, and no parts."""
    scene.service.job_seconds = 20
    scene.clock.stop_at(scene.clock.now() + 10, 2)
    with pytest.raises(Interrupted) as caught:
        list(scene.collect([scene.pending(1, age=15), scene.pending(2), scene.pending(3)]))
    assert caught.value.message == "interrupted (SIGINT); 2 jobs run on, and are not saved yet"
    assert caught.value.hint == ("krea download job-2 job-3; krea cancel job-2 job-3 stops them")
    assert (caught.value.exit_code, caught.value.charged) == (130, "unknown")
    assert scene.names == ["1.png"]


def test_what_no_job_survives(scene: CollectScene) -> None:
    """A refused token ends it all; the error names the job that still runs."""
    transport = httpx.MockTransport(lambda _: httpx.Response(401, json={"message": "no"}))
    http = HttpClient(BASE, KEY, version="0", transport=transport)
    scene.watch = Watch(make_context(http, scene.clock))
    with pytest.raises(TokenRefused) as caught:
        list(scene.collect([scene.pending(1)]))
    assert (caught.value.job_id, caught.value.charged) == ("job-1", "unknown")
    assert scene.names == []
