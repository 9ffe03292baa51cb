"""Submit one request: on disk before it leaves, sent again only if it cannot have arrived."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from krea_cli.api.types import Submitted
from krea_cli.errors import (
    Busy,
    InDoubt,
    Interrupted,
    KreaError,
    LedgerUnusable,
    Unanswered,
    Unreachable,
)
from krea_cli.errors.batch import BatchCancelled
from krea_cli.flows.backoff import SlotBackoff
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Reconciling, SeedDrawn, WarningNote
from krea_cli.flows.submit.connecting import Connecting
from krea_cli.flows.submit.match import Candidate
from krea_cli.flows.submit.post_lock import raise_if_no_new_work, submit_lock
from krea_cli.flows.submit.reconcile import reconcile
from krea_cli.local.ledger.rows import RequestRow
from krea_cli.text import shell_line

INTERRUPT_GRACE_SECONDS = 5.0  # that an interrupted submit still waits for its id
WRONG_JOB = "the service answered with a wrong job"
CANDIDATES = ". It may be one of these jobs: "
MAX_NAMED_CANDIDATES = 5  # in a message; `krea recover` lists all


class Submission:
    """A request on its way: sent once the service has a free slot.

    retry_at: the time of the next attempt, monotonic
    """

    def __init__(self, row: RequestRow, context: FlowContext, *, deadline: float | None) -> None:
        self.retry_at = 0.0
        self._row = row
        self._context = context
        self._deadline = deadline
        self._backoff = SlotBackoff(context)

    def attempt(self) -> RequestRow | None:
        """Send the request; return its row with the job, or None without a free slot.

        A request that was submitted before is not sent. Raises `Busy` where the next attempt
        would pass the deadline, and all errors of `submit`.
        """
        if self._row.state != "checked":
            return self._row
        try:
            return submit(self._row, self._context, deadline=self._deadline)
        except Busy as busy:
            self.retry_at = self._backoff.pause_until(busy, deadline=self._deadline)
            return None


def submit(
    row: RequestRow,
    context: FlowContext,
    *,
    deadline: float | None,
    on_leaving: Callable[[], None] = lambda: None,
) -> RequestRow:
    """Send the request of ROW, in state `checked`, and return the row with its job.

    DEADLINE (monotonic) ends the waiting for another process, and the tries to connect.
    ON_LEAVING is called right before the first byte of the request leaves.

    Raises `Busy` without a free slot: nothing was made, the row is `checked` again.
    Raises `InDoubt` if the request may have arrived and its job was not found.
    Raises `OverBudget` if a cap does not leave the cost; the row stays `checked`.
    Any other error means that nothing was made.
    """
    # A kill between the row that says `sending` and the first byte is in doubt for nothing, and
    # loading the wire takes a tenth of a second.
    context.api.prepare_submit()
    with submit_lock(context, deadline, row.id):
        return _send(row, context, deadline, on_leaving)


def in_doubt_error(
    row: RequestRow,
    context: FlowContext,
    candidates: Sequence[Candidate] = (),
    *,
    is_list_read: bool = True,
) -> InDoubt:
    """The error for ROW, whose outcome is unknown, with its candidates.

    Without IS_LIST_READ there may be more of them.

    The same command finds only a request with a target, in a ledger that lasts. For any other
    the user must hear that it would be paid again.
    """
    reason = f" ({row.error})" if row.error else ""
    message = (
        f"the outcome of a request to {row.model} is unknown{reason}; it may have been charged"
    )
    if not is_list_read:
        message += "; the list of jobs could not be read whole"
    is_persistent = context.ledger.persistent
    if candidates:
        # A ledger in memory is gone when the user reads this: nothing else would list them.
        named = MAX_NAMED_CANDIDATES if is_persistent else len(candidates)
        message += CANDIDATES + describe_candidates(candidates, named)
    if not is_persistent:
        ids = [candidate.job.id for candidate in candidates]
        look = f"krea status {' '.join(ids)}" if ids else "look at the jobs on krea.ai"
        return InDoubt(message, hint=f"{look}; the same command would send it anew")
    profile = f" --profile {shell_line(row.profile)}" if row.profile else ""
    hint = f"krea recover{profile} looks for its job and says what can be done"
    if row.item_fingerprint or row.replaces:
        # Of a batch, or of `krea recover --resubmit`: neither has --again.
        return InDoubt(message, hint=f"{hint}; it is not sent again without your word")
    if not row.target:
        return InDoubt(message, hint=f"{hint}; the same command would send it anew")
    return InDoubt(message, hint=f"{hint}; the same command sends nothing without --again")


def describe_candidates(candidates: Sequence[Candidate], count: int = MAX_NAMED_CANDIDATES) -> str:
    """List COUNT of CANDIDATES with what speaks against each: "j1, j2 (made 40 s late)"."""
    words = [
        candidate.job.id + (f" ({'; '.join(candidate.against)})" if candidate.against else "")
        for candidate in candidates[:count]
    ]
    more = len(candidates) - len(words)
    return ", ".join(words) + (f", and {more} more: krea recover lists all" if more else "")


def _send(
    row: RequestRow,
    context: FlowContext,
    deadline: float | None,
    on_leaving: Callable[[], None],
) -> RequestRow:
    """POST until there is an answer, or until the job of a lost answer was found."""
    connecting = Connecting(context, deadline)
    while True:
        connection = connecting.connect()
        try:
            _mark_sending(row, context)
        except BaseException:
            if connection:
                connection.close()
            raise
        post = partial(
            context.api.submit,
            row.route,
            row.body,
            webhook=row.webhook,
            on_leaving=partial(_leave, row, context, on_leaving),
            connection=connection,
        )
        try:
            submitted = context.clock.wait_for(post, grace=INTERRUPT_GRACE_SECONDS)
        except Busy as busy:
            if not busy.proves_no_job:
                return _find_job_of_busy(row, context, busy)
            context.ledger.requests.mark_unsent(row.id)
            raise
        except Unreachable as error:
            context.ledger.requests.mark_unsent(row.id)
            connecting.pause(error)
        except Unanswered as error:
            return _find_job(row, context, error.message)
        except LedgerUnusable:  # in `mark_leaving`, before the first byte
            with suppress(LedgerUnusable):
                context.ledger.requests.mark_unsent(row.id)
            raise
        except Interrupted as error:
            with suppress(LedgerUnusable):  # it stays `sending`, which is in doubt as well
                context.ledger.requests.mark_in_doubt(row.id, error.message)
            raise in_doubt_error(replace(row, error=error.message), context) from error
        except KreaError as error:
            context.ledger.requests.mark_refused(row.id, error.message)
            raise
        else:
            return _record_answer(row, submitted, context)


def _mark_sending(row: RequestRow, context: FlowContext) -> None:
    """Record that the request leaves now; a signal up to here leaves nothing in doubt."""
    raise_if_no_new_work(context)
    if context.heartbeat:
        context.heartbeat.check()
    clock = context.clock
    context.ledger.requests.mark_sending(
        row.id, clock.now(), boot=clock.boot(), budget=context.budget
    )
    # After the mark: whoever cancels the batch sees this request, or is seen here.
    if _is_cancelled(row, context):
        context.ledger.requests.mark_unsent(row.id)
        raise BatchCancelled
    if clock.stopping:  # the disk may have taken its time
        context.ledger.requests.mark_unsent(row.id)
        clock.raise_if_interrupted()


def _is_cancelled(row: RequestRow, context: FlowContext) -> bool:
    """Tell if the user wants the end of the batch that sends ROW."""
    with suppress(LedgerUnusable):  # `mark_leaving` meets it again, before the first byte
        return bool(row.claim) and context.ledger.batch_runs.is_stopped(row.claim or "")
    return False


def _leave(row: RequestRow, context: FlowContext, on_leaving: Callable[[], None]) -> None:
    """Record that the first byte leaves now."""
    context.ledger.requests.mark_leaving(row.id)
    on_leaving()


def _record_answer(row: RequestRow, submitted: Submitted, context: FlowContext) -> RequestRow:
    """Record the job; a ledger that fails now is no reason to leave a paid job.

    A job that belongs to another request is no answer: the own one may be in the list.
    """
    job, now = submitted.job, context.clock.now()
    if context.others and (other := context.others.find_owner(job.id)):
        owner = f"request {other.number} in {other.host.where}"
        return _find_job(row, context, f"{WRONG_JOB}: job {job.id} belongs to {owner} already")
    try:
        context.ledger.requests.mark_submitted(row.id, job, answered_at=now)
        row = context.ledger.requests.get(row.id)
    except LedgerUnusable as error:
        context.tell(WarningNote(f"job {job.id} is not in the ledger: {error.message}"))
        row = replace(row, state="submitted", job_id=job.id, status=job.status, answered_at=now)
    except KreaError as error:
        return _find_job(row, context, f"{WRONG_JOB}: {error.message}")
    _tell_notice(submitted, row, context)
    return row


def _find_job(row: RequestRow, context: FlowContext, reason: str) -> RequestRow:
    """Find the job of a lost answer in the list, or raise `InDoubt`."""
    try:
        context.ledger.requests.mark_in_doubt(row.id, reason)
        context.tell(Reconciling(reason))
        reconciliation = reconcile(context, row_id=row.id, still_open=True)
        current = context.ledger.requests.get(row.id)
    except KreaError as error:
        # Whatever ends the search, a refused token or a full disk: the request was sent.
        row = replace(row, error=reason)
        raise in_doubt_error(row, context, is_list_read=False) from error
    if current.job_id is None:  # neither found here nor adopted by the user meanwhile
        raise in_doubt_error(
            replace(row, error=reason),
            context,
            reconciliation.candidates.get(row.id, ()),
            is_list_read=reconciliation.complete,
        )
    return current


def _find_job_of_busy(row: RequestRow, context: FlowContext, busy: Busy) -> RequestRow:
    """Raise BUSY once the list has shown that no job was made; else find the job.

    A 503 may come from something before the service, which has the request already.
    """
    requests = context.ledger.requests
    requests.mark_in_doubt(row.id, busy.message)
    try:
        reconciliation = reconcile(context, seconds=0, row_id=row.id)
    except KreaError as error:
        row = replace(row, error=busy.message)
        raise in_doubt_error(row, context, is_list_read=False) from error
    if row.id in reconciliation.adopted:
        return requests.get(row.id)
    is_own_answer = busy.proxies <= reconciliation.proxies
    has_candidates = bool(reconciliation.candidates.get(row.id))
    if reconciliation.complete and is_own_answer and not has_candidates:
        requests.mark_unsent(row.id, forget_sending=False)
        raise busy
    return _find_job(row, context, busy.message)


def _tell_notice(submitted: Submitted, row: RequestRow, context: FlowContext) -> None:
    # Not for the items of a batch: of hundreds, nobody reads them one by one.
    if row.seed is not None and row.item_fingerprint is None:
        context.tell(SeedDrawn(f"seed {row.seed}"))
    notice = submitted.notice
    if notice and (notice.deprecated or notice.sunset):
        until = f" and ends on {notice.sunset}" if notice.sunset else ""
        context.tell(WarningNote(f"{row.model} is deprecated{until}: krea models lists the others"))
