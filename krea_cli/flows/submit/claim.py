"""Claim an output slot for a request: with a new row, or with the unfinished one of before.

The same command, run again, must finish the work, not start it over; two at once must share it.
The row in the ledger holds the request; the locked part file shows the process at work. A
stream has none: there the row itself names the run of that process.
"""

from dataclasses import dataclass

from krea_cli.errors import InDoubt, KreaError, StillRunning, WouldOverwrite
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Note, Paused, Reconciling
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.submit.post_lock import exclusive_submit
from krea_cli.flows.submit.reconcile import (
    LIST_LAG_SECONDS,
    SEARCH_SECONDS,
    Reconciliation,
    reconcile,
)
from krea_cli.flows.submit.submit import in_doubt_error
from krea_cli.flows.submit.windows import seconds_since_sent
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestDraft, RequestRow

HOLDER_SECONDS = 2.0  # that a stranger may hold our part file before the slot is called theirs
HOLDER_POLL_SECONDS = 0.1
JOIN_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Claim:
    """A request of this process: its row as it stands, and the locked part file."""

    row: RequestRow
    part_file: PartFile


def insert_or_join(
    draft: RequestDraft, slot: OutputSlot, context: FlowContext, *, again: bool
) -> tuple[RequestRow, bool]:
    """Insert DRAFT, or return the unfinished request that it repeats at SLOT.

    The flag tells if the row is new. AGAIN always inserts.
    """
    ledger = context.ledger
    if slot.key is None or again:
        return ledger.requests.insert(draft), True
    try:
        if slot.target.makes_files:
            return ledger.requests.insert_or_join(draft)
        return ledger.stream_requests.claim(draft, ledger.is_run_alive)
    except InDoubt as twin:
        twin.hint = f"{twin.hint}; --again sends it all the same"
        raise


def claim(
    draft: RequestDraft,
    slot: OutputSlot,
    context: FlowContext,
    *,
    again: bool,
    until: float | None,
    inserted: tuple[RequestRow, bool] | None = None,
) -> Claim:
    """Claim the row for DRAFT at SLOT: INSERTED, or else whatever `insert_or_join` returns.

    UNTIL (monotonic) ends the waiting for another krea at the same request.
    Raises `WouldOverwrite`, `InDoubt` and `StillRunning`.
    """
    row, is_new = inserted or insert_or_join(draft, slot, context, again=again)
    if is_new and (started := _start_new(row, slot, context)):
        return started
    begun = "which was never sent" if row.state == "checked" else "begun before"
    again_note = "" if slot.target.makes_files else "; --again makes another"
    context.tell(
        Note(f"going on with the same request for {slot.target.text}, {begun}{again_note}")
    )
    joined = _join_existing(row, slot, context, until=until)
    # Refused, or given up unsent: nothing stands in the way of beginning anew.
    return joined or claim(draft, slot, context, again=again, until=until)


def _start_new(row: RequestRow, slot: OutputSlot, context: FlowContext) -> Claim | None:
    """Claim a row of our own; discard it if the slot turns out to be someone else's.

    None if another krea with the same request was quicker to go on with it.
    """
    give_up = context.clock.monotonic() + HOLDER_SECONDS
    try:
        while (part_file := slot.reserve(row, context.ledger)) is None:
            if _joined_by_other(row, context):
                return None
            if context.clock.monotonic() > give_up:
                raise WouldOverwrite(
                    f"another krea is writing {slot.target.text}",
                    hint="wait until it is done, or choose another name with -o",
                )
            context.clock.sleep(HOLDER_POLL_SECONDS)
    except KreaError:
        context.ledger.requests.discard(row.id)
        raise
    if _joined_by_other(row, context):
        part_file.release()
        return None
    return _refuse_existing(Claim(row, part_file), slot, context)


def _joined_by_other(row: RequestRow, context: FlowContext) -> bool:
    """Return True if another krea has joined ROW, which is a moment old."""
    current = context.ledger.requests.find(row.id)
    return current is None or current.part is not None or current.state != "checked"


def _refuse_existing(claimed: Claim, slot: OutputSlot, context: FlowContext) -> Claim:
    """Look once more, now that nobody else can write there: the file may be there by now."""
    try:
        slot.refuse_existing()
    except WouldOverwrite:
        # Before anyone who waits for the part can join: the file is there, nothing is to be made.
        context.ledger.requests.discard(claimed.row.id)
        claimed.part_file.release()
        raise
    return claimed


def _join_existing(
    row: RequestRow, slot: OutputSlot, context: FlowContext, *, until: float | None
) -> Claim | None:
    """Take over an unfinished row of the same request, once nobody else is at it."""
    is_announced = False
    while (part_file := slot.reserve(row, context.ledger)) is None:
        if until is not None and context.clock.monotonic() > until:
            raise _held_error(row, slot)
        if not is_announced:
            context.tell(Paused(f"another krea is at work on {slot.target.text}"))
            is_announced = True
        context.clock.sleep(JOIN_POLL_SECONDS)
    try:
        # Read under the lock: what the other did until it let go is in the ledger now.
        current = context.ledger.requests.find(row.id)
        if current is not None and current.state != "refused":
            if current.state == "checked":
                # Nothing is paid yet: who put a file there meanwhile wants to keep it.
                slot.refuse_existing()
            if part_file.path is not None:
                context.ledger.requests.record_part(row.id, str(part_file.path))
            return Claim(resolve_in_doubt(current, context, until=until), part_file)
    except BaseException:
        part_file.release()
        raise
    part_file.release()
    return None


def _held_error(row: RequestRow, slot: OutputSlot) -> KreaError:
    message = f"another krea is still at work on {slot.target.text}"
    if row.job_id:
        return StillRunning(message, hint=f"krea wait {row.job_id}", job_id=row.job_id)
    return StillRunning(message, hint="run the same command again")


def resolve_in_doubt(row: RequestRow, context: FlowContext, *, until: float | None) -> RequestRow:
    """Search for the job of ROW, and return the row with it. Raises `InDoubt` if none is found."""
    if row.state not in ("sending", "unknown", "unfound"):
        return row
    reconciliation: Reconciliation | None = None
    try:
        if row.state == "sending":
            with exclusive_submit(context, until):
                row = context.ledger.requests.get(row.id)
        if row.state in IN_DOUBT_STATES:
            reconciliation = _search(row, context, until=until)
            row = context.ledger.requests.get(row.id)
    except KreaError as error:
        # Whatever keeps us from looking, a signal or a refused token: it may have been received.
        raise in_doubt_error(row, context, is_list_read=False) from error
    if row.state in ("sending", "unknown", "unfound"):
        candidates = reconciliation.candidates.get(row.id, ()) if reconciliation else ()
        is_list_read = reconciliation is None or reconciliation.complete
        raise in_doubt_error(row, context, candidates, is_list_read=is_list_read)
    return row


def _search(row: RequestRow, context: FlowContext, *, until: float | None) -> Reconciliation:
    """Search the list for the job of ROW."""
    age = seconds_since_sent(context, row)
    context.tell(Reconciling(row.error or "its process died while sending"))
    return reconcile(
        context,
        # A search that was stopped, and begins again, does not last the whole time again.
        seconds=max(0.0, SEARCH_SECONDS - age) if age >= 0 else SEARCH_SECONDS,
        row_id=row.id,
        still_open=age < LIST_LAG_SECONDS,
        exclusive=lambda: exclusive_submit(context, until),
    )
