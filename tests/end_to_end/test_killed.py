"""kill -9 at every step of a request, then on: no second job, no half file, none left out."""

import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.sandbox.result_store import Shelf
from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.end_to_end.kill_points.runner import Doomed
from tests.end_to_end.kill_points.table import POINTS, STATES, Left, Point
from tests.end_to_end.test_money import whole
from tests.fakes.sandbox_process import PICTURES, environment
from tests.harness.installed_cli import Desk, Ended, wait_until
from tests.harness.installed_in_process import enter, picture

pytestmark = pytest.mark.exhaustive

LATER = 300.0  # seconds after which the list shows a job, if one was made
KILLED = 128 + signal.SIGKILL


class Scene:
    """A service that behaves as POINT wants it, and a desk in front of it."""

    def __init__(self, point: Point, running: RunningSandbox, desk: Desk, doomed: Doomed) -> None:
        self.point = point
        self.desk = desk
        self._doomed = doomed
        self.counts = running.world.counts
        self.jobs = running.world.jobs
        self.now = running.world.now
        self._seen: dict[str, set[int]] = {name: set() for name in point.order.files}
        for name in point.order.pictures:
            picture(desk.folder / name)
            if name in self._seen:
                self._seen[name].add(self._size(name))
        self._allowed = {name: set(sizes) for name, sizes in self._seen.items()}

    def krea(self, *argv: str) -> Ended:
        """Run `krea ARGV`, and note what can be seen under the final names meanwhile."""
        over = threading.Event()
        looking = threading.Thread(target=self._look_until, args=(over,))
        looking.start()
        try:
            return enter(list(argv), self.desk.environ)
        finally:
            over.set()
            looking.join()

    def complete(self) -> None:
        """Run the command of the point again, unharmed: it ends well and with every file."""
        order = self.point.order
        ended = self.krea(*order.argv)
        assert (ended.code, sorted(ended.out.split())) == (0, sorted(order.files)), ended
        self.check_finished()

    def kill(self) -> None:
        """Run the command up to the point; it must die there, and leave what the point says."""
        step, argv = self.point.step.split(), list(self.point.order.argv)
        ended = self._doomed.run(self.desk, step, argv, self._look)
        assert ended.code == KILLED, f"it never came to {self.point.step}: {ended}"
        if self.point.left is Left.LOST:
            wait_until(lambda: self.counts.jobs == self.point.made)
        states = {state for _, state in self.rows()}
        # A request that was not sent may not even have a row.
        assert states & STATES[self.point.left] or (not states and self.point.left is Left.NOTHING)
        assert self.counts.jobs == self.point.made

    def rows(self) -> list[tuple[str | None, str]]:
        """Job id and state of every request in the ledger, read from a copy: a database that a
        kill left open is for the product alone to put right."""
        state, copy = self.desk.folder.parent / "state", self.desk.folder.parent / "copy"
        if not (state / "ledger.sqlite3").exists():
            return []
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(state, copy)
        with closing(sqlite3.connect(copy / "ledger.sqlite3")) as ledger:
            return ledger.execute("SELECT job_id, state FROM requests ORDER BY id").fetchall()

    def age(self) -> None:
        """Let the request in doubt be minutes old: a fresh one is searched for 15 seconds."""
        path = self.desk.folder.parent / "state/ledger.sqlite3"
        with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
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
        order = self.point.order
        assert (self.counts.jobs, self.counts.posts) == (order.jobs, order.jobs)
        rows = self.rows()
        assert [state for _, state in rows] == ["saved"] * order.jobs
        assert {job for job, _ in rows} == {job.id for job in self.jobs.all()}
        for name in order.files:
            assert whole(self.desk.folder / name)
            assert self._seen[name] <= self._allowed[name] | {self._size(name)}, name
        assert self.desk.left_over == []
        assert sorted(self._standing()) == sorted({*order.files, *order.pictures})

    def _standing(self) -> Iterator[str]:
        return (path.name for path in self.desk.folder.iterdir())

    def _size(self, name: str) -> int:
        return (self.desk.folder / name).stat().st_size

    def _look_until(self, over: threading.Event) -> None:
        while not over.wait(0.005):
            self._look()
        self._look()

    def _look(self) -> None:
        for name, sizes in self._seen.items():
            if (self.desk.folder / name).exists():
                sizes.add(self._size(name))


@pytest.fixture(scope="module")
def doomed() -> Iterator[Doomed]:
    """Runs the commands that are killed."""
    with closing(Doomed()) as doomed:
        yield doomed


@pytest.fixture
def scene(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    doomed: Doomed,
) -> Iterator[Scene]:
    """The scene of the point that the test is about."""
    point: Point = request.param
    settings = Settings(seconds=0.05, spread=0, faults=point.faults, big=point.big)
    with (
        RunningSandbox(settings) as running,
        closing(Desk(tmp_path, environment(running.api, tmp_path))) as desk,
    ):
        monkeypatch.chdir(desk.folder)
        running.world.shelf = Shelf(PICTURES)
        yield Scene(point, running, desk, doomed)


def named(point: Point) -> str:
    """What a point is called in the tests' names."""
    return point.name


def at(*left: Left, part: slice = slice(None)) -> pytest.MarkDecorator:
    """A test for PART of the points that leave one of LEFT."""
    chosen = [point for point in POINTS if point.left in left][part]
    return pytest.mark.parametrize("scene", chosen, ids=named, indirect=True)


@at(Left.NOTHING, Left.LOST, Left.RUNS, part=slice(0, None, 2))
def test_the_same_command_again(scene: Scene) -> None:
    """Killed, and run again: the one job of each request, and its files."""
    scene.kill()
    scene.complete()


@at(Left.NOTHING, Left.LOST, Left.RUNS, part=slice(1, None, 2))
def test_recovered(scene: Scene) -> None:
    """Killed, then `recover` and `download --missing`: all that was made is there, nothing sent.

    What was not sent is up to the same command, which is as good as ever afterwards.
    """
    scene.kill()
    scene.finish_jobs()
    made = scene.point.made
    recovered = scene.krea("recover")
    assert recovered.code == 0, recovered
    missing = scene.krea("download", "--missing")
    assert missing.code == 0, missing
    assert (scene.counts.jobs, scene.counts.posts) == (made, made)
    assert [state for job, state in scene.rows() if job] == ["saved"] * made
    if made < scene.point.order.jobs:
        scene.complete()
    scene.check_finished()


@at(Left.DOUBT)
def test_in_doubt(scene: Scene) -> None:
    """Killed between saying that it leaves and the job: it may have left, so it is not sent."""
    scene.kill()
    scene.age()
    for command in (scene.point.order.argv, ("recover",)):
        ended = scene.krea(*command)
        assert ended.code == 9, ended
        assert "may have been charged" in ended.error(charged="unknown")
        # Half of the killed request may count as one; one that is sent again makes a job.
        assert scene.counts.jobs == scene.point.made >= scene.counts.posts - 1


@at(Left.OVER)
def test_over(scene: Scene) -> None:
    """Killed when all was done: the file stands there, and nothing overwrites it."""
    scene.kill()
    ended = scene.krea(*scene.point.order.argv)
    assert ended.code == 2
    assert "fox.png exists" in ended.error(charged="no")
    scene.check_finished()
