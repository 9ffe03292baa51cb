"""Reconcile the requests in doubt with the service's list of jobs.

Nothing here sends a request again. Whatever stays uncertain is for the user to decide.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from math import inf

from krea_cli.api.types import Job
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note
from krea_cli.flows.submit.listing import Listing, read_list
from krea_cli.flows.submit.match import (
    MAX_SEND_SECONDS,
    STRANGER_SECONDS,
    Candidate,
    Window,
    find_strangers,
    list_candidates,
    match_jobs,
)
from krea_cli.flows.submit.windows import (
    list_sent_at,
    make_windows,
    make_windows_of_others,
    seconds_since_sent,
)
from krea_cli.local.ledger.rows import RequestRow

SEARCH_SECONDS = 15.0  # of searching the list for a job whose answer got lost
SEARCH_PAUSE_SECONDS = 1.5  # between two looks at the list
# Until so long after the sending, a job that fits may be a stranger's while our own is still to
# come: gateways make some jobs late, and the list shows some late.
MIN_ADOPTION_AGE_SECONDS = 5.0
NO_LONGER_LISTED = "no longer in the list"
LIST_LAG_SECONDS = 120.0  # after this the list shows a job, if there is one


@dataclass(frozen=True)
class Reconciliation:
    """The findings of a search, by row id.

    adopted: the jobs that were taken for a lost answer
    candidates: jobs that may be a row's own, the likely ones first
    complete: False if the list could not be read as far back as needed
    proxies: headers of a proxy that took part in reading the list
    """

    adopted: dict[int, Job]
    candidates: dict[int, tuple[Candidate, ...]]
    complete: bool = True
    proxies: frozenset[str] = field(default=frozenset(), repr=False)


def reconcile(
    context: FlowContext,
    *,
    seconds: float = SEARCH_SECONDS,
    row_id: int | None = None,
    still_open: bool = False,
    to_the_end: bool = False,
    exclusive: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reconciliation:
    """Search the list for the jobs of all rows in doubt, for at most SECONDS.

    A certain job is adopted once it is old enough, and told. With ROW_ID the search ends as
    soon as that row has its job. STILL_OPEN: its answer was lost just now.

    Where others use the account, no job is adopted: the search ends when one might have been. With
    TO_THE_END it goes on, to name more jobs.

    EXCLUSIVE is held during each look. The job of a request under way has no owner yet, and must
    not be adopted. Leave it out while holding the post lock.
    """
    search = _Search(context, row_id=row_id, still_open=still_open, to_the_end=to_the_end)
    deadline = context.clock.monotonic() + seconds
    while True:
        with exclusive():
            is_last = context.clock.monotonic() >= deadline
            if search.look(deadline) or is_last:
                return search.conclude()
        # The last look is at the end, when the most is known, and not up to a pause before it.
        left = max(deadline - context.clock.monotonic(), 0.0)
        context.clock.sleep(min(left, SEARCH_PAUSE_SECONDS, search.seconds_to_adoption))


class _Search:
    """A search under way; ROW_ID is the row that matters, None: all do."""

    def __init__(
        self,
        context: FlowContext,
        *,
        row_id: int | None,
        still_open: bool,
        to_the_end: bool,
    ) -> None:
        self._context = context
        self._to_the_end = to_the_end
        self._row_id = row_id
        self._still_open = row_id if still_open else None
        self._adopted: dict[int, Job] = {}
        self._rows: list[RequestRow] = []
        self._windows: dict[int, Window] = {}
        self._unowned: list[Job] = []
        self._listing = Listing()
        self._seen: dict[str, Job] = {}  # by an earlier look
        self._missing: dict[str, Job] = {}  # seen before, and not by the last look

    def look(self, deadline: float) -> bool:
        """Read the list once and adopt what is certain; return True when nothing is left."""
        context = self._context
        self._rows = rows = _rows_around(context.ledger.history.list_in_doubt(), self._row_id)
        self._windows = {}
        if not rows:
            return True
        since = min(list_sent_at(context, row)[0] for row in rows) - STRANGER_SECONDS
        give_up = max(deadline, context.clock.monotonic() + SEARCH_PAUSE_SECONDS)
        self._listing = listing = read_list(context, since=since, deadline=give_up)
        missing = self._list_missing()
        # Any of these can have made a job: forgotten requests, and those of other keys.
        claimants = {row.id: row for row in context.ledger.ownership.list_claimants()}
        known = list((claimants | {row.id: row for row in rows}).values())
        self._windows = make_windows(context, known, listing)
        owned = context.ledger.ownership.owned_job_ids(listing.jobs | missing)
        if context.others:
            self._windows |= make_windows_of_others(context, context.others, listing)
            owned |= context.others.owned_job_ids((listing.jobs | missing).keys() - owned)
        self._unowned = [job for job in listing.jobs.values() if job.id not in owned]
        self._missing = {job.id: job for job in missing.values() if job.id not in owned}
        is_shared = listing.complete and self._is_shared()
        if is_shared and not self._to_the_end:
            return self.seconds_to_adoption == inf
        if listing.complete and not is_shared:
            recent = [job for job in self._unowned if _is_since(job, since + listing.skew)]
            self._adopt(match_jobs(self._windows, recent))
        waiting = {row.id for row in rows if row.state == "unknown"}
        return self._row_id in self._adopted or not waiting - set(self._adopted)

    @property
    def seconds_to_adoption(self) -> float:
        """The seconds until a row becomes old enough for its job to be adopted; inf without one."""
        rows = [row for row in self._rows if row.state == "unknown" and row.id not in self._adopted]
        ages = [seconds_since_sent(self._context, row) for row in rows]
        waits = [MIN_ADOPTION_AGE_SECONDS - age for age in ages if age < MIN_ADOPTION_AGE_SECONDS]
        return min(waits, default=inf)

    def conclude(self) -> Reconciliation:
        """Record the rows that stay in doubt, and name their candidates."""
        requests, listing = self._context.ledger.requests, self._listing
        open_rows = [row for row in self._rows if row.id not in self._adopted]
        unowned = [job for job in self._unowned if job.id not in self._adopted_ids]
        now = self._context.clock.now() + listing.skew
        for row in open_rows:
            window = self._windows[row.id]
            is_over = window.latest + LIST_LAG_SECONDS < now and listing.complete
            if row.state != "unknown":
                continue
            if row.id == self._still_open:
                requests.mark_given_up(row.id, self._context.clock.now())
            elif is_over and not any(map(window.allows, unowned)):
                requests.mark_unfound(row.id)
        candidates = {row.id: self._list_candidates(row.id, unowned) for row in open_rows}
        for row_id, named in candidates.items():
            self._context.ledger.ownership.remember_candidates(row_id, [each.job for each in named])
        complete = listing.complete or not self._rows
        return Reconciliation(self._adopted, candidates, complete, listing.proxies)

    def _list_missing(self) -> dict[str, Job]:
        """The jobs seen before that the list does not show now."""
        row_ids, jobs = [row.id for row in self._rows], self._listing.jobs
        remembered = self._context.ledger.ownership.list_remembered_candidates(row_ids)
        self._seen = {job.id: job for job in remembered} | self._seen | jobs
        return {job_id: job for job_id, job in self._seen.items() if job_id not in jobs}

    def _list_candidates(self, row_id: int, unowned: Sequence[Job]) -> tuple[Candidate, ...]:
        """The candidates of a row. A list without a job that it had proves nothing."""
        missing = [job for job in self._missing.values() if job.id not in self._adopted_ids]
        if not self._listing.complete:
            return list_candidates(row_id, self._windows, [*unowned, *missing])
        gone = list_candidates(row_id, self._windows, missing)
        return (
            *list_candidates(row_id, self._windows, unowned),
            *(replace(each, against=(*each.against, NO_LONGER_LISTED)) for each in gone),
        )

    @property
    def _adopted_ids(self) -> set[str]:
        return {job.id for job in self._adopted.values()}

    def _is_shared(self) -> bool:
        """Tell if others work on the account, so that a job of the list proves nothing.

        Remember the jobs that no request can have made.
        """
        context, ownership = self._context, self._context.ledger.ownership
        if context.shared or context.alone:
            return context.shared
        strangers = find_strangers(self._windows.values(), self._unowned)
        known = [(job.id, job.created_at) for job in strangers if job.created_at is not None]
        since = [(job_id, moment - self._listing.skew) for job_id, moment in known]
        now = context.clock.now()
        if new := ownership.record_strangers(since, now):
            context.tell(Note(_stranger_note(new)))
        return ownership.has_strangers(now)

    def _adopt(self, matches: dict[int, str]) -> None:
        context = self._context
        for row in self._rows:
            is_old = seconds_since_sent(context, row) >= MIN_ADOPTION_AGE_SECONDS
            if row.id in matches and row.state == "unknown" and is_old:
                job = self._listing.jobs[matches[row.id]]
                context.ledger.requests.mark_submitted(
                    row.id, job, answered_at=context.clock.now(), adopted=True
                )
                context.tell(Note(f"found the job of the lost answer in the list: {job.id}"))
                self._adopted[row.id] = job


def _rows_around(rows: list[RequestRow], row_id: int | None) -> list[RequestRow]:
    """ROW_ID (or the newest) and the rows whose jobs could be taken for its own.

    A request in doubt for weeks would have the whole list read. Strangers there would keep every
    later request in doubt.
    """
    times = [_last_sent_at(row) for row in rows if row_id is None or row.id == row_id]
    since = max(times, default=inf) - STRANGER_SECONDS - MAX_SEND_SECONDS
    return [row for row in rows if _last_sent_at(row) >= since]


def _last_sent_at(row: RequestRow) -> float:
    return row.sent_at or row.created_at


def _is_since(job: Job, moment: float) -> bool:
    return job.created_at is None or job.created_at >= moment


def _stranger_note(job_ids: Sequence[str]) -> str:
    return (
        f"job {job_ids[0]} is of nobody here: others use this account, so no job of the list is"
        " taken for a lost answer in the next 30 days;"
        " krea config set account.shared false says that they do not"
    )
