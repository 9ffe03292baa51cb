"""Which job of the server's list is which request in doubt: pure reasoning, no wire, no clock.

The list carries no request, so a job can only be recognised by when it was made and by its type.
It is recognised only when nothing else could be meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from krea_cli.api.types import Job

SLACK = 0.5  # seconds that a window is wider than what was learned
LONGEST = 165.0  # after this no gateway still holds a request: read time-out and settling time
HORIZON = 600.0  # strangers seen this long before a window count against it
MOST = 8  # more jobs than this are not puzzled over


@dataclass(frozen=True)
class Window:
    """When the server can have made the job of one request: server time, seconds since 1970.

    A job made between `opens` and `closes` is likely its own, and `prompt` up to that moment, as
    those of answered requests are. From `earliest` to `latest` one is possible: a gateway may
    carry out a request that we have given up. `types` are the internal job types this ledger saw
    for the model; empty when none was seen.
    """

    opens: float
    closes: float
    types: frozenset[str] = frozenset()
    earliest: float = inf
    latest: float = -inf
    prompt: float = -inf

    def fits(self, job: Job) -> bool:
        """True when JOB was made while it was expected."""
        return job.created_at is not None and self.opens <= job.created_at <= self.closes

    def is_late(self, job: Job) -> bool:
        """True when JOB, which this window allows, was made at another time than is usual."""
        return job.created_at is None or not self.opens <= job.created_at <= self.prompt

    def allows(self, job: Job) -> bool:
        """True when JOB can be the one that this window's request made, however late."""
        earliest, latest = min(self.opens, self.earliest), max(self.closes, self.latest)
        if job.created_at is None or not earliest <= job.created_at <= latest:
            return False
        return not self.types or job.type is None or job.type in self.types


def window(
    sent_at: float,
    gave_up_at: float | None,
    *,
    lag: tuple[float, float],
    learned: bool = False,
    skew: float = inf,
    types: frozenset[str] = frozenset(),
) -> Window:
    """The window of a request sent at SENT_AT and looked for until GAVE_UP_AT (local clock).

    Without GAVE_UP_AT nobody has looked for it to the end. `lag` is the least and the most of
    server time minus local time between the sending of a request and the making of its job,
    LEARNED from requests that were answered (else no job is known to be prompt); `skew` is that
    difference at the moment of sending, as far as it is known.
    """
    least, most = lag
    last = sent_at + LONGEST
    closes = last if gave_up_at is None else min(gave_up_at, last)
    return Window(
        sent_at + least - SLACK,
        closes + most + SLACK,
        types,
        earliest=sent_at + min(least, skew) - SLACK,
        latest=last + most + SLACK,
        prompt=sent_at + most + SLACK if learned else -inf,
    )


def matches(windows: Mapping[int, Window], jobs: Sequence[Job]) -> dict[int, str]:
    """Row id -> job id, if every one of JOBS fits a window of its own in exactly one way.

    JOBS are all the jobs of the time in question that the ledger does not own. One that fits
    nowhere comes from someone else on the account, who may have made the others too: then, and
    when two readings are possible, the answer is empty. A job that some request can still have
    made late is a reading as well: it must not pass for that of another one, unless it was made
    just when that one's is usually made. What counts is the reading with the fewest late jobs.
    """
    if not jobs or len(jobs) > MOST:
        return {}
    ways = [[row for row, place in windows.items() if place.allows(job)] for job in jobs]
    if not all(ways):
        return {}
    for late in range(len(jobs) + 1):
        if readings := _readings(windows, jobs, ways, late=late):
            made = {job.id: job for job in jobs}
            read = readings[0]
            expected = all(windows[row].fits(made[job]) for row, job in read.items())
            return read if expected and len(readings) == 1 else {}
    return {}


def _readings(
    windows: Mapping[int, Window], jobs: Sequence[Job], ways: Sequence[Sequence[int]], *, late: int
) -> list[dict[int, str]]:
    """Each job with a request of its own, at most LATE of them late; no more than two readings."""
    found: list[dict[int, str]] = []

    def assign(position: int, taken: dict[int, str], left: int) -> None:
        if len(found) > 1:
            return
        if position == len(jobs):
            found.append(dict(taken))
            return
        for row in ways[position]:
            rest = left - windows[row].is_late(jobs[position])
            if row not in taken and rest >= 0:
                assign(position + 1, taken | {row: jobs[position].id}, rest)

    assign(0, {}, late)
    return found
