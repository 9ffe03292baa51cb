"""The options of `batch` about failures and the clock: when to try again, and when to stop."""

import math
import re
from dataclasses import dataclass
from typing import Annotated

import typer
from typer import Option

MAX_RETRIES = 100
DEADLINE_FORM = "a time of day such as 06:00, or a duration such as 90m"


@dataclass(frozen=True)
class MaxFailures:
    """The value of --max-failures: a number of jobs, or a PERCENT of the jobs of a run."""

    number: float
    is_percent: bool

    def count(self, jobs: int) -> int:
        """Return the number of failures that ends a run of JOBS, at least 1."""
        share = self.number * jobs / 100 if self.is_percent else self.number
        return max(1, math.ceil(share))


@dataclass(frozen=True)
class DeadlineOption:
    """The value of --deadline: a time of day, in minutes since midnight, or SECONDS from now."""

    minutes: int | None = None
    seconds: float = 0.0


def parse_max_failures(text: str) -> MaxFailures:
    """Parse `5` or `5%`."""
    match = re.fullmatch(r"\s*([0-9]{1,7}(?:\.[0-9]{1,3})?)\s*(%?)\s*", text)
    number, is_percent = (float(match[1]), bool(match[2])) if match else (0.0, False)
    if number <= 0 or (is_percent and number > 100) or not (is_percent or number.is_integer()):
        raise typer.BadParameter(f"{text!r} is not a number from 1 on, or a share such as 5%")
    return MaxFailures(number, is_percent)


def parse_deadline(text: str) -> DeadlineOption:
    """Parse `06:00`, `90m` or `2h`."""
    from krea_cli.local.settings import parse_duration

    if match := re.fullmatch(r"\s*([01]?[0-9]|2[0-3]):([0-5][0-9])\s*", text):
        return DeadlineOption(minutes=60 * int(match[1]) + int(match[2]))
    # A number alone may be meant as minutes, or as an hour of the day.
    is_duration = re.fullmatch(r"\s*[0-9.]+[smh]\s*", text)
    try:
        seconds = parse_duration(text) if is_duration else 0.0
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise typer.BadParameter(f"{text!r} is not {DEADLINE_FORM}")
    return DeadlineOption(seconds=seconds)


RetryFailed = Annotated[bool, Option("--retry-failed", help="Submit again what failed before.")]
RetriesOption = Annotated[
    int,
    Option(
        "--retries",
        metavar="N",
        min=0,
        max=MAX_RETRIES,
        help="Submit up to N more jobs for an item whose job failed; none after a refusal.",
    ),
]
FailFast = Annotated[bool, Option("--fail-fast", help="Submit no more after the first failure.")]
MaxFailuresOption = Annotated[
    MaxFailures | None,
    Option(
        "--max-failures",
        parser=parse_max_failures,
        metavar="N|P%",
        help="Submit no more after N failures, or P% of the jobs to be submitted in this run.",
    ),
]
Deadline = Annotated[
    DeadlineOption | None,
    Option(
        "--deadline",
        parser=parse_deadline,
        metavar="TIME",
        help="Submit nothing that would usually end after 06:00, local time, or in 90m.",
    ),
]
