"""How a batch ended: totals, then each reason for which items did not end well, once."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from krea_cli import errors
from krea_cli.commands.exit_status import PRECEDENCE
from krea_cli.dollars import told
from krea_cli.errors import KreaError
from krea_cli.flows.submit.submit import CANDIDATES
from krea_cli.terminal import formats, sentences
from krea_cli.text import one_line

if TYPE_CHECKING:
    from krea_cli.flows.events import BatchProgress
    from krea_cli.terminal.output import Output

SHOWN_GROUPS = 5
SHOWN_RANGES = 4
LONGEST_REASON = 300  # characters
SAME_AGAIN = "; then run the same command again"
# What differs between two items that failed for one reason. What a server's status says stays.
_PARTICULARS = re.compile(r"\bHTTP \d+|[0-9a-f]{8}(?:-[0-9a-f]+){4}|\S*/\S+|\d+(?:\.\d+)*")


@dataclass
class Group:
    """The items that did not end well for one reason; `error` is that of the first."""

    error: KreaError
    count: int = 0
    lines: "array[int]" = field(default_factory=lambda: array("q"))

    @property
    def places(self) -> list[int]:
        """The lines in the file, each once, in their order."""
        return sorted(set(self.lines))

    @property
    def reason(self) -> str:
        """The sentence, without the job's id where it stands for several."""
        message, job_id = self.error.message, self.error.job_id
        if self.count > 1:
            # What was meant for one of them is not true of the others.
            message = message.replace(job_id, "…") if job_id else message
            message = message.partition(CANDIDATES)[0]
        return _shortened(message)


class Summary:
    """Gathers what did not end well; hundreds of items for one reason take no more than one."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], Group] = {}

    def add(self, line: int, error: KreaError) -> None:
        """The item on LINE ended with ERROR."""
        key = (error.code, _in_general(error), error.charged)
        group = self._groups.setdefault(key, Group(error))
        group.count += 1
        group.lines.append(line)

    def tell(
        self,
        output: "Output",
        standing: "BatchProgress",
        *,
        before: int,
        retry: str,
        seconds: float,
    ) -> None:
        """Tell the totals and the groups.

        BEFORE is what earlier runs spent, in millionths of a dollar, RETRY the command line that
        goes on, SECONDS how long this run took.
        """
        groups = sorted(
            self._groups.values(),
            key=lambda group: (PRECEDENCE.index(group.error.exit_code), -group.count),
        )
        shown, rest = groups[:SHOWN_GROUPS], groups[SHOWN_GROUPS:]
        lines = [_told(group, retry) for group in shown]
        if len(rest) == 1:
            lines.append(_told(rest[0], retry))
        elif rest:
            lines.append(_others(rest, retry))
        record = {name: value for name, value in vars(standing).items() if name != "limit"}
        record |= {
            "spent": standing.spent / 1e6,
            "spent_before": before / 1e6,
            "seconds": round(seconds, 1),
            "groups": [_record(group, retry) for group in groups],
        }
        output.summary(_totals(standing, before=before, seconds=seconds), record, lines)


def _totals(standing: "BatchProgress", *, before: int, seconds: float) -> str:
    spent = sentences.spent(standing, joint=" and ")
    if before:
        spent += f" now and {told(before)} before,"
    return f"{sentences.counts(standing)}; spent {spent} in {formats.duration(seconds)}"


def _told(group: Group, retry: str) -> KreaError:
    items = f"{group.count} items, " if group.count > 1 else ""
    return KreaError(
        f"{items}{listed(group.places)}: {group.reason}",
        hint=_shortened(_remedy(group, retry)),
        charged=group.error.charged,
    )


def _others(groups: Sequence[Group], retry: str) -> KreaError:
    reported = "--report" in retry.split()
    charges = {group.error.charged for group in groups}
    return KreaError(
        f"{sum(group.count for group in groups)} items for {len(groups)} other reasons,"
        f" {listed(sorted({line for group in groups for line in group.lines}))}",
        hint="the report tells each" if reported else f"{retry} --report FILE writes down each",
        charged=charges.pop() if len(charges) == 1 else "unknown",
    )


def _record(group: Group, retry: str) -> dict[str, object]:
    return {
        "code": group.error.code,
        "count": group.count,
        "lines": group.places,
        "message": group.reason,
        "hint": _remedy(group, retry),
        "charged": group.error.charged,
    }


def listed(lines: Sequence[int]) -> str:
    """The first of LINES (sorted), with neighbours as a range: "lines 3, 9-12, 40 …"."""
    ranges: list[tuple[int, int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], line)
        elif len(ranges) > SHOWN_RANGES:
            break
        else:
            ranges.append((line, line))
    shown = (f"{a}" if a == b else f"{a}-{b}" for a, b in islice(ranges, SHOWN_RANGES))
    more = " …" if len(ranges) > SHOWN_RANGES else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(shown)}{more}"


def _remedy(group: Group, retry: str) -> str:
    """What deals with the items of GROUP."""
    error = group.error
    again = retry if "--retry-failed" in retry.split() else f"{retry} --retry-failed"
    own = (error.hint or "").removesuffix(SAME_AGAIN)
    match error:
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
            return f"{own}; then {retry}"
        case _ if error.exit_code in (3, 6):
            return f"{own}; then {again}"
    if not own or (error.job_id and group.count > 1 and error.job_id in own):
        return retry
    return own


def _in_general(error: KreaError) -> str:
    message = error.message.replace(error.job_id, "") if error.job_id else error.message
    return _PARTICULARS.sub(lambda met: met[0] if met[0].startswith("HTTP ") else "", message)


def _shortened(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"
