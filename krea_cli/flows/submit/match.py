"""Match the jobs of the list with the requests in doubt: pure reasoning, no wire, no clock.

The list carries no request: only a job's time and type can identify it. A job is matched when
no other reading is possible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from krea_cli.api.types import Job

WINDOW_SLACK_SECONDS = 0.5  # added to the learned times
MAX_SEND_SECONDS = 165.0  # no gateway holds a request longer: read time-out and search
STRANGER_SECONDS = 600.0  # a stranger's job this long before a window counts against it
MAX_MATCHED_JOBS = 8  # with more, no reading is sought


@dataclass(frozen=True)
class Window:
    """The time in which the service can have made the job of one request.

    All times are server time, in seconds since 1970.

    opens: start of the usual time
    closes: end of the likely time
    types: internal job types seen for the model; empty when none was seen
    earliest: start of the possible time
    latest: end of the possible time: a gateway may carry out a request long after
    prompt: end of the usual time, as learned from answered requests
    """

    opens: float
    closes: float
    types: frozenset[str] = frozenset()
    earliest: float = inf
    latest: float = -inf
    prompt: float = -inf

    def fits(self, job: Job) -> bool:
        """Return True if JOB was made in the likely time."""
        return job.created_at is not None and self.opens <= job.created_at <= self.closes

    def is_late(self, job: Job) -> bool:
        """Return True if JOB was made outside the usual time."""
        return job.created_at is None or not self.opens <= job.created_at <= self.prompt

    def allows(self, job: Job) -> bool:
        """Return True if the request can have made JOB, however late."""
        earliest, latest = min(self.opens, self.earliest), max(self.closes, self.latest)
        if job.created_at is None or not earliest <= job.created_at <= latest:
            return False
        return not self.types or job.type is None or job.type in self.types


def make_window(
    sent_at: float,
    gave_up_at: float | None,
    *,
    lag: tuple[float, float],
    learned: bool = False,
    skew: float = inf,
    types: frozenset[str] = frozenset(),
) -> Window:
    """Make the window of a request sent at SENT_AT (local clock).

    GAVE_UP_AT: end of the search for its job, local clock; None if it was never searched for
    LAG: least and most seconds of server time minus local time from sending to the job
    LEARNED: the lag comes from answered requests; else no job is known to be prompt
    SKEW: server time minus local time at the sending, as far as known
    """
    least, most = lag
    last = sent_at + MAX_SEND_SECONDS
    closes = last if gave_up_at is None else min(gave_up_at, last)
    return Window(
        sent_at + least - WINDOW_SLACK_SECONDS,
        closes + most + WINDOW_SLACK_SECONDS,
        types,
        earliest=sent_at + min(least, skew) - WINDOW_SLACK_SECONDS,
        latest=last + most + WINDOW_SLACK_SECONDS,
        prompt=sent_at + most + WINDOW_SLACK_SECONDS if learned else -inf,
    )


def match_jobs(windows: Mapping[int, Window], jobs: Sequence[Job]) -> dict[int, str]:
    """Return the job id of each row, if JOBS can be read in exactly one way; else nothing.

    JOBS are all unowned jobs of the time in question. A job that fits no window comes from a
    stranger. The stranger may have made the others too, so nothing is matched then.

    Late jobs count as readings. The reading with the fewest late jobs counts.
    """
    if not jobs or len(jobs) > MAX_MATCHED_JOBS:
        return {}
    ways = [[row for row, place in windows.items() if place.allows(job)] for job in jobs]
    if not all(ways):
        return {}
    for late in range(len(jobs) + 1):
        if readings := _readings(windows, jobs, ways, late=late):
            by_id = {job.id: job for job in jobs}
            reading = readings[0]
            is_likely = all(windows[row].fits(by_id[job]) for row, job in reading.items())
            return reading if is_likely and len(readings) == 1 else {}
    return {}


def _readings(
    windows: Mapping[int, Window], jobs: Sequence[Job], ways: Sequence[Sequence[int]], *, late: int
) -> list[dict[int, str]]:
    """Assign each job to a row of its own, at most LATE of them late; stop at two readings."""
    readings: list[dict[int, str]] = []

    def assign(position: int, taken: dict[int, str], left: int) -> None:
        if len(readings) > 1:
            return
        if position == len(jobs):
            readings.append(dict(taken))
            return
        for row in ways[position]:
            rest = left - windows[row].is_late(jobs[position])
            if row not in taken and rest >= 0:
                assign(position + 1, taken | {row: jobs[position].id}, rest)

    assign(0, {}, late)
    return readings
