"""kill -9 at every step of a request, then on: no second job, no half file, none left out."""

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.sandbox.result_store import ResultStore
from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.clocks.accelerated_clock import AcceleratedClock
from tests.end_to_end.kill_points.runner import KillRunner
from tests.end_to_end.kill_points.table import (
    BEFORE,
    CONNECTING,
    KILL_POINTS,
    SMALL,
    STATES,
    Command,
    KillPoint,
    Remains,
)
from tests.end_to_end.test_money import is_whole_picture
from tests.fakes.sandbox_process import DRAWN_RESULTS, sandbox_environ
from tests.harness.cli import CliResult, run_main
from tests.harness.installed_cli import InstalledCli, wait_until
from tests.harness.ledger_rows import LEDGER, LedgerRow, read_rows
from tests.pictures import write_picture

pytestmark = pytest.mark.exhaustive

# The same command, or `recover`, brings these to their end.
CONTINUED = (Remains.NOT_SENT, Remains.NEVER_LEFT, Remains.ANSWER_LOST, Remains.RUNNING)
LATER = 300.0  # seconds after which the list shows a job, if one was made
KILLED = 128 + signal.SIGKILL


class KillScene:
    """A sandbox that behaves as POINT wants it, and the command in front of it.

    Both go by accelerated clocks of one ORIGIN.
    """

    def __init__(
        self,
        point: KillPoint,
        running: SandboxServer,
        installed: InstalledCli,
        kill_runner: KillRunner,
        origin: float,
    ) -> None:
        self.point = point
        self._origin = origin
        self.installed = installed
        self._state = installed.folder.parent / "state"
        self._runner = kill_runner
        self.counts = running.state.stats
        self.jobs = running.state.jobs
        self.now = running.state.now
        self._seen: dict[str, set[int]] = {name: set() for name in point.command.files}
        for name in point.command.pictures:
            write_picture(installed.folder / name)
            if name in self._seen:
                self._seen[name].add(self._size(name))
        self._allowed = {name: set(sizes) for name, sizes in self._seen.items()}

    def krea(self, *argv: str) -> CliResult:
        """Run `krea ARGV`, and note the sizes under the final names meanwhile."""
        ended = threading.Event()
        watcher = threading.Thread(target=self._look_until, args=(ended,))
        watcher.start()
        try:
            return run_main(
                argv,
                environ=self.installed.environ,
                clock=AcceleratedClock(self._origin, self.point.clock_speed),
            )
        finally:
            ended.set()
            watcher.join()

    def complete(self) -> None:
        """Run the command of the point again, unharmed: it ends well and with every file."""
        order = self.point.command
        ended = self.krea(*order.argv)
        assert (ended.code, sorted(ended.out.split())) == (0, sorted(order.files)), ended
        self.check_finished()

    def kill(self) -> None:
        """Run the command up to the point; it must die there, and leave what the point says."""
        ended = self._runner.run(self.installed, self.point, origin=self._origin, look=self._look)
        assert ended.code == KILLED, f"it never came to {self.point.step}: {ended}"
        if self.point.remains is Remains.ANSWER_LOST:
            wait_until(lambda: self.counts.jobs == self.point.jobs_made)
        states = {row.state for row in self.rows()}
        # A request that was not sent may not even have a row.
        assert states & STATES[self.point.remains] or (
            not states and self.point.remains is Remains.NOT_SENT
        )
        assert self.counts.jobs == self.point.jobs_made

    def rows(self) -> list[LedgerRow]:
        """The requests in the ledger."""
        return read_rows(self._state)

    def age(self) -> None:
        """Let the request in doubt be minutes old: a fresh one is searched for 15 seconds."""
        with closing(sqlite3.connect(self._state / LEDGER, isolation_level=None)) as ledger:
            ledger.execute(
                "UPDATE requests SET sent_at = sent_at - ?, created_at = created_at - ?"
                " WHERE state = 'sending'",
                (LATER, LATER),
            )

    def finish_jobs(self) -> None:
        """Wait until every job has ended."""
        wait_until(lambda: all((job.ended_at or 0) < self.now() for job in self.jobs.all()))

    def check_finished(self) -> None:
        """One job for each that was wanted, its files whole, and nothing half, now or before."""
        order = self.point.command
        assert (self.counts.jobs, self.counts.posts) == (order.jobs, order.jobs)
        rows = self.rows()
        assert [row.state for row in rows] == ["saved"] * order.jobs
        assert {row.job_id for row in rows} == {job.id for job in self.jobs.all()}
        for name in order.files:
            assert is_whole_picture(self.installed.folder / name)
            assert self._seen[name] <= self._allowed[name] | {self._size(name)}, name
        assert self.installed.part_files == []
        assert sorted(self._names()) == sorted({*order.files, *order.pictures})

    def _names(self) -> Iterator[str]:
        return (path.name for path in self.installed.folder.iterdir())

    def _size(self, name: str) -> int:
        return (self.installed.folder / name).stat().st_size

    def _look_until(self, ended: threading.Event) -> None:
        while not ended.wait(0.005):
            self._look()
        self._look()

    def _look(self) -> None:
        for name, sizes in self._seen.items():
            if (self.installed.folder / name).exists():
                sizes.add(self._size(name))


@pytest.fixture(scope="module")
def kill_runner() -> Iterator[KillRunner]:
    """Runs the commands that are killed."""
    with closing(KillRunner()) as kill_runner:
        yield kill_runner


@pytest.fixture
def scene(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kill_runner: KillRunner,
) -> Iterator[KillScene]:
    """The scene of the point that the test is about."""
    point: KillPoint = request.param
    origin = time.time()
    settings = Settings(
        seconds=0.05 * point.clock_speed,
        spread=0,
        faults=point.faults,
        min_result_bytes=point.result_bytes,
    )
    with (
        SandboxServer(settings, now=AcceleratedClock(origin, point.clock_speed).now) as running,
        closing(InstalledCli(tmp_path, sandbox_environ(running.api, tmp_path))) as installed,
    ):
        monkeypatch.chdir(installed.folder)
        running.state.result_store = ResultStore(DRAWN_RESULTS)
        yield KillScene(point, running, installed, kill_runner, origin)


def at(*remains: Remains, part: slice = slice(None)) -> pytest.MarkDecorator:
    """A test for PART of the points that leave one of REMAINS."""
    chosen = [point for point in KILL_POINTS if point.remains in remains][part]
    return pytest.mark.parametrize("scene", chosen, ids=lambda point: point.name, indirect=True)


@at(*CONTINUED, part=slice(0, None, 2))
def test_the_same_command_again(scene: KillScene) -> None:
    """Killed, and run again: the one job of each request, and its files."""
    scene.kill()
    scene.complete()


@at(*CONTINUED, part=slice(1, None, 2))
def test_recovered(scene: KillScene) -> None:
    """Killed, then `recover` and `download --missing`: all that was made is there, nothing sent.

    The same command then sends the requests that were not sent.
    """
    scene.kill()
    scene.finish_jobs()
    jobs_made = scene.point.jobs_made
    recovered = scene.krea("recover")
    assert recovered.code == 0, recovered
    missing = scene.krea("download", "--missing")
    assert missing.code == 0, missing
    assert (scene.counts.jobs, scene.counts.posts) == (jobs_made, jobs_made)
    assert [row.state for row in scene.rows() if row.job_id] == ["saved"] * jobs_made
    if jobs_made < scene.point.command.jobs:
        scene.complete()
    scene.check_finished()


@at(Remains.IN_DOUBT)
def test_in_doubt(scene: KillScene) -> None:
    """Killed after the mark of its first byte: it may have left, so it is not sent."""
    scene.kill()
    scene.age()
    for command in (scene.point.command.argv, ("recover",)):
        ended = scene.krea(*command)
        assert ended.code == 9, ended
        assert "may have been charged" in ended.error(charged="unknown")
        # Half of the killed request may count as one; one that is sent again makes a job.
        assert scene.counts.jobs == scene.point.jobs_made >= scene.counts.posts - 1


ABANDONED = {
    "waiting, in a folder": ("the wire is prepared", "-o", "pics/"),
    "waiting, without -o": ("the wire is prepared",),
    "waiting, with a template": ("the wire is prepared", "-o", "fox-{n}.png"),
    "never sent, in a folder": ("`sending` is on disk", "-o", "pics/"),
    "the part is made and not recorded": ("the part is made", "-o", "pics/"),
}


@pytest.mark.parametrize(
    "scene",
    [
        KillPoint(
            name,
            {**BEFORE, **CONNECTING}[step],
            Remains.NEVER_LEFT if step in CONNECTING else Remains.NOT_SENT,
            Command(("generate", "a red fox", *SMALL, *options), ()),
            jobs_made=0,
        )
        for name, (step, *options) in ABANDONED.items()
    ],
    ids=lambda point: point.name,
    indirect=True,
)
def test_no_part_of_an_unsent_request_stays(scene: KillScene) -> None:
    """Neither the hidden file nor its request stays for ever."""
    scene.kill()
    assert scene.krea("recover").code == 0
    assert (scene.rows(), scene.installed.part_files) == ([], [])
    assert (scene.counts.jobs, scene.counts.posts) == (0, 0)


@at(Remains.FINISHED)
def test_over(scene: KillScene) -> None:
    """Killed when all was done: the file stands there, and nothing overwrites it."""
    scene.kill()
    ended = scene.krea(*scene.point.command.argv)
    assert ended.code == 2
    assert "fox.png exists" in ended.error(charged="no")
    scene.check_finished()
