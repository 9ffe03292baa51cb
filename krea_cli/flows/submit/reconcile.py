"""Settle what is in doubt: look for the jobs of lost answers in the server's list.

Nothing here sends a request again. What cannot be told stays in doubt until the user decides.
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
from krea_cli.flows.submit.match import HORIZON, LONGEST, Window, matches, window
from krea_cli.local.ledger.rows import Row

PATIENCE = 15.0  # seconds that the list is searched for a job whose answer got lost
BETWEEN = 1.5  # seconds between two looks
# Seconds after the sending until which a job that fits may be someone else's, while its own is
# still to come: gateways make some late, and the list shows some late.
UNRIPE = 5.0
LAGGING = 120.0  # seconds after which the list shows a job, if there is one
PASSING = (Busy, Unanswered, Unreachable)


@dataclass
class Listing:
    """The account's jobs back to some moment; `complete` once that moment was reached."""

    jobs: dict[str, Job] = field(default_factory=dict)
    complete: bool = False
    skew: float = 0.0  # server time minus local time, whole seconds


@dataclass(frozen=True)
class Settlement:
    """What a search found: row id -> adopted job; row id -> jobs that fit but prove nothing."""

    adopted: dict[int, Job]
    candidates: dict[int, tuple[Job, ...]]
    complete: bool = True  # False: the list could not be read as far back as it was needed


def settle(
    context: FlowContext,
    *,
    patience: float = PATIENCE,
    until: int | None = None,
    still_open: bool = False,
    alone: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Settlement:
    """Search the list for the jobs of all rows in doubt, for at most PATIENCE seconds.

    Adopts what is certain, not before its time is ripe, and says so. With UNTIL, ends as soon as
    that row is settled. STILL_OPEN keeps its window open while the search goes on: its answer was
    lost just now, and a gateway may make the job after it dropped the answer. ALONE is held during
    each look (a caller that holds the post lock anyway leaves it away): a request under way has a
    job that no row owns yet, and it must not be taken for that of a lost answer.
    """
    search = _Search(context, until=until, still_open=still_open)
    deadline = context.clock.monotonic() + patience
    while True:
        with alone():
            over = search.look(deadline) or context.clock.monotonic() + BETWEEN > deadline
            if over:
                return search.conclude()
        context.clock.pause(BETWEEN)


class _Search:
    """A search under way, of which UNTIL is the row that matters; None: all do."""

    def __init__(self, context: FlowContext, *, until: int | None, still_open: bool) -> None:
        self._context = context
        self._until = until
        self._still_open = until if still_open else None
        self._adopted: dict[int, Job] = {}
        self._windows: dict[int, Window] = {}
        self._unowned: list[Job] = []
        self._listing = Listing()

    def look(self, deadline: float) -> bool:
        """Read the list once and adopt what is certain; True when nothing is left to search."""
        context, until = self._context, self._until
        rows = _together(context.ledger.in_doubt(), until)
        self._windows = {}
        if not rows:
            return True
        patience = max(deadline, context.clock.monotonic() + BETWEEN)
        self._listing = listing = _listing(context, since=_horizon(rows), deadline=patience)
        self._windows = _windows(context, rows, listing, still_open=self._still_open)
        self._unowned = _unowned(context, listing, rows)
        if listing.complete and not context.shared:
            # A request that the user let go may have made one of the jobs all the same.
            let_go = context.ledger.history.forgotten(_horizon(rows))
            others = _windows(context, let_go, listing, still_open=None)
            matched = matches(others | self._windows, self._unowned)
            ripe = [row for row in rows if context.clock.now() - _sent(row) >= UNRIPE]
            self._adopted |= _adopt(context, ripe, matched, listing)
        return until in self._adopted or not set(self._windows) - set(self._adopted)

    def conclude(self) -> Settlement:
        """Book what the last look left in doubt, and name the jobs that it may be."""
        context = self._context
        left = {row: place for row, place in self._windows.items() if row not in self._adopted}
        candidates = {
            row: tuple(job for job in self._unowned if place.allows(job))
            for row, place in left.items()
        }
        if self._still_open is not None and self._still_open in left:
            context.ledger.gave_up(self._still_open, context.clock.now())
        elif self._listing.complete:
            now = context.clock.now() + self._listing.skew
            _leave_unfound(context, left, candidates, now=now)
        return Settlement(self._adopted, candidates, self._listing.complete or not self._windows)


def _leave_unfound(
    context: FlowContext,
    left: dict[int, Window],
    candidates: dict[int, tuple[Job, ...]],
    *,
    now: float,
) -> None:
    """Rows whose time is over while nothing is there. It proves nothing, but they must not claim
    a job that is made later."""
    for row_id, place in left.items():
        if not candidates[row_id] and place.latest + LAGGING < now:
            context.ledger.unfound(row_id)


def _together(rows: list[Row], until: int | None) -> list[Row]:
    """UNTIL (or the newest) and the rows whose jobs could be taken for its own; none without it.

    A request that nobody settled for weeks would have the whole list read, and find strangers
    there that keep every later one in doubt.
    """
    meant = [_sent(row) for row in rows if until is None or row.id == until]
    since = max(meant, default=inf) - HORIZON - LONGEST
    return [row for row in rows if _sent(row) >= since]


def _sent(row: Row) -> float:
    return row.sent_at or row.created_at


def _horizon(rows: list[Row]) -> float:
    return min(map(_sent, rows)) - HORIZON


def _windows(
    context: FlowContext, rows: list[Row], listing: Listing, *, still_open: int | None
) -> dict[int, Window]:
    # While nothing was learned on this base, the Date header tells the server's clock: whole
    # seconds, so the true difference may be up to one second more.
    learned = context.ledger.learned.spread()
    lag = learned or (listing.skew, listing.skew + 1)
    now = context.clock.now()
    windows = {}
    for row in rows:
        sent_at = _sent(row)
        gave_up_at = now if row.id == still_open else row.gave_up_at
        types = frozenset(context.ledger.learned.types(row.model))
        windows[row.id] = window(
            sent_at,
            gave_up_at,
            lag=lag,
            learned=learned is not None,
            skew=listing.skew,
            types=types,
        )
    return windows


def _unowned(context: FlowContext, listing: Listing, rows: list[Row]) -> list[Job]:
    since = _horizon(rows) + listing.skew
    recent = [job for job in listing.jobs.values() if (job.created_at or since) >= since]
    owned = context.ledger.owned([job.id for job in recent])
    return [job for job in recent if job.id not in owned]


def _adopt(
    context: FlowContext, rows: list[Row], matched: dict[int, str], listing: Listing
) -> dict[int, Job]:
    adopted = {}
    for row in rows:
        if row.id in matched:
            job = listing.jobs[matched[row.id]]
            context.ledger.submitted(row.id, job, answered_at=context.clock.now(), adopted=True)
            context.tell(Note(f"found the job of the lost answer in the list: {job.id}"))
            adopted[row.id] = job
    return adopted


def _listing(context: FlowContext, *, since: float, deadline: float) -> Listing:
    """Page the list back past SINCE (local clock). Passing faults leave it incomplete."""
    listing = Listing()
    cursor: str | None = None
    overlapping = False
    while page := _page(context, cursor):
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


def _page(context: FlowContext, cursor: str | None) -> JobsPage | None:
    try:
        return context.clock.attend(lambda: context.api.jobs(cursor=cursor, limit=1000))
    except PASSING:
        return None
