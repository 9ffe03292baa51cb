"""The table of what krea must reach: `python tests/bench`, or with --quick a rougher one.

Everything runs on this machine. Most figures are ratios, with the two sides measured in turn; a few
have a bound of their own. It takes seven minutes, with --quick two.

Names of lines, such as `lateness`, measure those lines only. `batch`, `batch-polls` and `batch-cpu`
share one run, `check` and `check-memory` another.

Two scripts print tables of their own. `python tests/bench/faults.py` shows the outcome of each
fault, and `python tests/bench/kills.py` a batch that is killed again and again.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import batch, check, download, in_flight, lateness, ledger, status, version
from tests.bench.line import Line, heading

LINES: dict[str, Callable[[], Line]] = {
    "version": version.measure,
    "status": status.measure,
    "lateness": lateness.measure,
    "in-flight": in_flight.measure,
    "ledger": ledger.measure,
    "throughput": download.throughput,
    "memory": download.memory,
    "batch": partial(batch.elapsed, batch.Batch()),
    "batch-polls": partial(batch.polling, batch.Batch()),
    "batch-cpu": partial(batch.cpu, batch.Batch()),
    "check": check.elapsed,
    "check-memory": check.memory,
}
ROUGH = batch.Batch(jobs=120)
QUICK: dict[str, Callable[[], Line]] = {
    "version": partial(version.measure, rounds=9),
    "status": partial(status.measure, rounds=9),
    "lateness": partial(lateness.measure, jobs=24, learnt_from=12, seconds=7),
    "in-flight": partial(in_flight.measure, seconds=5),
    "ledger": partial(ledger.measure, submits=50),
    "throughput": partial(download.throughput, megabytes=300, rounds=2),
    "memory": partial(download.memory, megabytes=300, rounds=1),
    "batch": partial(batch.elapsed, ROUGH),
    "batch-polls": partial(batch.polling, ROUGH),
    "batch-cpu": partial(batch.cpu, ROUGH),
    "check": partial(check.elapsed, 10_000),
    "check-memory": partial(check.memory, 10_000),
}


def main() -> None:
    """Measure line by line and print each when it is there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="smaller numbers, rougher figures")
    options.add_argument("line", nargs="*", help=f"only some of {', '.join(LINES)}")
    chosen = options.parse_args()
    lines = QUICK if chosen.quick else LINES
    if unknown := set(chosen.line) - set(LINES):
        options.error(f"no such line: {', '.join(sorted(unknown))}")
    sys.stdout.write(heading() + "\n")
    for name, measure in lines.items():
        if not chosen.line or name in chosen.line:
            sys.stdout.write(f"{measure()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
