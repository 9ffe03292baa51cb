"""`krea batch` in one run: how long, how many requests for polling, how much CPU.

Everything counts from the start of the process to its end. The other side is the loop in the API's
documentation: a process for each picture, as many at once under xargs.
"""

import os
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.line import Line
from tests.bench.process import KREA, PYTHON, Cost, child_environ, run
from tests.bench.sandbox_client import count_polls
from tests.fakes.sandbox_process import Sandbox, SandboxProcess

TICK_SECONDS = 0.25  # requests nearer to each other than this belong to one tick
SIZE = ("--width", "512", "--height", "512")  # the smallest: drawing them takes CPU as well


@dataclass(frozen=True)
class Batch:
    """A batch of so many jobs.

    seconds: of each job
    at_once: jobs at a time
    """

    jobs: int = 400
    seconds: float = 7.0
    at_once: int = 40

    @property
    def ideal(self) -> float:
        """Seconds that it takes if no slot is ever empty."""
        return self.jobs * self.seconds / self.at_once

    @property
    def name(self) -> str:
        """The name of the line in the table."""
        return f"batch of {self.jobs} jobs of {self.seconds:g} s, {self.at_once} at a time"


@dataclass(frozen=True)
class BatchRun:
    """One run of `krea batch`.

    cost: its time
    asked: requests for polling
    ticks: moments at which requests were made
    """

    cost: Cost
    poll_requests: int
    ticks: int


def elapsed(batch: Batch) -> Line:
    """One line: the whole process, against slots that are never empty."""
    seconds = _run_krea(batch).cost.seconds
    return Line(
        batch.name,
        "jobs x seconds / at a time",
        seconds / batch.ideal,
        " x",
        1.05,
        f"{seconds:.1f} s from start to end, {batch.ideal:.1f} s",
    )


def polling(batch: Batch) -> Line:
    """One line: requests a second, which must be no more than one per tick."""
    seen = _run_krea(batch)
    return Line(
        "requests to poll in that batch",
        "time from start to end",
        seen.poll_requests / seen.cost.seconds,
        " a second",
        2,
        f"{seen.poll_requests} in {seen.ticks} ticks",
        other_bound_kept=seen.poll_requests <= seen.ticks,
    )


def cpu(batch: Batch) -> Line:
    """One line: CPU seconds of all processes, and how long both sides took."""
    krea, loop = _run_krea(batch).cost, _run_loop(batch)
    return Line(
        "CPU time of that batch",
        f"xargs -P {batch.at_once}, a Python loop per job",
        krea.cpu / loop.cpu,
        " x",
        0.5,
        f"{krea.cpu:.1f} s, {loop.cpu:.1f} s; took {krea.seconds:.0f} s, {loop.seconds:.0f} s",
    )


@cache
def _run_krea(batch: Batch) -> BatchRun:
    """One run of the real command."""
    with TemporaryDirectory() as name, _sandbox(batch) as sandbox:
        folder = Path(name)
        lines = (f"a fox in picture {number}\n" for number in range(1, batch.jobs + 1))
        (folder / "prompts.txt").write_text("".join(lines))
        command = [KREA, "batch", "prompts.txt", "-j", str(batch.at_once), *SIZE, "--verbose"]
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=child_environ(sandbox.environ(folder)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stderr
        with child.stderr:
            moments = [time.monotonic() for line in child.stderr if "GET /jobs" in line]
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        pictures = len(list(folder.glob("*.png")))
        assert (child.returncode, pictures) == (0, batch.jobs), (child.returncode, pictures)
        poll_requests = count_polls(sandbox)
    ticks = 1 + sum(after - before > TICK_SECONDS for before, after in pairwise(moments))
    return BatchRun(Cost(seconds, usage.ru_utime + usage.ru_stime), poll_requests, ticks)


@cache
def _run_loop(batch: Batch) -> Cost:
    """The documentation's loop for the same pictures."""
    script = str(Path(__file__).with_name("documented_loop.py"))
    one = [PYTHON, script, "a fox in picture {}", "{}.png"]
    with TemporaryDirectory() as name, _sandbox(batch) as sandbox:
        folder = Path(name)
        numbers = folder / "numbers"
        numbers.write_text("".join(f"{number}\n" for number in range(1, batch.jobs + 1)))
        command = ["xargs", "-P", str(batch.at_once), "-I{}", *one]
        with numbers.open() as lines:
            cost = run(command, child_environ(sandbox.environ(folder)), folder, stdin=lines)
        pictures = len(list(folder.glob("*.png")))
        assert pictures == batch.jobs, pictures
    return cost


def _sandbox(batch: Batch) -> Sandbox:
    at_once, seconds = str(batch.at_once), str(batch.seconds)
    return SandboxProcess("--concurrency", at_once, "--seconds", seconds, "--spread", "0")
