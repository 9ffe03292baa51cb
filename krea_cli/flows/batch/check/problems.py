"""Problems of the lines of a batch: every sentence once, with all its lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from krea_cli.errors import InvalidRequest, Problem, UsageError
from krea_cli.flows.batch.check.existing_files import FileCheck
from krea_cli.flows.batch.check.lines import RESERVED_NAMES, Line
from krea_cli.flows.files.output_slot import download_command

UNKNOWN_FIELD = "there is no such field"  # start of the message
SIMILARITY_CUTOFF = 0.75  # of difflib, from 0 to 1
MAX_RANGES_SHOWN = 12  # of lines, in one sentence; `--json` has all
MAX_PROBLEMS_SHOWN = 200  # `--json` has all
LOST_FILES_HINT = (
    "fetch them, which costs nothing, then run the same command again; to make an item anew and pay"
    " for it, remove its sidecar"
)
LOSE_RESULTS_HINT = (
    "move the files away with their sidecars, or choose another -o or another output for the lines"
)
SHARD_RESULTS_HINT = (
    "the same command once without --shard and with --max-cost 0.000001 gives the results their new"
    " names, and pays nothing"
)
CHANGED_HINT = (
    "move the files away; the same command without --check then puts the results in their places,"
    " and pays nothing"
)
FIX_HINT = "correct it; the same command with --dry-run only checks"


@dataclass(frozen=True)
class BatchProblem:
    """A problem and the lines that have it.

    lines: ranges, as pairs of first and last; empty if it is a problem of the whole batch
    """

    problem: Problem
    lines: tuple[tuple[int, int], ...] = ()

    def __str__(self) -> str:
        if not self.lines:
            return str(self.problem)
        ranges = [str(a) if a == b else f"{a}-{b}" for a, b in self.lines[:MAX_RANGES_SHOWN]]
        more = len(self.lines) - len(ranges)
        is_single = len(self.lines) == 1 and self.lines[0][0] == self.lines[0][1]
        word = "line" if is_single else "lines"
        rest = f" and {more} more" if more else ""
        return f"{word} {', '.join(ranges)}{rest}: {self.problem}"

    def as_dict(self) -> dict[str, object]:
        """JSON object: `line` (the first), `lines` ([first, last] pairs), `field`, `message`."""
        return {
            "line": self.lines[0][0] if self.lines else None,
            "lines": [list(pair) for pair in self.lines],
            "field": self.problem.field,
            "message": self.problem.message,
        }


class InvalidBatch(UsageError):
    """Lines of a batch cannot be sent as they stand; it carries all problems.

    `--json` lists them under `problems`, as `BatchProblem.as_dict` gives them.
    """

    code = "invalid_batch"

    def __init__(
        self, name: str, problems: Sequence[BatchProblem], *, hint: str = FIX_HINT
    ) -> None:
        self.problems = tuple(problems)
        if len(self.problems) == 1:
            message = f"{name} cannot be run as it stands: {self.problems[0]}"
        else:
            listed = "".join(f"\n  - {fault}" for fault in self.problems[:MAX_PROBLEMS_SHOWN])
            if more := len(self.problems[MAX_PROBLEMS_SHOWN:]):
                listed += f"\n  - and {more:,} more, which --json lists"
            reasons = f"for {len(self.problems):,} reasons"
            message = f"{name} cannot be run as it stands, {reasons}:{listed}"
        super().__init__(message, hint=hint)
        self.details = {"problems": [fault.as_dict() for fault in self.problems]}


class Problems:
    """Collects problems, in the order of the lines.

    hint: the command that mends them; None for the usual ones
    """

    def __init__(self) -> None:
        self.hint: str | None = None
        self._lines: dict[Problem, list[tuple[int, int]]] = {}
        self._existing = _ExistingCounts()
        self._has_lost_files = False

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, line: int | None, problem: Problem) -> None:
        """Add PROBLEM of LINE; None if it is one of the whole batch."""
        # Without the hint: one sentence is one problem, whatever would help.
        ranges = self._lines.setdefault(Problem(problem.field, problem.message), [])
        if line is None:
            return
        if ranges and ranges[-1][1] in (line - 1, line):
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))

    def add_message(self, line: int | None, message: str, *, field: str | None = None) -> None:
        """Add a problem of LINE with MESSAGE."""
        self.add(line, Problem(field, message))

    def add_lost_file(self, line: Line, check: FileCheck) -> None:
        """Add the file of an item of LINE, if only its sidecar is left."""
        if check.lost_file and check.lost_job_id:
            self._has_lost_files = True
            command = download_command(check.lost_job_id, check.lost_file)
            message = f"{check.lost_file} is gone, and its sidecar says that it is paid"
            self.add_message(line.number, f"{message}; {command} fetches it")

    def add_existing_file(
        self, line: int, check: FileCheck, owner: tuple[str, int] | None, *, is_paid: bool
    ) -> None:
        """Add that an item of LINE would overwrite a file.

        owner: by its sidecar, the file and the line of the result
        is_paid: the result of the item itself is known
        """
        message = f"{check.foreign_file} exists"
        if check.is_paid:
            message += "; --force replaces it with the earlier result of this item"
        elif owner is not None:
            message = (
                f"{owner[0]} exists: its sidecar says that it is the result of line {owner[1]}"
            )
            self._existing.shifted += 1
        elif check.foreign_row_id is not None:
            message += f": it was saved by request {check.foreign_row_id}, not for this item"
        else:
            message += ", and is not known as a result of this item"
            self._existing.unknown += 1
        self._existing.unpaid += not is_paid
        self.add_message(line, message)

    def add_changed_file(self, line: int, path: str, owner_id: int | None) -> None:
        """Add that PATH holds other bytes than the result of an item of LINE, as --check found.

        owner_id: the other request that saved them; None if it is not known
        """
        self.hint = CHANGED_HINT
        message = "was changed since it was saved"
        if owner_id is not None:
            message = f"holds the result of request {owner_id}, and not of this item"
        self.add_message(line, f"{path} {message}")

    def add_result_to_lose(self, line: int, path: str, owner_line: int, *, is_shard: bool) -> None:
        """Add that an item of LINE would overwrite PATH, a result of OWNER_LINE."""
        self._existing.hint = SHARD_RESULTS_HINT if is_shard else LOSE_RESULTS_HINT
        message = f"{path} is a paid result of line {owner_line}, as its sidecar says"
        self.add_message(line, f"{message}, and would be overwritten")

    def add_error(self, line: Line, error: UsageError) -> None:
        """Add each problem of a request of LINE, as ERROR lists them."""
        if not isinstance(error, InvalidRequest):
            self.add_message(line.number, error.message)
            return
        for problem in error.problems:
            self.add(line.number, _explain_heading(problem, line))

    def raise_if_any(self, name: str, *, anonymous: bool = False) -> None:
        """Raise `InvalidBatch` for the list NAME if there are problems.

        anonymous: the user has no token
        """
        if not self._lines:
            return
        problems = [BatchProblem(problem, tuple(lines)) for problem, lines in self._lines.items()]
        problems.sort(key=lambda each: each.lines[0][0] if each.lines else inf)
        existing_hint = self._existing.find_hint(anonymous=anonymous)
        hint = LOST_FILES_HINT if self._has_lost_files else existing_hint or self.hint or FIX_HINT
        raise InvalidBatch(name, problems, hint=hint)


def _explain_heading(problem: Problem, line: Line) -> Problem:
    """Add the origin of the name to PROBLEM, if it is a heading that is not a field.

    A name like that of a column of a list, such as "output", may be one.
    """
    if not problem.field or not problem.message.startswith(UNKNOWN_FIELD):
        return problem
    from difflib import get_close_matches

    similar = get_close_matches(problem.field, RESERVED_NAMES, n=1, cutoff=SIMILARITY_CUTOFF)
    text = f"{UNKNOWN_FIELD}; did you mean {similar[0]}?" if similar else problem.message
    if problem.field not in line.cells:
        return replace(problem, message=text)
    message = f"{text}; the first line of a table (line 1) names the fields"
    return Problem(problem.field, message, problem.hint)


@dataclass
class _ExistingCounts:
    """Counts of items with a file in their way, and the hint that suits them.

    unpaid: items that --force would make and pay for
    unknown: items whose file is of unknown origin
    shifted: items whose file is the result of another item
    hint: goes before all others
    """

    unpaid: int = 0
    unknown: int = 0
    shifted: int = 0
    hint: str | None = None

    def find_hint(self, *, anonymous: bool) -> str | None:
        """Return the hint; None if no file stops the batch, or the usual hint will do."""
        if self.hint:
            return self.hint
        if self.shifted:
            return _shifted_files_hint(self.unpaid, has_unknown=self.unknown > 0)
        if self.unpaid:
            has_unknown = self.unknown > 0
            return _foreign_files_hint(self.unpaid, has_unknown=has_unknown, anonymous=anonymous)
        return None


def _shifted_files_hint(unpaid: int, *, has_unknown: bool) -> str:
    """Hint for results of other items, which --force moves; it would pay for UNPAID items."""
    hint = "--force gives these results their new names, and pays nothing for them"
    if unpaid:
        hint += f"; it would make and pay for {_count_results(unpaid)}"
    return hint + ("; it overwrites the other files" if has_unknown else "")


def _count_results(count: int) -> str:
    return "1 new result" if count == 1 else f"{count:,} new results"


def _foreign_files_hint(count: int, *, has_unknown: bool, anonymous: bool) -> str:
    """Hint for foreign files at the paths of COUNT items; --force alone would pay for all."""
    force = f"--force would make and pay for {_count_results(count)}"
    if anonymous:
        return (
            "without a token, krea cannot tell which items are done: krea auth login, or set"
            f" KREA_API_KEY; {force}"
        )
    if not has_unknown:
        return f"choose another -o, or another output for the line; {force}"
    return (
        "neither the ledger nor a sidecar says that these files are the items' own: choose another"
        " -o, or use the KREA_STATE_DIR and the API key with which they were made; files of a"
        f" rehearsal in krea sandbox can be deleted; {force}"
    )
