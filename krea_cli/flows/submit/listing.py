"""Read the service's list of jobs back to some moment."""

from dataclasses import dataclass, field

from krea_cli.api.jobs import format_cursor
from krea_cli.api.types import Job, JobsPage
from krea_cli.errors import Busy, Unanswered, Unreachable
from krea_cli.flows.context import FlowContext

READ_FAULTS = (Busy, Unanswered, Unreachable)
PAGE_JOBS = 1000


@dataclass
class Listing:
    """The account's jobs back to some moment.

    complete: the list was read back to that moment
    skew: server time minus local time, in whole seconds
    proxies: headers of a proxy that took part in the answers
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    complete: bool = False
    skew: float = 0.0
    proxies: frozenset[str] = frozenset()

    @property
    def cuts_to_seconds(self) -> bool | None:
        """Tell if all jobs were made at whole seconds; None for an empty list."""
        times = [job.created_at for job in self.jobs.values() if job.created_at is not None]
        return all(moment == int(moment) for moment in times) if times else None


def read_list(context: FlowContext, *, since: float, deadline: float) -> Listing:
    """Page the list back past SINCE (local clock); transient faults leave it incomplete.

    Newest first is usual and promised nowhere. A list in another order is read to its end.
    """
    listing = Listing()
    cursor: str | None = None
    overlapping, descends = False, True
    while page := _read_page(context, cursor):
        if cursor is None:
            listing.proxies = page.proxies
            if page.server_time is not None:
                listing.skew = page.server_time - context.clock.now()
        times = [job.created_at for job in page.jobs if job.created_at is not None]
        descends = descends and times == sorted(times, reverse=True)
        fresh = [job for job in page.jobs if job.id not in listing.jobs]
        listing.jobs |= {job.id: job for job in page.jobs}
        is_past = not times or min(times) < since + listing.skew
        if not page.next_cursor or (descends and is_past):
            listing.complete = True
            break
        if context.clock.monotonic() > deadline or not (fresh or overlapping):
            break
        # The cursor is exclusive and has milliseconds: overlap pages so that none slips through,
        # unless that brought nothing new.
        overlapping = bool(fresh) and descends
        cursor = format_cursor(min(times) + 0.001) if overlapping else page.next_cursor
    return listing


def _read_page(context: FlowContext, cursor: str | None) -> JobsPage | None:
    try:
        return context.clock.wait_for(lambda: context.api.list_jobs(cursor=cursor, limit=PAGE_JOBS))
    except READ_FAULTS:
        return None
