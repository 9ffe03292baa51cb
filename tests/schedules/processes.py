"""Commands as real processes on a simulated clock, which die between any two effects.

Each command is a fork. It asks the schedule for everything that takes time: a pause, a request. So
one process runs at a time, and each run of a schedule is the same. Death is SIGKILL: the system
itself closes files, drops locks and leaves what was written.
"""

import gc
import os
import pkgutil
import signal
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

import httpx

import krea_cli
from krea_cli.catalog.cache import load_snapshot
from krea_cli.errors import LedgerUnusable
from krea_cli.local.ledger import sums
from krea_cli.local.ledger.database import Database
from tests.clocks.fake_clock import FakeClock
from tests.harness.cli import CliResult, run_main
from tests.schedules.service import Reply

KILLED = CliResult(-signal.SIGKILL, "", "")
LIBRARIES = ("httpcore", "platformdirs", "rich.console", "sqlite3", "typer", "typer.main")
FORMATS = ("PIL.PngImagePlugin", "PIL.JpegImagePlugin")
SYSTEM_CALLS = ("link", "rename", "replace", "unlink", "fsync")
DATABASE_CALLS = ("execute", "insert")


class ProcessClock(FakeClock):
    """The schedule's clock inside a process: it stands still but for pauses and requests."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        super().__init__()
        self._pipe = pipe
        self._wall = 0.0

    def now(self) -> float:
        """Seconds since 1970, as this machine believes."""
        return self._wall

    def boot(self) -> tuple[str, float]:
        """The seconds since the start of the schedule."""
        return "boot", self._passed

    def advance(self, seconds: float) -> None:
        """Wait for SECONDS of the schedule."""
        self.ask("sleep", seconds)

    def ask(self, kind: str, payload: object) -> Any:
        """Ask the schedule, and take over its time."""
        self._pipe.send((kind, payload))
        self._wall, self._passed, answer = self._pipe.recv()
        return answer


class Process:
    """One command under way.

    kill_at: the number of the effect at which it dies; None to live
    result: its end; None while it runs
    """

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        *,
        seed: int,
        kill_at: int | None,
    ) -> None:
        self.argv = tuple(argv)
        self.result: CliResult | None = None
        self._pipe, child_pipe = Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.chdir(folder)
            _become_command(child_pipe, self.argv, environ, Random(seed), kill_at)
        child_pipe.close()

    def next_message(self) -> tuple[str, Any] | None:
        """Wait for the next pause or request; None at the end."""
        with suppress(EOFError, ConnectionError):
            kind, payload = self._pipe.recv()
            if kind != "end":
                return kind, payload
            self.result = payload
        self._end()
        return None

    def go_on(self, wall: float, monotonic: float, answer: object = None) -> None:
        """Answer the last message at that time."""
        self._pipe.send((wall, monotonic, answer))

    def kill(self) -> None:
        """Let it die where it waits."""
        os.kill(self._pid, signal.SIGKILL)
        self._end()

    def _end(self) -> None:
        self._pipe.close()
        os.waitpid(self._pid, 0)
        self.result = self.result or KILLED


def preload() -> None:
    """Import everything here, so that no process has to."""
    for module in pkgutil.walk_packages(krea_cli.__path__, "krea_cli."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in (*LIBRARIES, *FORMATS):
        import_module(name)
    load_snapshot()
    gc.freeze()  # a collection in each fork would copy all that is here


def _become_command(
    pipe: "Connection[Any, Any]",
    argv: Sequence[str],
    environ: Mapping[str, str],
    random: Random,
    kill_at: int | None,
) -> None:
    try:
        clock = ProcessClock(pipe)
        clock.ask("sleep", 0.0)
        count_effects(kill_at)
        edges = {"clock": clock, "random": random, "transport": _transport(clock)}
        pipe.send(("end", run_main(argv, environ=environ, **edges)))
    except BaseException as bug:
        pipe.send(("end", CliResult(99, "", f"{type(bug).__name__}: {bug}")))
    finally:
        os._exit(0)


def count_effects(kill_at: int | None) -> None:
    """Let this process die before its effect number KILL_AT: a change on disk, or a request."""
    left = kill_at

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            if left is not None:
                left -= 1
                if left <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **named)

        return call

    for name in SYSTEM_CALLS:
        setattr(os, name, deadly(getattr(os, name)))
    for name in DATABASE_CALLS:
        setattr(Database, name, deadly(getattr(Database, name)))
    ProcessClock.ask = deadly(ProcessClock.ask)  # type: ignore[method-assign]


def _transport(clock: ProcessClock) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        key = request.headers.get("authorization", "")
        query, body = dict(request.url.params), request.read()
        asked = (request.method, request.url.path, query, body, key)
        reply: Reply = clock.ask("http", asked)
        if reply.error is not None:
            raise getattr(httpx, reply.error)(reply.error)
        stream = httpx.ByteStream(reply.body)
        return httpx.Response(reply.status, headers=reply.headers, stream=stream)

    return httpx.MockTransport(handle)


def count_wrong_sums(state: Path) -> int:
    """The sums for caps that are not those of the requests; nobody may write meanwhile."""
    path = state / "ledger.sqlite3"
    if not path.exists():
        return 0
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return sums.count_wrong_sums(Database(connection, path, None))
    except LedgerUnusable:  # a process died while it made the tables
        return 0
    finally:
        connection.close()


def read_ledger(state: Path) -> list[tuple[int, str, str | None, str, float | None]]:
    """Id, state, job, prompt and time of each request; nobody may write meanwhile."""
    return _query(state, "SELECT id, state, job_id, prompt, sent_at FROM requests ORDER BY id")


def read_files(state: Path) -> list[tuple[str, str, str]]:
    """Job, path and sha256 of each file of the ledger; nobody may write meanwhile."""
    columns = "requests.job_id, files.path, files.sha256"
    return _query(state, f"SELECT {columns} FROM files JOIN requests ON id = request_id")


def _query(state: Path, query: str) -> list[Any]:
    path = state / "ledger.sqlite3"
    if not path.exists():
        return []
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    except sqlite3.OperationalError:  # a process died while it made the tables
        return []
    finally:
        connection.close()
