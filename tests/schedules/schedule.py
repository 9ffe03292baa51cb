"""One schedule: a service, a machine with its clock, and processes that take turns on it."""

import heapq
import json
import tempfile
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from krea_cli.flows.submit.match import MAX_SEND_SECONDS
from tests.fakes.krea_service import BASE
from tests.harness.cli import CliResult
from tests.schedules.processes import Process
from tests.schedules.service import REFUSALS, PostFault, Reply, SimulatedKrea, World

START = 1_800_000_000.0
GET_SECONDS = 0.05
MAX_EVENTS = 20_000  # of one schedule: a command that waits for ever is a failure


class Schedule:
    """Runs commands at simulated times. Times are seconds since the start.

    faults: the fates of the next POSTs, first come first served
    folder: the working folder of all commands
    """

    def __init__(self, world: World) -> None:
        self._scratch = tempfile.TemporaryDirectory(dir=_fast_folder())
        home = Path(self._scratch.name)
        self.folder, self.state = home / "work", home / "state"
        self.folder.mkdir()
        self.time = 0.0
        self.leap = 0.0  # of the wall clock
        self.faults: list[PostFault] = []
        self.service = SimulatedKrea(lambda: START + self.time, world)
        self.environ = {
            "KREA_API_BASE": BASE,
            "KREA_API_KEY": "key-1:secret-1",
            "KREA_CONFIG_DIR": str(home / "config"),
            "KREA_STATE_DIR": str(self.state),
            "KREA_CACHE_DIR": str(home / "cache"),
            "KREA_SUBMIT_PARALLEL": str(world.parallel),
        }
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._late_jobs: list[float] = []
        self._numbers = count()

    def close(self) -> None:
        """Remove the folders."""
        self._scratch.cleanup()

    @property
    def next_late_job(self) -> float | None:
        """The time at which the next late job is made; None if none is to come.

        A job that is later than any gateway is left out: it is named, but excludes nothing.
        """
        return min((moment for moment in self._late_jobs if moment > self.time), default=None)

    def wait(self, seconds: float) -> None:
        """Let SECONDS pass; late jobs are made in them."""
        end = self.time + seconds
        while self._events and self._events[0][0] <= end:
            self._next_event()
        self.time = end

    def run(
        self, *commands: Sequence[str], kills: Sequence[int | None] = (), gap: float = 0.0
    ) -> list[CliResult]:
        """Run COMMANDS side by side, each GAP seconds after the one before; KILLS are effects."""
        processes: list[Process] = []
        for number, argv in enumerate(commands):
            kill_at = kills[number] if number < len(kills) else None

            def begin(argv: Sequence[str] = argv, kill_at: int | None = kill_at) -> None:
                seed = next(self._numbers)
                process = Process(argv, self.folder, self.environ, seed=seed, kill_at=kill_at)
                processes.append(process)
                self._serve(process)

            self._at(number * gap, begin)
        left = MAX_EVENTS
        while len(processes) < len(commands) or any(each.result is None for each in processes):
            assert left > 0, f"a command waits for ever: {[each.argv for each in processes]}"
            left -= 1
            self._next_event()
        return [each.result for each in processes if each.result is not None]

    def _at(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.time + seconds, next(self._numbers), action))

    def _next_event(self) -> None:
        self.time, _, action = heapq.heappop(self._events)
        action()

    def _serve(self, process: Process) -> None:
        """Take the next message of PROCESS, and plan the answer."""
        message = process.next_message()
        if message is None:
            return
        kind, payload = message
        if kind == "sleep":
            self._at(payload, lambda: self._answer(process))
        elif payload[0] == "POST" and payload[1].startswith("/generate/"):
            self._post(process, json.loads(payload[3])["prompt"], key=payload[4])
        else:
            method, path, query, _, key = payload
            self._at(
                GET_SECONDS,
                lambda: self._answer(process, self.service.answer(method, path, query, key)),
            )

    def _answer(self, process: Process, answer: Any = None) -> None:
        if process.result is None:
            process.go_on(START + self.time + self.leap, self.time, answer)
            self._serve(process)

    def _post(self, process: Process, prompt: str, *, key: str) -> None:
        fault = self.faults.pop(0) if self.faults else PostFault()
        self.service.posts += 1
        made: list[Reply] = []
        if fault.made and fault.made < MAX_SEND_SECONDS:
            self._late_jobs.append(self.time + fault.travel + fault.made)
        if fault.made is not None:
            self._at(
                fault.travel + fault.made,
                lambda: made.append(
                    self.service.submitted(self.service.make_job(prompt, key, fails=fault.fails))
                ),
            )
        if fault.answer == "kill":
            self._at(fault.travel, process.kill)
            return

        def reply() -> None:
            if fault.answer == "job":
                self._answer(process, made[0])
            elif fault.answer == "lost":
                self._answer(process, Reply(error="ReadError"))
            else:
                self._answer(process, REFUSALS[fault.answer])

        self._at(fault.travel + fault.back, reply)


def _fast_folder() -> str | None:
    """Memory, where the system has some as a folder: nothing here needs a disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
