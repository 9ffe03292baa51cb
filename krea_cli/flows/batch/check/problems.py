"""What is wrong with the lines of a batch: every sentence once, with all the lines it is about."""

from collections.abc import Sequence
from dataclasses import dataclass

from krea_cli.errors import Problem, UsageError

MOST_RANGES = 12  # of lines that one sentence names; `--json` has all
MOST_TOLD = 200  # sentences; `--json` has all
MEND = "mend it; the same command with --dry-run only checks"


@dataclass(frozen=True)
class Fault:
    """A problem and the lines that have it, as ranges of the first and last; none: the whole."""

    problem: Problem
    lines: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        if not self.lines:
            return str(self.problem)
        told = [str(a) if a == b else f"{a}-{b}" for a, b in self.lines[:MOST_RANGES]]
        more = len(self.lines) - len(told)
        alone = len(self.lines) == 1 and self.lines[0][0] == self.lines[0][1]
        word = "line" if alone else "lines"
        rest = f" and {more} more" if more else ""
        return f"{word} {', '.join(told)}{rest}: {self.problem}"

    def as_dict(self) -> dict[str, object]:
        """What `--json` tells: `line` is the first, `lines` are [first, last] pairs."""
        return {
            "line": self.lines[0][0] if self.lines else None,
            "lines": [list(pair) for pair in self.lines],
            "field": self.problem.field,
            "message": self.problem.message,
        }


class InvalidBatch(UsageError):
    """Lines of a batch cannot be sent as they stand; carries every problem at once.

    `--json` lists the `problems`: line, lines, field, message of each.
    """

    code = "invalid_batch"

    def __init__(self, name: str, faults: Sequence[Fault], *, hint: str = MEND) -> None:
        self.faults = tuple(faults)
        if len(self.faults) == 1:
            message = f"{name} cannot be run as it stands: {self.faults[0]}"
        else:
            listed = "".join(f"\n  - {fault}" for fault in self.faults[:MOST_TOLD])
            if more := len(self.faults[MOST_TOLD:]):
                listed += f"\n  - and {more:,} more, which --json lists"
            reasons = f"for {len(self.faults):,} reasons"
            message = f"{name} cannot be run as it stands, {reasons}:{listed}"
        super().__init__(message, hint=hint)
        self.details = {"problems": [fault.as_dict() for fault in self.faults]}


class Problems:
    """Collects what is wrong, in the order of the lines."""

    def __init__(self) -> None:
        self._lines: dict[Problem, list[tuple[int, int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, line: int | None, problem: Problem) -> None:
        """Note PROBLEM of LINE; None for what is about the whole."""
        # The same sentence is the same problem, whatever would help against it.
        ranges = self._lines.setdefault(Problem(problem.field, problem.message), [])
        if line is None:
            return
        if ranges and ranges[-1][1] in (line - 1, line):
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))

    def say(self, line: int | None, message: str, *, field: str | None = None) -> None:
        """Note a MESSAGE about LINE."""
        self.add(line, Problem(field, message))

    def end(self, name: str, *, taken: int = 0, anonymous: bool = False) -> None:
        """Raise `InvalidBatch` for the file NAME if anything is wrong.

        TAKEN is how many items have their places taken by files that nobody knows, ANONYMOUS
        whether that is for want of a token.
        """
        if not self._lines:
            return
        faults = [Fault(problem, tuple(lines)) for problem, lines in self._lines.items()]
        hint = _about_taken(taken, anonymous=anonymous) if taken else MEND
        raise InvalidBatch(name, faults, hint=hint)


def _about_taken(count: int, *, anonymous: bool) -> str:
    """What to do about files in the places of COUNT items; --force alone would pay for all."""
    results = "1 new result" if count == 1 else f"{count:,} new results"
    force = f"--force would make and pay for {results}"
    if anonymous:
        return (
            "without a token nobody can tell what is done: krea auth login, or set KREA_API_KEY;"
            f" {force}"
        )
    return (
        "neither this ledger nor a sidecar knows what is there as the items' own: choose another"
        " -o, or use the KREA_STATE_DIR and the API key with which it was made;"
        f" {force}"
    )
