"""Reconcile the requests in doubt with the service's list of jobs.

Nothing here sends a request again. Whatever stays uncertain is for the user to decide.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import inf

from krea_cli.api.jobs import format_cursor
from krea_cli.api.types import Job, JobsPage
from krea_cli.errors import Busy, Unanswered, Unreachable
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note
from krea_cli.flows.submit.match import (
    MAX_SEND_SECONDS,
    STRANGER_SECONDS,
    Window,
    make_window,
    match_jobs,
)
from krea_cli.local.ledger.rows import RequestRow

SEARCH_SECONDS = 15.0  # of searching the list for a job whose answer got lost
SEARCH_PAUSE_SECONDS = 1.5  # between two looks at the list
# Until so long after the sending, a job that fits may be a stranger's while our own is still to
# come: gateways make some jobs late, and the list shows some late.
MIN_ADOPTION_AGE_SECONDS = 5.0
LIST_LAG_SECONDS = 120.0  # after this the list shows a job, if there is one
READ_FAULTS = (Busy, Unanswered, Unreachable)


@dataclass
class Listing:
    """The account's jobs back to some moment.

    complete: the list was read back to that moment
    skew: server time minus local time, in whole seconds
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    complete: bool = False
    skew: float = 0.0


@dataclass(frozen=True)
class Reconciliation:
    """The findings of a search, by row id.

    adopted: the jobs that were taken for a lost answer
    candidates: jobs that fit and prove nothing
    complete: False if the list could not be read as far back as needed
    """

    adopted: dict[int, Job]
    candidates: dict[int, tuple[Job, ...]]
    complete: bool = True


def reconcile(
    context: FlowContext,
    *,
    seconds: float = SEARCH_SECONDS,
    row_id: int | None = None,
    still_open: bool = False,
    exclusive: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reconciliation:
    """Search the list for the jobs of all rows in doubt, for at most SECONDS.

    A certain job is adopted once it is old enough, and told. With ROW_ID the search ends as
    soon as that row has its job. STILL_OPEN: its answer was lost just now. A gateway may still
    make the job, so its window stays open during the search.

    EXCLUSIVE is held during each look. The job of a request under way has no owner yet, and must
    not be adopted. A caller that holds the post lock leaves it away.
    """
    search = _Search(context, row_id=row_id, still_open=still_open)
    deadline = context.clock.monotonic() + seconds
    while True:
        with exclusive():
            is_over = search.look(deadline)
            if is_over or context.clock.monotonic() + SEARCH_PAUSE_SECONDS > deadline:
                return search.conclude()
        context.clock.sleep(SEARCH_PAUSE_SECONDS)


class _Search:
    """A search under way; ROW_ID is the row that matters, None: all do."""

    def __init__(self, context: FlowContext, *, row_id: int | None, still_open: bool) -> None:
        self._context = context
        self._row_id = row_id
        self._still_open = row_id if still_open else None
        self._adopted: dict[int, Job] = {}
        self._windows: dict[int, Window] = {}
        self._unowned: list[Job] = []
        self._listing = Listing()

    def look(self, deadline: float) -> bool:
        """Read the list once and adopt what is certain; return True when nothing is left."""
        context, row_id = self._context, self._row_id
        rows = _rows_around(context.ledger.requests.list_unknown(), row_id)
        self._windows = {}
        if not rows:
            return True
        give_up = max(deadline, context.clock.monotonic() + SEARCH_PAUSE_SECONDS)
        self._listing = listing = _read_list(context, since=_horizon(rows), deadline=give_up)
        self._windows = _windows(context, rows, listing, still_open=self._still_open)
        self._unowned = _unowned_jobs(context, listing, rows)
        if listing.complete and not context.shared:
            # A request that the user forgot may have made one of the jobs all the same.
            forgotten = context.ledger.history.list_forgotten(_horizon(rows))
            others = _windows(context, forgotten, listing, still_open=None)
            matches = match_jobs(others | self._windows, self._unowned)
            now = context.clock.now()
            old = [row for row in rows if now - _sent_at(row) >= MIN_ADOPTION_AGE_SECONDS]
            self._adopted |= _adopt(context, old, matches, listing)
        return row_id in self._adopted or not set(self._windows) - set(self._adopted)

    def conclude(self) -> Reconciliation:
        """Record the rows that stay in doubt, and name their candidates."""
        context = self._context
        open_windows = {
            row_id: window
            for row_id, window in self._windows.items()
            if row_id not in self._adopted
        }
        candidates = {
            row_id: tuple(job for job in self._unowned if window.allows(job))
            for row_id, window in open_windows.items()
        }
        if self._still_open is not None and self._still_open in open_windows:
            context.ledger.requests.mark_given_up(self._still_open, context.clock.now())
        elif self._listing.complete:
            now = context.clock.now() + self._listing.skew
            _mark_unfound(context, open_windows, candidates, now=now)
        complete = self._listing.complete or not self._windows
        return Reconciliation(self._adopted, candidates, complete)


def _mark_unfound(
    context: FlowContext,
    windows: dict[int, Window],
    candidates: dict[int, tuple[Job, ...]],
    *,
    now: float,
) -> None:
    """Mark the rows whose time is over without a candidate.

    That proves nothing, but they must not claim a later job.
    """
    for row_id, window in windows.items():
        if not candidates[row_id] and window.latest + LIST_LAG_SECONDS < now:
            context.ledger.requests.mark_unfound(row_id)


def _rows_around(rows: list[RequestRow], row_id: int | None) -> list[RequestRow]:
    """ROW_ID (or the newest) and the rows whose jobs could be taken for its own.

    A request in doubt for weeks would have the whole list read. Strangers there would keep every
    later request in doubt.
    """
    times = [_sent_at(row) for row in rows if row_id is None or row.id == row_id]
    since = max(times, default=inf) - STRANGER_SECONDS - MAX_SEND_SECONDS
    return [row for row in rows if _sent_at(row) >= since]


def _sent_at(row: RequestRow) -> float:
    return row.sent_at or row.created_at


def _horizon(rows: list[RequestRow]) -> float:
    return min(map(_sent_at, rows)) - STRANGER_SECONDS


def _windows(
    context: FlowContext, rows: list[RequestRow], listing: Listing, *, still_open: int | None
) -> dict[int, Window]:
    # While nothing was learned on this base, the Date header tells the server's clock: whole
    # seconds, so the true difference may be up to one second more.
    learned = context.ledger.statistics.clock_offset_range()
    lag = learned or (listing.skew, listing.skew + 1)
    now = context.clock.now()
    windows = {}
    for row in rows:
        sent_at = _sent_at(row)
        gave_up_at = now if row.id == still_open else row.gave_up_at
        types = frozenset(context.ledger.statistics.job_types(row.model))
        windows[row.id] = make_window(
            sent_at,
            gave_up_at,
            lag=lag,
            learned=learned is not None,
            skew=listing.skew,
            types=types,
        )
    return windows


def _unowned_jobs(context: FlowContext, listing: Listing, rows: list[RequestRow]) -> list[Job]:
    since = _horizon(rows) + listing.skew
    recent = [job for job in listing.jobs.values() if (job.created_at or since) >= since]
    owned = context.ledger.requests.owned_job_ids([job.id for job in recent])
    return [job for job in recent if job.id not in owned]


def _adopt(
    context: FlowContext, rows: list[RequestRow], matches: dict[int, str], listing: Listing
) -> dict[int, Job]:
    adopted = {}
    for row in rows:
        if row.id in matches:
            job = listing.jobs[matches[row.id]]
            context.ledger.requests.mark_submitted(
                row.id, job, answered_at=context.clock.now(), adopted=True
            )
            context.tell(Note(f"found the job of the lost answer in the list: {job.id}"))
            adopted[row.id] = job
    return adopted


def _read_list(context: FlowContext, *, since: float, deadline: float) -> Listing:
    """Page the list back past SINCE (local clock); transient faults leave it incomplete."""
    listing = Listing()
    cursor: str | None = None
    overlapping = False
    while page := _read_page(context, cursor):
        if cursor is None and page.server_time is not None:
            listing.skew = page.server_time - context.clock.now()
        fresh = [job for job in page.jobs if job.id not in listing.jobs]
        listing.jobs |= {job.id: job for job in page.jobs}
        oldest = min((job.created_at for job in page.jobs if job.created_at), default=None)
        if not page.next_cursor or oldest is None or oldest < since + listing.skew:
            listing.complete = True
            break
        if context.clock.monotonic() > deadline or not (fresh or overlapping):
            break
        # The cursor is exclusive and has milliseconds: overlap pages so that none slips through,
        # unless that brought nothing new.
        overlapping = bool(fresh)
        cursor = format_cursor(oldest + 0.001) if overlapping else page.next_cursor
    return listing


def _read_page(context: FlowContext, cursor: str | None) -> JobsPage | None:
    try:
        return context.clock.wait_for(lambda: context.api.list_jobs(cursor=cursor, limit=1000))
    except READ_FAULTS:
        return None
