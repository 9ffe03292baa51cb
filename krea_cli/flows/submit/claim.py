"""Claim a target for a request: a new row, or the unfinished one that an earlier run left.

Running the same command again must finish the work, not start it over; two of them at once must
share it. The row in the ledger says what was asked, the locked part beside the target who is at it.
"""

from dataclasses import dataclass

from krea_cli.api.types import Job
from krea_cli.errors import KreaError, StillRunning, WouldOverwrite
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused, Note, Reconciling
from krea_cli.flows.files.part_file import Reservation, part_tag
from krea_cli.flows.files.target import Target
from krea_cli.flows.submit.reconcile import LAGGING, PATIENCE, settle
from krea_cli.flows.submit.submit import alone, doubt
from krea_cli.local.ledger.rows import Draft, Row

HOLDER_PATIENCE = 2.0  # seconds that a stranger may hold our part before we call it theirs


@dataclass(frozen=True)
class Goal:
    """The n-th of `count` targets of one command."""

    target: Target
    n: int
    count: int

    @property
    def key(self) -> str | None:
        """The absolute target, under which the ledger knows the request; None without one."""
        key = self.target.key(self.n, self.count)
        return None if self.target.to_stdout else key

    def reserve(self, row: Row) -> Reservation | None:
        """Lock the part of this target; None while a living process holds it."""
        return self.target.reserve(self.n, self.count, row_id=part_tag(row))


@dataclass(frozen=True)
class Claim:
    """A request that is ours to carry on: its row, as it stands, and the locked part."""

    row: Row
    reservation: Reservation


def put_down(draft: Draft, goal: Goal, context: FlowContext, *, again: bool) -> tuple[Row, bool]:
    """A new row for DRAFT (then True), or the unfinished one of the same request at GOAL.

    AGAIN makes a new one whatever there is.
    """
    if goal.key is None or again:
        return context.ledger.begin(draft), True
    return context.ledger.begin_or_join(draft)


def claim(
    draft: Draft,
    goal: Goal,
    context: FlowContext,
    *,
    again: bool,
    until: float | None,
    put: tuple[Row, bool] | None = None,
) -> Claim:
    """The row for DRAFT at GOAL, ours to carry on: PUT, or else what `put_down` gives.

    UNTIL (monotonic) ends the waiting for another krea that works on the same request. Raises
    `WouldOverwrite`, `InDoubt`, `StillRunning`.
    """
    row, fresh = put or put_down(draft, goal, context, again=again)
    if fresh and (begun := _begun(row, goal, context)):
        return begun
    context.tell(Note(f"going on with the same request for {goal.target.text}, begun before"))
    joined = _joined(row, goal, context, until=until)
    # Refused, or given up unsent: nothing stands in the way of beginning anew.
    return joined or claim(draft, goal, context, again=again, until=until)


def _begun(row: Row, goal: Goal, context: FlowContext) -> Claim | None:
    """A row of our own; give it back if the target turns out to be someone else's.

    None when another krea with the same request was quicker to go on with it.
    """
    give_up = context.clock.monotonic() + HOLDER_PATIENCE
    try:
        while (reservation := goal.reserve(row)) is None:
            if _taken(row, context):
                return None
            if context.clock.monotonic() > give_up:
                raise WouldOverwrite(
                    f"another krea is writing {goal.target.text}",
                    hint="wait until it is done, or choose another name with -o",
                )
            context.clock.pause(0.1)
    except KreaError:
        context.ledger.discard(row.id)
        raise
    if _taken(row, context):
        reservation.release()
        return None
    return _checked(Claim(row, reservation), goal, context)


def _taken(row: Row, context: FlowContext) -> bool:
    """True when another krea has joined ROW, which we began a moment ago."""
    current = context.ledger.find(row.id)
    return current is None or current.part is not None or current.state != "checked"


def _checked(claimed: Claim, goal: Goal, context: FlowContext) -> Claim:
    """Look once more, now that nobody else can write there: the file may have come meanwhile."""
    try:
        goal.target.check(goal.n, goal.count)
    except WouldOverwrite:
        # Before anyone who waits for the part can join: the file is there, nothing is to be made.
        context.ledger.discard(claimed.row.id)
        claimed.reservation.release()
        raise
    return claimed


def _joined(row: Row, goal: Goal, context: FlowContext, *, until: float | None) -> Claim | None:
    """An unfinished row of the same request: wait for whoever is at it, then carry it on."""
    told = False
    while (reservation := goal.reserve(row)) is None:
        if until is not None and context.clock.monotonic() > until:
            raise _busy(row, goal)
        if not told:
            context.tell(Paused(f"another krea is at work on {goal.target.text}"))
            told = True
        context.clock.pause(0.2)
    try:
        # Read under the lock: what the other did until it let go is in the ledger now.
        current = context.ledger.find(row.id)
        if current is not None and current.state != "refused":
            if current.state == "checked":
                # Nothing is paid yet: who put a file there meanwhile wants to keep it.
                goal.target.check(goal.n, goal.count)
            context.ledger.take_part(row.id, str(reservation.path or goal.key))
            return Claim(settled(current, context, until=until), reservation)
    except BaseException:
        reservation.release()
        raise
    reservation.release()
    return None


def _busy(row: Row, goal: Goal) -> KreaError:
    message = f"another krea is still at work on {goal.target.text}"
    if row.job_id:
        return StillRunning(message, hint=f"krea wait {row.job_id}", job_id=row.job_id)
    return StillRunning(message, hint="run the same command again")


def settled(row: Row, context: FlowContext, *, until: float | None) -> Row:
    """ROW once it is known whether its request arrived. Raises `InDoubt` where it is not."""
    if row.state not in ("sending", "unknown", "unfound"):
        return row
    candidates: tuple[Job, ...] = ()
    try:
        if row.state == "sending":
            with alone(context, until):
                row = context.ledger.row(row.id)
        if row.state == "unknown":
            candidates = _looked_for(row, context, until=until)
            row = context.ledger.row(row.id)
    except KreaError as error:
        # Whatever keeps us from looking, a signal or a refused token: it may have been received.
        raise doubt(row, context) from error
    if row.state in ("sending", "unknown", "unfound"):
        raise doubt(row, context, candidates)
    return row


def _looked_for(row: Row, context: FlowContext, *, until: float | None) -> tuple[Job, ...]:
    """Search the list for the job of ROW; the jobs that it may be, where that is not certain."""
    ago = context.clock.now() - (row.sent_at or row.created_at)
    lately = ago < LAGGING
    context.tell(Reconciling(row.error or "its process died while sending"))
    settlement = settle(
        context,
        # Whoever is stopped in this search, and starts again, does not search from the beginning.
        patience=max(0.0, PATIENCE - ago) if ago >= 0 else PATIENCE,
        until=row.id,
        still_open=lately,
        alone=lambda: alone(context, until),
    )
    return settlement.candidates.get(row.id, ())
