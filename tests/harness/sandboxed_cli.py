"""A whole Krea and a desk in front of it, in this process and on one clock that never waits."""

import contextlib
import hashlib
import io
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from krea_cli.clock import Clock
from krea_cli.env import Env
from krea_cli.main import main
from krea_cli.sandbox.faults import Faults
from krea_cli.sandbox.jobs import Job
from krea_cli.sandbox.result_spec import recipes
from krea_cli.sandbox.result_store import Shelf
from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import Settings
from tests.clocks.fake_clock import FakeClock
from tests.clocks.parallel_commands import Windows
from tests.fakes.sandbox_process import PICTURES


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code, its answer, its errors as `--json` tells them."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The error objects of stderr, in the order told: code, message, hint, charged, job_id."""
        lines = map(json.loads, self.err.splitlines())
        return [line["error"] for line in lines if "error" in line]

    @property
    def charged(self) -> str:
        """What the errors say was charged; "-" where nothing went wrong."""
        return "/".join(sorted({error["charged"] for error in self.errors})) or "-"


class Stage:
    """A sandbox with FAULTS, where time passes only in the pauses of the command; a desk in FOLDER.

    The command is the real one and speaks real HTTP to it. Models take as long as the embedded
    catalogue says, so that no cache is needed.
    """

    def __init__(self, folder: Path, *faults: str, clock: FakeClock | None = None) -> None:
        self.desk = folder / "desk"
        self.desk.mkdir(parents=True)
        self.clock = clock or FakeClock()
        settings = Settings(seed=1, spread=0.0, faults=faults)
        self._running = RunningSandbox(settings, now=self.clock.now)
        self._running.world.shelf = Shelf(PICTURES)
        self.counts = self._running.world.counts
        self._state = folder / "state"
        self._environ = {
            "KREA_API_BASE": self._running.api,
            "KREA_API_KEY": "key-1:secret",
            "KREA_CONFIG_DIR": str(folder / "config"),
            "KREA_STATE_DIR": str(self._state),
            "KREA_CACHE_DIR": str(folder / "cache"),
        }

    def krea(self, *argv: str) -> Ended:
        """Run `krea ARGV` at the desk."""
        with contextlib.chdir(self.desk):
            return self._main(argv, self.clock)

    def windows(self, *commands: list[str]) -> list[Ended]:
        """Run COMMANDS at the same time, each in a window of its own."""
        calls = [partial(self._main, command) for command in commands]
        with contextlib.chdir(self.desk):
            return Windows(self.clock).run(calls)

    def _main(self, argv: Sequence[str], clock: Clock) -> Ended:
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        env = Env(
            environ=self._environ,
            stdin=io.StringIO(),
            stdout=out,
            stderr=err,
            clock=clock,
            random=Random(7),
        )
        code = main(list(argv), env)
        return Ended(code, _text(out), _text(err))

    def set_faults(self, *faults: str) -> None:
        """From now on only FAULTS strike."""
        self._running.world.faults = Faults(faults, "1")

    @property
    def jobs(self) -> list[Job]:
        """The jobs that our own requests made, oldest first."""
        return [job for job in self._running.world.jobs.all() if not job.stranger]

    @property
    def strangers(self) -> set[str]:
        """The ids of other programs' jobs."""
        return {job.id for job in self._running.world.jobs.all() if job.stranger}

    @property
    def rows(self) -> list[tuple[str, str | None]]:
        """State and job of every request in the ledger, oldest first."""
        ledger = self._state / "ledger.sqlite3"
        with closing(sqlite3.connect(ledger)) as connection:
            return list(connection.execute("SELECT state, job_id FROM requests ORDER BY id"))

    @property
    def files(self) -> list[str]:
        """What lies on the desk, hidden part files included."""
        return sorted(path.name for path in self.desk.iterdir())

    def results(self) -> dict[str, str]:
        """What our own jobs made, by SHA-256: SEED of the request and number of the result."""
        shelf = self._running.world.shelf
        return {
            hashlib.sha256(shelf.content(recipe)).hexdigest(): f"{job.body['seed']}:{number}"
            for job in self.jobs
            for number, recipe in enumerate(recipes(job.route, job.body).values(), 1)
        }

    def content(self) -> dict[str, str]:
        """What each file on the desk holds, as `results` calls it; "?" for anything else."""
        known = self.results()
        digests = {
            name: hashlib.sha256((self.desk / name).read_bytes()).hexdigest() for name in self.files
        }
        return {name: known.get(digest, "?") for name, digest in digests.items()}

    def stop(self) -> None:
        """Close the sandbox's ports."""
        self._running.stop()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
