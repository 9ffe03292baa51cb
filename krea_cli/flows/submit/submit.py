"""Submit one request: on disk before it leaves, sent again only if it cannot have arrived."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from krea_cli.api.types import Job, Submitted
from krea_cli.errors import (
    Busy,
    InDoubt,
    Interrupted,
    KreaError,
    LedgerUnusable,
    Unanswered,
    Unreachable,
    Untrusted,
)
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused, Note, Reconciling, WarningNote
from krea_cli.flows.files.target import STDOUT_NAMES
from krea_cli.flows.submit.reconcile import settle
from krea_cli.local.ledger.rows import Row

SIGINT = 2
GRACE = 5.0  # seconds that an interrupted submit still waits for its id
CANDIDATES = ". It may be one of these jobs: "
RECONNECT = 30.0  # seconds for which a connection that was never made is tried again


def submit(row: Row, context: FlowContext, *, deadline: float | None) -> Row:
    """Send the request of ROW, a row in state `checked`, and give back the row with its job.

    Raises `Busy` when the service has no room now: nothing was made, the row is `checked` again.
    Raises `InDoubt` when it may have been received and could not be settled. Every other error
    means that nothing was made; `OverBudget`, that the world's budget does not leave what it may
    cost, and the row is `checked` as before. DEADLINE (monotonic) ends the waiting for another
    process.
    """
    # A kill between the row that says `sending` and the first byte is in doubt for nothing, and
    # loading the wire takes a tenth of a second.
    context.api.prepare()
    with alone(context, deadline):
        return _send(row, context)


def bury_the_dead(context: FlowContext) -> None:
    """Book what processes that died while sending left behind. The caller holds the post lock.

    Only one request of an account is under way at a time, so with the lock in hand every row
    that is still `sending` belongs to the dead.
    """
    leftovers = context.ledger.history.leftovers()
    for row in leftovers:
        context.ledger.doubtful(row.id, "its process died while sending")
    if leftovers:
        context.tell(Reconciling("an earlier krea died while it was sending"))
        settle(context, patience=0)


def doubt(row: Row, context: FlowContext, candidates: tuple[Job, ...] = ()) -> InDoubt:
    """The error for ROW, whose outcome is unknown, with the jobs that may be its own.

    Only a request with a target of its own, in a ledger that lasts, is known again when the same
    command is run: of any other the user must hear that it would be paid for again.
    """
    why = f" ({row.error})" if row.error else ""
    message = f"the outcome of a request to {row.model} is unknown{why}; it may have been charged"
    ids = [job.id for job in candidates]
    if ids:
        message += CANDIDATES + ", ".join(ids)
    if not context.ledger.lasting:
        look = f"krea status {' '.join(ids)}" if ids else "look at the jobs on krea.ai"
        return InDoubt(message, hint=f"{look}; the same command would send it anew")
    profile = f" --profile {shlex.quote(row.profile)}" if row.profile else ""
    hint = f"krea recover{profile} looks for its job and says what can be done"
    if not row.target or row.target in STDOUT_NAMES:
        return InDoubt(message, hint=f"{hint}; the same command would send it anew")
    return InDoubt(message, hint=f"{hint}; the same command sends nothing without --again")


@contextmanager
def post_lock(context: FlowContext, deadline: float | None) -> Iterator[None]:
    """Hold the account's post lock: while we do, no other process has a request under way."""
    lock = context.ledger.post_lock
    told = context.clock.monotonic() + 1
    while not lock.try_acquire():
        now = context.clock.monotonic()
        if deadline is not None and now > deadline:
            raise Busy("another krea kept sending for this account; nothing was sent")
        if now > told:
            context.tell(Paused("another krea is sending a request"))
            told = now + 60
        context.clock.pause(0.05)
        _check_asked(context)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def alone(context: FlowContext, deadline: float | None) -> Iterator[None]:
    """No request is under way meanwhile, and those of the dead are in doubt like the others."""
    with post_lock(context, deadline):
        bury_the_dead(context)
        yield


def _check_asked(context: FlowContext) -> None:
    """Raise `Interrupted` where the user asked that nothing new begins, or that all ends."""
    context.clock.check()
    if context.clock.asked:
        raise Interrupted(SIGINT)


def _send(row: Row, context: FlowContext) -> Row:
    """POST until it is answered, or until the job of a lost answer was found."""
    give_up = context.clock.monotonic() + RECONNECT
    delay = 0.5
    while True:
        _put_down(row, context)
        try:
            submitted = context.clock.attend(
                lambda: context.api.submit(row.route, row.body, webhook=row.webhook), grace=GRACE
            )
        except Busy:
            context.ledger.returned(row.id)
            raise
        except Unreachable as error:
            context.ledger.returned(row.id)
            if isinstance(error, Untrusted) or context.clock.monotonic() + delay > give_up:
                raise
            context.tell(Paused(f"{error.message}; nothing was sent, trying again", delay))
            context.clock.pause(delay)
            delay = min(delay * 2, 8.0)
        except Unanswered as error:
            return _look_for(row, context, error.message)
        except Interrupted as error:
            with suppress(LedgerUnusable):  # it stays `sending`, which is in doubt as well
                context.ledger.doubtful(row.id, error.message)
            raise doubt(replace(row, error=error.message), context) from error
        except KreaError as error:
            context.ledger.refused(row.id, error.message)
            raise
        else:
            return _answered(row, submitted, context)


def _put_down(row: Row, context: FlowContext) -> None:
    """Book that the request leaves now; a signal up to here leaves nothing in doubt."""
    _check_asked(context)
    context.ledger.sending(row.id, context.clock.now(), budget=context.budget)
    if context.clock.stopping:  # the disk may have taken its time
        context.ledger.returned(row.id)
        context.clock.check()


def _answered(row: Row, submitted: Submitted, context: FlowContext) -> Row:
    """ROW with its job. It runs and is paid: a ledger that fails now is no reason to leave it."""
    job, now = submitted.job, context.clock.now()
    try:
        context.ledger.submitted(row.id, job, answered_at=now)
        row = context.ledger.row(row.id)
    except KreaError as error:
        context.tell(WarningNote(f"job {job.id} is not in the ledger: {error.message}"))
        row = replace(row, state="submitted", job_id=job.id, status=job.status, answered_at=now)
    _tell_notice(submitted, row, context)
    return row


def _look_for(row: Row, context: FlowContext, reason: str) -> Row:
    """The answer got lost: find the job in the list, or raise `InDoubt`."""
    try:
        context.ledger.doubtful(row.id, reason)
        context.tell(Reconciling(reason))
        settlement = settle(context, until=row.id, still_open=True)
        current = context.ledger.row(row.id)
    except KreaError as error:
        # Whatever ends the search, a refused token or a full disk: the request was sent.
        raise doubt(replace(row, error=reason), context) from error
    if current.job_id is None:  # neither found here nor adopted by the user meanwhile
        candidates = settlement.candidates.get(row.id, ())
        raise doubt(replace(row, error=reason), context, candidates)
    return current


def _tell_notice(submitted: Submitted, row: Row, context: FlowContext) -> None:
    if row.seed is not None and row.item is None:  # of hundreds, nobody reads them one by one
        context.tell(Note(f"seed {row.seed}"))
    notice = submitted.notice
    if notice and (notice.deprecated or notice.sunset):
        until = f" and ends on {notice.sunset}" if notice.sunset else ""
        context.tell(WarningNote(f"{row.model} is deprecated{until}: krea models lists the others"))
