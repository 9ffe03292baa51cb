"""Match the jobs of the list with the requests in doubt: pure reasoning, no wire, no clock.

The list carries no request: only a job's time and type can identify it. A job is matched when
bounds prove it, never because it is likely.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from krea_cli.api.types import Job

WINDOW_SLACK_SECONDS = 0.5  # added to measured times
PROMPT_SECONDS = 3.0  # in which a job is made, while fewer than `MIN_ANSWERS` taught it
MIN_ANSWERS = 10  # of n answers, the next lies outside their range in 2 / (n + 1) of cases
MAX_SEND_SECONDS = 165.0  # no gateway holds a request longer: read time-out and search
HOST_CLOCK_SECONDS = 60.0  # between the clocks of two hosts
STRANGER_SECONDS = 600.0  # a stranger's job this long before a window counts against it
MAX_MATCHED_JOBS = 8  # with more, nothing is matched: others work on the account


@dataclass(frozen=True)
class Window:
    """The time in which the service can have made the job of one request.

    All times are server time, in seconds since 1970.

    prompts: the usual time of each sending, as (start, end)
    earliest: start of the possible time
    latest: end of the possible time: a gateway may carry out a request long after
    since: start of the time from which jobs are named
    types: internal job types seen for the model; empty when none was seen
    body: stands for the whole body, so that requests of equal bodies have equal values
    name: the request of another host, for sentences
    """

    prompts: tuple[tuple[float, float], ...]
    earliest: float
    latest: float
    since: float = -inf
    types: frozenset[str] = frozenset()
    body: str = ""
    name: str = ""

    def is_prompt(self, job: Job) -> bool:
        """Return True if JOB was made in the usual time of a sending."""
        at = job.created_at
        return at is not None and any(start <= at <= end for start, end in self.prompts)

    def allows(self, job: Job) -> bool:
        """Return True if the request can have made JOB, however late and of whatever type."""
        return job.created_at is not None and self.earliest <= job.created_at <= self.latest

    def is_unlike(self, job: Job) -> bool:
        """Return True if JOB is of another type than the model's jobs so far."""
        return bool(self.types) and job.type is not None and job.type not in self.types

    def names(self, job: Job) -> bool:
        """Return True if JOB is to be named to the user: wide, as an absence proves nothing."""
        return job.created_at is None or job.created_at >= min(self.since, self.earliest)


@dataclass(frozen=True)
class Candidate:
    """A job that may be a request's own.

    against: reasons why it may not be
    """

    job: Job
    against: tuple[str, ...] = ()


def make_window(
    sent_at: Sequence[float],
    *,
    lag: tuple[float, float] | None,
    skew: float,
    whole_seconds: bool = False,
    since: float = inf,
    types: frozenset[str] = frozenset(),
    body: str = "",
) -> Window:
    """Make the window of a request that was sent at each of SENT_AT (local clock).

    LAG: least and most seconds of server time minus local time from sending to the job; None
        before enough answers taught it
    SKEW: server time minus local time by the Date header, which is cut to whole seconds
    WHOLE_SECONDS: True while the service cuts the times of jobs to whole seconds
    SINCE: the earliest time of sending by any clock (local); later jobs are named
    """
    slack = WINDOW_SLACK_SECONDS + whole_seconds
    least, most = lag or (skew, skew + 1 + PROMPT_SECONDS)
    first, last = min(sent_at), max(sent_at)
    return Window(
        tuple((moment + least - slack, moment + most + slack) for moment in sent_at),
        earliest=first + min(least, skew) - slack,
        latest=last + MAX_SEND_SECONDS + max(most, skew + 1) + slack,
        since=min(since, first) + skew - slack,
        types=types,
        body=body,
    )


def make_window_of_host(sent_at: Sequence[float], *, skew: float, name: str) -> Window:
    """Make the window of a request that another host sent at each of SENT_AT, by its clock.

    No job is taken for it here: the window only keeps its job from being taken for another's.
    """
    earliest = min(sent_at) + skew - HOST_CLOCK_SECONDS
    latest = max(sent_at) + skew + MAX_SEND_SECONDS + HOST_CLOCK_SECONDS
    return Window((), earliest, latest, body=name, name=name)


def match_jobs(windows: Mapping[int, Window], jobs: Sequence[Job]) -> dict[int, str]:
    """Return the job id of each row whose job is proven; the others are left out.

    JOBS are all unowned jobs of the time in question. A job that no row can have made comes from
    a stranger. The stranger may have made the others too, so nothing is matched then.

    A job is a row's own if it is prompt for it, and no other row can have made it. A second job
    of the row's time is one too many. Rows of equal bodies count as one: each of their jobs is
    as good as the next.
    """
    if len(jobs) > MAX_MATCHED_JOBS or find_strangers(windows.values(), jobs):
        return {}
    matches: dict[int, str] = {}
    for body in {window.body for window in windows.values()}:
        alike = {row: window for row, window in windows.items() if window.body == body}
        others = [window for row, window in windows.items() if row not in alike]
        own = [job for job in jobs if any(window.allows(job) for window in alike.values())]
        is_shared = any(window.allows(job) for job in own for window in others)
        if own and len(own) <= len(alike) and not is_shared:
            matches |= _assign(alike, own)
    return matches


def find_strangers(windows: Iterable[Window], jobs: Sequence[Job]) -> list[Job]:
    """Return the JOBS that none of the requests of WINDOWS can have made."""
    windows = tuple(windows)
    return [job for job in jobs if not any(window.allows(job) for window in windows)]


def list_candidates(
    row_id: int, windows: Mapping[int, Window], jobs: Sequence[Job]
) -> tuple[Candidate, ...]:
    """List the JOBS that may belong to the row, the likely ones first."""
    window = windows[row_id]
    start = min(start for start, _ in window.prompts)
    named = [job for job in jobs if window.names(job)]
    named.sort(
        key=lambda job: (
            not window.is_prompt(job),
            not window.allows(job),
            window.is_unlike(job),
            abs((job.created_at or inf) - start),
        )
    )
    others = {row: other for row, other in windows.items() if row != row_id}
    return tuple(Candidate(job, tuple(_objections(window, job, others))) for job in named)


def _objections(window: Window, job: Job, others: Mapping[int, Window]) -> Iterable[str]:
    """Say what speaks against JOB as the job of the request of WINDOW."""
    if job.created_at is None:
        yield "made at an unknown time"
    elif not window.is_prompt(job):
        late = job.created_at - max(end for _, end in window.prompts)
        yield "made before the request left" if late < 0 else f"made {late:.0f} s late"
    if window.is_unlike(job):
        yield f"of type {job.type}, not {' or '.join(sorted(window.types))}"
    rivals = [other.name or str(row) for row, other in others.items() if other.allows(job)]
    if rivals:
        yield f"perhaps of request {' or '.join(rivals)}"


def _assign(windows: Mapping[int, Window], jobs: Sequence[Job]) -> dict[int, str]:
    """Give each of JOBS to a row of its prompt time; nothing unless all find one."""
    taken: dict[int, str] = {}
    for job in sorted(jobs, key=lambda job: job.created_at or 0.0):
        free = [
            row
            for row, window in windows.items()
            if row not in taken and window.is_prompt(job) and not window.is_unlike(job)
        ]
        if not free:
            return {}
        taken[min(free, key=lambda row: windows[row].prompts[0])] = job.id
    return taken
