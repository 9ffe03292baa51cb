"""`krea batch` in one run: how long, how many requests for polling, how much CPU.

Everything counts from the start of the process to its end. No client is faster than the account:
jobs × seconds / at once is the ideal. Where a submit takes long, the other side is the loop in the
API's documentation, in so many threads.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import PYTHON, Cost, child_environ, run
from tests.bench.sandbox_client import count_polls
from tests.fakes.sandbox_process import Sandbox, SandboxProcess

TICK_SECONDS = 0.25  # requests nearer to each other than this belong to one tick
SIZE = ("--width", "512", "--height", "512")  # the smallest: drawing them takes CPU as well
LOOP = str(Path(__file__).with_name("documented_loop.py"))
PARALLEL = (("KREA_SUBMIT_PARALLEL", "8"),)


@dataclass(frozen=True)
class Batch:
    """A batch of so many jobs.

    seconds: of each job
    at_once: jobs that the account runs at a time
    post_seconds: the time that the service takes for a submit
    has_j: True with `-j AT_ONCE`, False without the option
    setting: more variables
    """

    jobs: int = 400
    seconds: float = 7.0
    at_once: int = 40
    post_seconds: float = 0.1
    has_j: bool = True
    setting: tuple[tuple[str, str], ...] = ()

    @property
    def ideal(self) -> float:
        """Seconds that it takes if no slot is ever empty."""
        return self.jobs * self.seconds / self.at_once

    @property
    def name(self) -> str:
        """The name of the line in the table."""
        limit = f"-j {self.at_once}" if self.has_j else f"account of {self.at_once}, no -j"
        return f"{self.jobs} jobs of {self.seconds:g} s, {limit}, POST {self.post_seconds:g} s"

    @property
    def options(self) -> tuple[str, ...]:
        """The options of the command."""
        return ("-j", str(self.at_once), *SIZE) if self.has_j else SIZE


@dataclass(frozen=True)
class BatchRun:
    """One run of `krea batch`.

    cost: its time
    poll_requests: requests for polling
    ticks: moments at which requests were made
    """

    cost: Cost
    poll_requests: int
    ticks: int


def elapsed(checkout: Checkout, batch: Batch, reach: float) -> Line:
    """One line: the whole process, against slots that are never empty."""
    seconds = run_krea(checkout, batch).cost.seconds
    return Line(
        batch.name,
        f"jobs x seconds / {batch.at_once}",
        seconds / batch.ideal,
        " x",
        reach,
        f"{seconds:.1f} s, {batch.ideal:.1f} s",
    )


def seconds_beside_threads(checkout: Checkout, batch: Batch, reach: float) -> Line:
    """One line: the seconds of the whole process; in the details those of the threads."""
    seconds, threads = run_krea(checkout, batch).cost.seconds, _run_threads(batch).seconds
    return Line(batch.name, _threads(batch), seconds, " s", reach, f"the threads: {threads:.1f} s")


def against_threads(checkout: Checkout, batch: Batch) -> Line:
    """One line: the whole process with its setting, against the threads."""
    seconds, threads = run_krea(checkout, batch).cost.seconds, _run_threads(batch).seconds
    return Line(
        f"… {dict(batch.setting)[PARALLEL[0][0]]} sent at once",
        _threads(batch),
        seconds / threads,
        " x",
        1.0,
        f"{seconds:.1f} s, {threads:.1f} s",
    )


def polling(checkout: Checkout, batch: Batch) -> Line:
    """One line: requests a second, which must be no more than one per tick."""
    seen = run_krea(checkout, batch)
    return Line(
        f"requests to poll in the batch of {batch.jobs}",
        "time from start to end",
        seen.poll_requests / seen.cost.seconds,
        " a second",
        2,
        f"{seen.poll_requests} in {seen.ticks} ticks",
        other_bound_kept=seen.poll_requests <= seen.ticks,
    )


def cpu(checkout: Checkout, batch: Batch) -> Line:
    """One line: CPU seconds of all processes, and how long both sides took."""
    krea, loop = run_krea(checkout, batch).cost, _run_xargs(batch)
    return Line(
        f"CPU time of the batch of {batch.jobs}",
        f"xargs -P {batch.at_once}, a loop per job",
        krea.cpu / loop.cpu,
        " x",
        0.5,
        f"{krea.cpu:.1f} s, {loop.cpu:.1f} s; took {krea.seconds:.0f} s, {loop.seconds:.0f} s",
    )


@cache
def run_krea(checkout: Checkout, batch: Batch) -> BatchRun:
    """One run of the real command."""
    with _service(batch) as (folder, sandbox):
        write_prompts(folder, batch.jobs)
        environment = checkout.environ(sandbox.environ(folder) | dict(batch.setting))
        command = [checkout.krea, "batch", "prompts.txt", *batch.options, "--verbose"]
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
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
        assert child.returncode == 0, child.returncode
        _check_pictures(folder, batch)
        poll_requests = count_polls(sandbox)
    ticks = 1 + sum(after - before > TICK_SECONDS for before, after in pairwise(moments))
    return BatchRun(Cost(seconds, usage.ru_utime + usage.ru_stime), poll_requests, ticks)


def write_prompts(folder: Path, items: int) -> None:
    """Write the list of a batch of ITEMS, each with a prompt of its own."""
    lines = (f"a fox in picture {number}\n" for number in range(1, items + 1))
    (folder / "prompts.txt").write_text("".join(lines))


@cache
def _run_threads(batch: Batch) -> Cost:
    """The documentation's loop for the same pictures, in threads of one process."""
    with _service(batch) as (folder, sandbox):
        command = [PYTHON, LOOP, "--threads", str(batch.at_once), str(batch.jobs)]
        cost = run(command, child_environ(sandbox.environ(folder)), folder)
        _check_pictures(folder, batch)
    return cost


@cache
def _run_xargs(batch: Batch) -> Cost:
    """The documentation's loop for the same pictures, a process for each."""
    one = [PYTHON, LOOP, "a fox in picture {}", "{}.png"]
    with _service(batch) as (folder, sandbox):
        numbers = folder / "numbers"
        numbers.write_text("".join(f"{number}\n" for number in range(1, batch.jobs + 1)))
        command = ["xargs", "-P", str(batch.at_once), "-I{}", *one]
        with numbers.open() as lines:
            cost = run(command, child_environ(sandbox.environ(folder)), folder, stdin=lines)
        _check_pictures(folder, batch)
    return cost


def _threads(batch: Batch) -> str:
    return f"{batch.at_once} threads of the documented loop"


def _check_pictures(folder: Path, batch: Batch) -> None:
    pictures = len(list(folder.glob("*.png")))
    assert pictures == batch.jobs, pictures


@contextmanager
def _service(batch: Batch) -> Iterator[tuple[Path, Sandbox]]:
    """An empty folder, and a service for BATCH."""
    arguments = ["--concurrency", str(batch.at_once), "--seconds", str(batch.seconds)]
    arguments += ["--spread", "0", *slow_posts(batch.post_seconds)]
    with TemporaryDirectory() as name, SandboxProcess(*arguments) as sandbox:
        yield Path(name), sandbox


def slow_posts(seconds: float) -> list[str]:
    """Options of a sandbox that takes SECONDS to answer a submit."""
    return ["--fault", f"slow-submit:{seconds:g}s"] if seconds else []
