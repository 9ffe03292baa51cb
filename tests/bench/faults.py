"""What each fault of the sandbox leads to, as a table: `python tests/bench/faults.py [KIND]...`

A line for each kind of fault (once, and always), so many results of so many requests: what the
real command leaves, and what then completes the work. Takes a minute; the tests in tests/faults
hold it against what must be.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.matrix import Case, Played, cases, play

HEADING = (
    "fault",
    "results",
    "requests",
    "exit",
    "charged",
    "POSTs",
    "jobs",
    "files",
    "ledger",
    "completed by",
    "then POSTs",
    "jobs",
    "files",
)
WIDTHS = (21, 8, 9, 5, 8, 6, 5, 6, 22, 18, 11, 5, 5)


def line(cells: tuple[object, ...]) -> str:
    """CELLS below the heading."""
    padded = (f"{cell:<{width}}" for cell, width in zip(map(str, cells), WIDTHS, strict=True))
    return "".join(padded).rstrip()


def row(case: Case, played: Played) -> tuple[object, ...]:
    """What was seen of CASE."""
    first, last = played.first, played.last
    ledger = ", ".join(f"{count} {state}" for state, count in Counter(first.ledger).items())
    left = (first.exit, first.charged, first.posts, first.jobs, first.files, ledger, played.way)
    return (case.name, case.results, case.requests, *left, last.posts, last.jobs, last.files)


def main() -> None:
    """Play the cases and print each when it is there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kind", nargs="*", help="only these kinds of fault")
    kinds = options.parse_args().kind
    if unknown := set(kinds) - {case.kind for case in cases()}:
        options.error(f"no such fault: {', '.join(sorted(unknown))}")
    sys.stdout.write(line(HEADING) + "\n")
    for case in cases():
        if not kinds or case.kind in kinds:
            sys.stdout.write(line(row(case, play(case))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
