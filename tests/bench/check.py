"""`krea batch big.csv --dry-run`: the CPU time of checking a table, and the memory."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import Peak, measure_peak
from tests.fakes.sandbox_process import SandboxProcess

FULL_LINES = 100_000
START_SECONDS = 0.6  # of CPU, which counts on a short list


def elapsed(checkout: Checkout, lines: int = FULL_LINES) -> Line:
    """One line: CPU seconds of the whole process."""
    seconds = _run_check(checkout, lines).cpu
    return Line(
        f"check of a batch of {lines:,} lines, CPU",
        "",
        seconds,
        " s",
        linear_reach(8, lines),
        f"{seconds / lines * 1e6:.0f} µs a line",
    )


def memory(checkout: Checkout, lines: int = FULL_LINES) -> Line:
    """One line: the peak of the same process."""
    megabytes = _run_check(checkout, lines).megabytes
    return Line(f"… its peak memory, {lines:,} lines", "", megabytes, " MB", 50)


def linear_reach(seconds: float, lines: int) -> float:
    """The reach for LINES lines, by the SECONDS for a full list."""
    return seconds if lines == FULL_LINES else START_SECONDS + seconds * lines / FULL_LINES


@cache
def _run_check(checkout: Checkout, lines: int) -> Peak:
    """One run, its output to nowhere; every line is another item."""
    with TemporaryDirectory() as name, SandboxProcess() as sandbox:
        folder = Path(name)
        with (folder / "big.csv").open("w") as table:
            table.write("prompt,seed,steps\n")
            for number in range(lines):
                table.write(f"a fox in picture {number},{number},{20 + number % 9}\n")
        environment = checkout.environ(sandbox.environ(folder))
        command = [checkout.krea, "batch", "big.csv", "--dry-run", "-m", "bfl/flux-1-dev"]
        return measure_peak(command, environment, folder)
