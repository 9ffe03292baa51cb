"""The cost of a batch by its length: `python tests/bench/growth.py [SIZE]...`

Each batch runs on an account of 40, at `-j 40`, and the service takes 0.1 s for a submit. Without
sizes it measures 100 and 1,000 items; 10,000 take a quarter of an hour. Each figure has the one for
an item in brackets: nothing may grow faster than the list.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.batch import SIZE, slow_posts, write_prompts
from tests.bench.checkout import HERE, Checkout
from tests.bench.process import measure_peak
from tests.fakes.sandbox_process import SandboxProcess

ACCOUNT = 40
JOB_SECONDS = 3.0
DEFAULT_SIZES = (100, 1000)
HEADINGS = ("items", "elapsed", "CPU", "peak memory", "submits", "polls", "downloads")
REQUESTS = HEADINGS[4:]


@dataclass(frozen=True)
class Growth:
    """One batch: its items, the seconds, the CPU seconds, the peak in MB, and its requests."""

    items: int
    elapsed: float
    cpu: float
    megabytes: float
    requests: dict[str, int]

    def cells(self) -> list[str]:
        """The cells of the table, with the figure for an item in brackets."""
        requests = (self.requests[kind] for kind in REQUESTS)
        return [
            f"{self.items:,}",
            f"{self.elapsed:.1f} s ({self.elapsed / self.items * 1e3:.0f} ms)",
            f"{self.cpu:.1f} s ({self.cpu / self.items * 1e3:.1f} ms)",
            f"{self.megabytes:.0f} MB",
            *(f"{count:,} ({count / self.items:.2f})" for count in requests),
        ]


def measure(checkout: Checkout, items: int, *, post_seconds: float) -> Growth:
    """Run one batch of so many ITEMS."""
    arguments = ("--concurrency", str(ACCOUNT), "--seconds", str(JOB_SECONDS), "--spread", "0")
    with (
        TemporaryDirectory() as name,
        SandboxProcess(*arguments, *slow_posts(post_seconds)) as sandbox,
    ):
        folder = Path(name)
        write_prompts(folder, items)
        command = [checkout.krea, "batch", "prompts.txt", "-j", str(ACCOUNT), *SIZE]
        started = time.perf_counter()
        peak = measure_peak(command, checkout.environ(sandbox.environ(folder)), folder)
        elapsed = time.perf_counter() - started
        pictures = len(list(folder.glob("*.png")))
        assert pictures == items, pictures
        stats = sandbox.stats()
    counts = (stats["posts"], sum(stats["polls"].values()), stats["downloads"])
    requests = dict(zip(REQUESTS, counts, strict=True))
    return Growth(items, elapsed, peak.cpu, peak.megabytes, requests)


def main() -> None:
    """Print a table in Markdown, a row for each size when it is there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("size", nargs="*", type=int, help="numbers of items")
    options.add_argument("--post", type=float, default=0.1, help="seconds of a submit")
    options.add_argument("--checkout", type=Path, default=HERE, help="another checkout")
    chosen = options.parse_args()
    checkout = Checkout(chosen.checkout.resolve())
    checkout.check()
    _print_row(HEADINGS)
    _print_row(["---"] * len(HEADINGS))
    for items in chosen.size or DEFAULT_SIZES:
        _print_row(measure(checkout, items, post_seconds=chosen.post).cells())


def _print_row(cells: tuple[str, ...] | list[str]) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
