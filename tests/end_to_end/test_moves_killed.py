"""kill -9 while --force exchanges the names of a batch: no picture is ever without a record."""

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from krea_cli.sandbox.result_store import ResultStore
from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import Settings
from tests.clocks.accelerated_clock import SPEED, AcceleratedClock
from tests.end_to_end.kill_points.runner import KillRunner
from tests.end_to_end.kill_points.table import EXCHANGE, MOVE_POINTS, KillPoint
from tests.fakes.sandbox_process import DRAWN_RESULTS, sandbox_environ
from tests.harness.cli import CliResult, run_main
from tests.harness.installed_cli import InstalledCli
from tests.harness.ledger_rows import read_rows

pytestmark = pytest.mark.exhaustive

KILLED = 128 + signal.SIGKILL
NAMES = "abcd"
FIRST = ("batch", "foxes.csv", "-o", "out/", *EXCHANGE.argv[5:])


class ExchangeScene:
    """Two pairs of pictures, and a list in which each has the name of the other by now.

    Of each pair one must be moved aside, in whatever order they are saved.
    """

    def __init__(self, running: SandboxServer, installed: InstalledCli, origin: float) -> None:
        self._origin = origin
        self.installed = installed
        self.counts = running.state.stats
        self._write_list("red,a.png", "green,b.png", "blue,c.png", "white,d.png")
        assert self.krea(*FIRST).code == 0
        before = {name: self.hash_of(f"out/{name}.png") for name in NAMES}
        assert len(set(before.values())) == 4
        self.wanted = {"b": before["a"], "a": before["b"], "d": before["c"], "c": before["d"]}
        self._write_list("red,b.png", "green,a.png", "blue,d.png", "white,c.png")

    def krea(self, *argv: str) -> CliResult:
        """Run `krea ARGV`, unharmed."""
        clock = AcceleratedClock(self._origin, SPEED)
        return run_main(argv, environ=self.installed.environ, clock=clock)

    def hash_of(self, name: str) -> str:
        """The hash of a file."""
        return sha256((self.installed.folder / name).read_bytes()).hexdigest()

    def check_recorded(self) -> None:
        """Each picture is where the ledger says, at one place at least."""
        rows = read_rows(self.installed.folder.parent / "state")
        there = {
            file.sha256
            for row in rows
            for file in row.files
            if Path(file.path).exists() and self.hash_of(file.path) == file.sha256
        }
        assert there >= set(self.wanted.values())

    def check_finished(self) -> None:
        """Each picture has its new name, and nothing hidden is left, on disk or in the ledger."""
        assert {name: self.hash_of(f"out/{name}.png") for name in NAMES} == self.wanted
        names = sorted(path.name for path in (self.installed.folder / "out").iterdir())
        assert names == [f"{name}.png" for name in NAMES]
        rows = read_rows(self.installed.folder.parent / "state")
        paths = [Path(file.path) for row in rows for file in row.files]
        assert not [path for path in paths if path.name.startswith(".")]
        assert self.counts.posts == 4

    def _write_list(self, *lines: str) -> None:
        text = "".join(f"{line}\n" for line in ("prompt,output", *lines))
        (self.installed.folder / "foxes.csv").write_text(text)


@pytest.fixture(scope="module")
def kill_runner() -> Iterator[KillRunner]:
    """Runs the commands that are killed."""
    with closing(KillRunner()) as kill_runner:
        yield kill_runner


@pytest.mark.parametrize("point", MOVE_POINTS, ids=lambda point: point.name)
def test_no_picture_is_lost(
    point: KillPoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill_runner: KillRunner
) -> None:
    """Killed at each step of a move, then run again: each has its name, and nothing was paid."""
    origin = time.time()
    settings = Settings(seconds=0.05 * SPEED, spread=0)
    clock = AcceleratedClock(origin, SPEED)
    with (
        SandboxServer(settings, now=clock.now) as running,
        closing(InstalledCli(tmp_path, sandbox_environ(running.api, tmp_path))) as installed,
    ):
        monkeypatch.chdir(installed.folder)
        running.state.result_store = ResultStore(DRAWN_RESULTS)
        scene = ExchangeScene(running, installed, origin)
        killed = kill_runner.run(installed, point, origin=origin, look=lambda: None)
        assert killed.code == KILLED, f"it never came to {point.step}: {killed}"
        scene.check_recorded()
        again = scene.krea(*point.command.argv)
        assert again.code == 0, again
        scene.check_finished()
