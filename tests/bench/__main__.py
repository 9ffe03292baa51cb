"""The table of what krea must reach: `python tests/bench`, or with --quick a rougher one.

Everything runs on this machine. Most figures are ratios, with the two sides measured in turn; a few
have a bound of their own. It takes twenty minutes, with --quick one.

Names of lines, such as `lateness`, measure those lines only; `batch-cpu` and `suite` are measured
only when named. With --beside FOLDER each line is measured with another checkout too, right after.

More scripts print tables of their own:

- `growth.py`: the cost of a batch by its length
- `profile_commands.py`: the time by module and by function
- `trace_generate.py`: the files that one command passes
- `faults.py`: the outcome of each fault
- `kills.py`: a batch that is killed again and again
"""

import argparse
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.checkout import Checkout
from tests.bench.line import Table
from tests.bench.lines import LINES, NAMED_ONLY, QUICK, Measure
from tests.bench.process import has_valgrind

WITH_VALGRIND = "instructions"


def main() -> None:
    """Measure line by line and print each when it is there."""
    chosen = _parse_options()
    lines = QUICK if chosen.quick else LINES
    if chosen.line:
        lines = {name: measure for name, measure in _all(lines).items() if name in chosen.line}
    elif not has_valgrind():
        lines = {name: measure for name, measure in lines.items() if name != WITH_VALGRIND}
    here = Checkout()
    other = Checkout(Path(chosen.beside).resolve()) if chosen.beside else None
    for checkout in filter(None, (here, other)):
        checkout.check()
    table = Table(markdown=chosen.markdown, beside=other is not None)
    compared = f", beside commit {other.commit}" if other else ""
    _print(f"Commit {here.commit}{compared}, {date.today():%d %B %Y}.\n\n{table.heading()}")
    for name, measure in lines.items():
        _print(table.row(name, measure(here), measure(other) if other else None))


def _parse_options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="few lines with small numbers")
    options.add_argument("--markdown", action="store_true", help="print a table for the guide")
    options.add_argument("--beside", metavar="FOLDER", help="another checkout of this project")
    options.add_argument("line", nargs="*", help=f"only some of {', '.join(_all(LINES))}")
    chosen = options.parse_args()
    if unknown := set(chosen.line) - set(_all(LINES)):
        options.error(f"no such line: {', '.join(sorted(unknown))}")
    return chosen


def _all(lines: dict[str, Measure]) -> dict[str, Measure]:
    return {**LINES, **NAMED_ONLY, **lines}


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
