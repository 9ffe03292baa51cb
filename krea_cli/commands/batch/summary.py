"""Sum up a batch: the totals, then each reason for which items did not end well, once."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from krea_cli import errors
from krea_cli.commands.exit_status import EXIT_CODE_PRECEDENCE
from krea_cli.dollars import format_dollars, to_dollars
from krea_cli.errors import KreaError
from krea_cli.flows.submit.submit import CANDIDATES
from krea_cli.terminal import formats, sentences
from krea_cli.text import one_line

if TYPE_CHECKING:
    from krea_cli.flows.events import BatchProgress
    from krea_cli.terminal.output import Output

MAX_GROUPS = 5
MAX_RANGES = 4
MAX_REASON_CHARACTERS = 300
THEN_SAME_COMMAND = "; then run the same command again"
_ONE_REQUEST = r" \((?:job|request) [^()]*\)"
# What differs between two items that failed for one reason. What a server's status says stays.
_DETAILS = r"\bHTTP \d+|[0-9a-f]{8}(?:-[0-9a-f]+){4}|\S*/\S+|\d+(?:\.\d+)*"


@dataclass
class Group:
    """The items that did not end well for one reason; `error` is the first one's."""

    error: KreaError
    count: int = 0
    lines: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def line_numbers(self) -> list[int]:
        """The lines of the list, each once, in their order."""
        return sorted(set(self.lines))

    @property
    def reason(self) -> str:
        """The sentence, without a job's id where it stands for several items."""
        message, job_id = self.error.message, self.error.job_id
        if self.count > 1:
            # What was meant for one of them is not true of the others.
            message = re.sub(_ONE_REQUEST, "", message)
            message = message.replace(job_id, "…") if job_id else message
        # The ids of jobs stay whole.
        reason, introduction, jobs = message.partition(CANDIDATES)
        return _shorten(reason) + (introduction + one_line(jobs) if self.count == 1 else "")


class Summary:
    """Groups the items that did not end well by their reason."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str, str | None], Group] = {}

    def add(self, line: int, error: KreaError) -> None:
        """Add the item on LINE, which ended with ERROR."""
        reason = error.message.replace(error.job_id, "") if error.job_id else error.message
        reason = re.sub(_DETAILS, lambda met: met[0] if met[0].startswith("HTTP ") else "", reason)
        host = error.host if isinstance(error, errors.LeftToHost) else None
        group = self._groups.setdefault((error.code, reason, error.charged, host), Group(error))
        group.count += 1
        group.lines.append(line)

    def print(
        self,
        output: "Output",
        progress: "BatchProgress",
        *,
        in_other_runs: int,
        at_once: int,
        retry: str,
        seconds: float,
    ) -> None:
        """Print the totals and the groups.

        in_other_runs: spending of all other runs of the batch, in millionths of a dollar
        at_once: the most jobs that were seen at work at once
        retry: the command line that goes on
        seconds: duration of this run
        """
        groups = sorted(
            self._groups.values(),
            key=lambda group: (EXIT_CODE_PRECEDENCE.index(group.error.exit_code), -group.count),
        )
        first, rest = groups[:MAX_GROUPS], groups[MAX_GROUPS:]
        errors = [_group_error(group, retry) for group in first]
        if len(rest) == 1:
            errors.append(_group_error(rest[0], retry))
        elif rest:
            errors.append(_others_error(rest, retry))
        record = {name: value for name, value in vars(progress).items() if name != "limit"}
        record |= {
            "spent": to_dollars(progress.spent),
            "about": to_dollars(progress.about),
            "spent_in_other_runs": to_dollars(in_other_runs),
            "seconds": round(seconds, 1),
            "at_once": at_once,
            "groups": [_group_record(group, retry, output) for group in groups],
        }
        totals = _totals(progress, in_other_runs=in_other_runs, seconds=seconds)
        totals += f"; {at_once} ran at once" if at_once > 1 else ""
        output.print_summary(totals, record, errors)


def _totals(progress: "BatchProgress", *, in_other_runs: int, seconds: float) -> str:
    spent = sentences.spending(progress, joiner=" and ")
    if in_other_runs:
        spent += f" now and {format_dollars(in_other_runs)} in other runs,"
    counts = sentences.item_counts(progress)
    if progress.retried:
        counts += f", {progress.retried} sent again after a failure"
    return f"{counts}; spent {spent} in {formats.duration(seconds)}"


def _group_error(group: Group, retry: str) -> KreaError:
    items = f"{group.count} items, " if group.count > 1 else ""
    return KreaError(
        f"{items}{list_lines(group.line_numbers)}: {group.reason}",
        hint=one_line(_remedy(group, retry)),
        charged=group.error.charged,
    )


def _others_error(groups: Sequence[Group], retry: str) -> KreaError:
    reported = "--report" in retry.split()
    charges = {group.error.charged for group in groups}
    return KreaError(
        f"{sum(group.count for group in groups)} items for {len(groups)} other reasons,"
        f" {list_lines(sorted({line for group in groups for line in group.lines}))}",
        hint="the report tells each" if reported else f"{retry} --report FILE writes down each",
        charged=charges.pop() if len(charges) == 1 else "unknown",
    )


def _group_record(group: Group, retry: str, output: "Output") -> dict[str, object]:
    return {
        "code": group.error.code,
        "count": group.count,
        "lines": group.line_numbers,
        "message": group.reason,
        "hint": output.complete(_remedy(group, retry)),
        "charged": group.error.charged,
    }


def list_lines(lines: Sequence[int]) -> str:
    """The first of LINES (sorted), with neighbours as a range: "lines 3, 9-12, 40 …"."""
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], line)
        elif len(ranges) > MAX_RANGES:
            break
        else:
            ranges.append((line, line))
    texts = (f"{a}" if a == b else f"{a}-{b}" for a, b in islice(ranges, MAX_RANGES))
    more = " …" if len(ranges) > MAX_RANGES else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(texts)}{more}"


def _remedy(group: Group, retry: str) -> str:
    """The command or the action that helps the items of GROUP."""
    error = group.error
    again = retry
    if not {"--retry-failed", "--only-failed"} & {*retry.split()}:
        # Behind `--`, it would be the name of a list.
        start, end = "krea batch", retry.removeprefix("krea batch")
        ends_options = "--" in end.split()
        again = f"{start} --retry-failed{end}" if ends_options else f"{retry} --retry-failed"
    hint = (error.hint or "").removesuffix(THEN_SAME_COMMAND)
    match error:
        case errors.LeftToHost():
            return hint
        case errors.InDoubt(charged="no"):  # under way under another key
            return f"{hint}; then {retry}"
        case errors.InDoubt():
            return f"krea recover looks for their jobs; then {retry}"
        case errors.NotSaved():
            return f"{retry} saves what is paid, as does krea download --missing"
        case errors.StillRunning() | errors.Interrupted():
            return f"{retry} goes on with what is left, and pays nothing twice"
        case errors.Moderated() | errors.EmptyResult():
            return f"change the prompt or the inputs there, then {retry}"
        case errors.ModelRetired(replacement=str(model)):
            return f"name the model {model} there, then {retry}"
        case errors.UsageError():
            return f"correct what is there, then {retry}"
        case errors.JobFailed():
            return again
        case errors.Busy():
            return f"{retry} later"
        case errors.Unreachable() | errors.LedgerUnusable():
            return f"{hint}; then {retry}"
        case _ if error.exit_code in (3, 6):
            return f"{hint}; then {again}"
    if not hint or (error.job_id and group.count > 1 and error.job_id in hint):
        return retry
    return hint


def _shorten(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= MAX_REASON_CHARACTERS else text[: MAX_REASON_CHARACTERS - 1] + "…"
