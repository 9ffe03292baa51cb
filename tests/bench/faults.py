"""The outcome of each fault of the sandbox, as a table: `python tests/bench/faults.py [KIND]...`

A line for each kind of fault (once, and always), number of requests and number of results. It shows
the state after the real command, and the command that completes the work. Takes a minute.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.matrix import Case, PlayedCase, cases, play

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


def format_line(cells: tuple[object, ...]) -> str:
    """CELLS as a line, each below its heading."""
    padded = (f"{cell:<{width}}" for cell, width in zip(map(str, cells), WIDTHS, strict=True))
    return "".join(padded).rstrip()


def cells_of(case: Case, played: PlayedCase) -> tuple[object, ...]:
    """The cells of the line of CASE."""
    first, last = played.first, played.last
    ledger = ", ".join(f"{count} {state}" for state, count in Counter(first.ledger).items())
    cells = (first.exit, first.charged, first.posts, first.jobs, first.files, ledger, played.way)
    return (case.name, case.results, case.requests, *cells, last.posts, last.jobs, last.files)


def main() -> None:
    """Play the cases and print each when it is there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("kind", nargs="*", help="only these kinds of fault")
    kinds = options.parse_args().kind
    if unknown := set(kinds) - {case.kind for case in cases()}:
        options.error(f"no such fault: {', '.join(sorted(unknown))}")
    sys.stdout.write(format_line(HEADING) + "\n")
    for case in cases():
        if not kinds or case.kind in kinds:
            sys.stdout.write(format_line(cells_of(case, play(case))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
