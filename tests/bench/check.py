"""`krea batch big.csv --dry-run`: how long a table takes to be checked, and how much memory."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import peak_megabytes
from tests.fakes.sandbox_process import SandboxProcess

FULL_LINES = 100_000


@dataclass(frozen=True)
class CheckRun:
    """The wall seconds and the peak memory in MB of one run."""

    seconds: float
    megabytes: float


def elapsed(checkout: Checkout, lines: int = FULL_LINES) -> Line:
    """One line: seconds from the start of the process to its end."""
    seconds = _run_check(checkout, lines).seconds
    return Line(
        f"check of a batch of {lines:,} lines",
        "",
        seconds,
        " s",
        8 * lines / FULL_LINES,
        f"{seconds / lines * 1e6:.0f} µs a line",
    )


def memory(checkout: Checkout, lines: int = FULL_LINES) -> Line:
    """One line: the peak of the same process."""
    megabytes = _run_check(checkout, lines).megabytes
    return Line(f"… its peak memory, {lines:,} lines", "", megabytes, " MB", 50)


@cache
def _run_check(checkout: Checkout, lines: int) -> CheckRun:
    """One run, its output to nowhere; every line is another item."""
    with TemporaryDirectory() as name, SandboxProcess() as sandbox:
        folder = Path(name)
        with (folder / "big.csv").open("w") as table:
            table.write("prompt,seed,steps\n")
            for number in range(lines):
                table.write(f"a fox in picture {number},{number},{20 + number % 9}\n")
        environment = checkout.environ(sandbox.environ(folder))
        command = [checkout.krea, "batch", "big.csv", "--dry-run", "-m", "bfl/flux-1-dev"]
        started = time.perf_counter()
        megabytes = peak_megabytes(command, environment, folder)
        return CheckRun(time.perf_counter() - started, megabytes)
