"""The thread of a batch that sends: one item after the other, as no two POSTs are under way."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from krea_cli.errors import (
    BalanceEmpty,
    KreaError,
    LedgerUnusable,
    PlanRequired,
    RequestRefused,
    StillRunning,
    TokenRefused,
    WouldOverwrite,
)
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.item_elsewhere import find_item_elsewhere
from krea_cli.flows.batch.run.ended_request import record_places, write_recipes
from krea_cli.flows.batch.run.item_request import item_request
from krea_cli.flows.batch.run.messages import (
    SAME_COMMAND_CONTINUES,
    AlreadyDone,
    ClaimedElsewhere,
    DoubtsResolved,
    ItemSubmitted,
    Leaving,
    NotSent,
    NotSubmitted,
    WorkerMessage,
)
from krea_cli.flows.batch.run.options import UNSENT_STATES, RunOptions
from krea_cli.flows.batch.run.other_hosts import take_from_elsewhere
from krea_cli.flows.batch.run.pending import changed_error, pending_copy, pending_job
from krea_cli.flows.batch.run.retries import Retries
from krea_cli.flows.batch.run.turns import Turns
from krea_cli.flows.batch.run.upload_ahead import UploadAhead
from krea_cli.flows.context import FlowContext
from krea_cli.flows.files.existing_results import find_saved_results, is_changed
from krea_cli.flows.files.kept_files import remove_kept_files
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.generate.draft import build_draft
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.seeds import seeds
from krea_cli.flows.submit.claim import resolve_in_doubt
from krea_cli.flows.submit.elsewhere import Elsewhere
from krea_cli.flows.submit.post_lock import exclusive_submit
from krea_cli.flows.submit.reconcile import SEARCH_SECONDS, reconcile
from krea_cli.flows.submit.submit import in_doubt_error, submit
from krea_cli.flows.transfer.upload import forget_refused_uploads
from krea_cli.local.ledger.rows import (
    FAILED_STATES,
    UNDER_WAY_STATES,
    UNFINISHED_STATES,
    RequestDraft,
    RequestRow,
)

if TYPE_CHECKING:
    from krea_cli.local.ledger.run_lock import RunLock

ACCOUNT_ERRORS = (BalanceEmpty, PlanRequired, TokenRefused)


class SubmitWorker:
    """Claims items, sends them, and reconciles those in doubt.

    turns: whose request leaves next
    may_send: tells if an item may be sent still, as of this moment
    has_more: tells if another item is to be sent at once
    """

    def __init__(
        self,
        options: RunOptions,
        context: FlowContext,
        run_lock: "RunLock",
        upload_ahead: UploadAhead,
        retries: Retries,
        *,
        may_send: Callable[[Item], bool],
        has_more: Callable[[], bool],
        report: Callable[[WorkerMessage], None],
    ) -> None:
        self._options = options
        self._context = context
        self._run_lock = run_lock
        self._upload_ahead = upload_ahead
        self._retries = retries
        self._may_send = may_send
        self._has_more = has_more
        self._report = report
        self.turns = Turns(context.parallel, context.clock)

    def submit(self, item: Item, *, may_send: bool = True) -> WorkerMessage:
        """Get ITEM its job, if it has none yet, and return the result.

        Without MAY_SEND nothing is sent: only the job of before is looked for.
        """
        try:
            request = item_request(item, self._options)
            return self._claim(item, request, request.slot(item.n), may_send=may_send)
        except KreaError as error:
            return NotSubmitted(item, error, self._find_row(item), self.turns.keep())
        except Exception as bug:  # of this item: the paid jobs beside it go on
            failure = KreaError(f"this is a bug in krea: {type(bug).__name__}: {bug}")
            failure.unexpected, failure.charged = bug, self._charge_after_bug(item)
            return NotSubmitted(item, failure, holds_turn=self.turns.keep())

    def resolve_doubts(self, items: Mapping[int, Item], *, recent: bool) -> DoubtsResolved:
        """Look once more for the jobs of ITEMS in doubt; RECENT: an answer was lost just now."""
        context = self._context
        with suppress(KreaError):  # they stay in doubt
            reconcile(
                context,
                seconds=SEARCH_SECONDS if recent else 0.0,
                exclusive=lambda: exclusive_submit(context, None),
            )
        submitted = {index: self._find_job(item) for index, item in items.items()}
        return DoubtsResolved({index: each for index, each in submitted.items() if each})

    def _find_row(self, item: Item) -> RequestRow | None:
        with suppress(LedgerUnusable):
            return self._context.ledger.items.find_latest(item.fingerprint)
        return None

    def _charge_after_bug(self, item: Item) -> str:
        with suppress(Exception):  # the bug may be met again
            row = self._find_row(item)
            return "no" if row is None or row.state == "checked" else "unknown"
        return "unknown"

    def _find_job(self, item: Item) -> ItemSubmitted | None:
        row = self._find_row(item)
        if row is None or row.job_id is None:
            return None
        slot = item_request(item, self._options).slot(item.n)
        with suppress(KreaError):  # told when the result is saved
            slot = replace(slot, part_file=slot.reserve(row, self._context.ledger))
        return ItemSubmitted(item, row, pending_job(row, slot), fresh=False)

    def _claim(
        self, item: Item, request: GenerateRequest, slot: OutputSlot, *, may_send: bool
    ) -> WorkerMessage:
        items, options = self._context.ledger.items, self._options
        find_retry = partial(self._retries.find_number, item)
        while True:
            state = items.find_state(item.fingerprint)
            if state == "saved" and (row := items.find_latest(item.fingerprint)) is not None:
                return self._end(item, row, slot)  # nobody has to claim it
            if item.shares_payment and state in UNDER_WAY_STATES:
                raise self._unsaved_error(item)
            is_retry = state in FAILED_STATES and find_retry(self._find_row(item)) is not None
            is_new = state in UNSENT_STATES or is_retry
            draft = None
            if is_new and not may_send:
                return NotSent(item)
            if is_new and (found := self._find_elsewhere(item)):
                return take_from_elsewhere(item, found, slot, self._context.ledger)
            if is_new:
                slot.refuse_existing()
                draft = self._build_draft(item, request, slot)
            claimed = items.claim(
                item.fingerprint,
                self._run_lock.name,
                draft=draft,
                target=slot.key,
                label=options.label,
                is_alive=self._run_lock.is_alive,
                find_retry=find_retry,
            )
            if claimed is not None:
                break
        row = claimed.row
        if claimed.ours:
            return self._continue(item, row, slot, may_send=may_send)
        return (
            ClaimedElsewhere(item) if row.state in UNFINISHED_STATES else self._end(item, row, slot)
        )

    def _find_elsewhere(self, item: Item) -> Elsewhere | None:
        options, others = self._options, self._context.others
        return find_item_elsewhere(
            item, options.model(item.model), others, cwd=options.cwd, force=options.force
        )

    def _unsaved_error(self, item: Item) -> KreaError:
        """The error of ITEM, for want of the result to copy."""
        row = self._context.ledger.items.find_latest(item.fingerprint)
        if row is not None and row.job_id is None:
            return in_doubt_error(row, self._context)
        message = "an equal line has the job, and its result is not saved yet"
        return StillRunning(
            message, hint=SAME_COMMAND_CONTINUES, job_id=row.job_id if row else None
        )

    def _continue(
        self, item: Item, row: RequestRow, slot: OutputSlot, *, may_send: bool
    ) -> WorkerMessage:
        """Lock the slot of a request of ours, and send it if it has no job yet."""
        if row.state == "checked" and not may_send:
            return NotSent(item)
        part_file = slot.reserve(row, self._context.ledger)
        if part_file is None:  # another command, `krea download` say, is at this job
            return ClaimedElsewhere(item)
        try:
            # A request that never left is `checked` after this, and is sent below.
            row = resolve_in_doubt(row, self._context, until=None)
            fresh = row.state == "checked"
            if fresh:
                with self.turns.take():
                    if not (may_send and self._may_send(item)):
                        part_file.release()
                        return NotSent(item)
                    row = self._submit(item, row, slot)
            if row.job_id is None:
                raise KreaError(f"the request is {row.state}", hint=f"krea history {row.id}")
        except BaseException:
            part_file.release()
            raise
        slot = replace(slot, part_file=part_file)
        return ItemSubmitted(item, row, pending_job(row, slot), fresh=fresh)

    def _submit(self, item: Item, row: RequestRow, slot: OutputSlot) -> RequestRow:
        ledger, seconds = self._context.ledger, self._options.timeout_for(row.kind)
        deadline = None if seconds is None else self._context.clock.monotonic() + seconds
        try:
            # Nothing is paid yet: who put a file there meanwhile wants to keep it.
            slot.refuse_existing()
            on_leaving = partial(self._leave, item)
            return submit(row, self._context, deadline=deadline, on_leaving=on_leaving)
        except WouldOverwrite:
            ledger.requests.discard(row.id)
            raise
        except ACCOUNT_ERRORS:
            # Not the item's fault: it is sent as soon as the account may, without --retry-failed.
            if ledger.requests.get(row.id).state == "refused":
                ledger.requests.change_state(
                    row.id, ("refused",), "checked", charged="no", error=None
                )
            raise
        except RequestRefused as refused:
            urls = (source.get("url", "") for source in row.sources.values())
            forget_refused_uploads(refused, urls, ledger.uploads)
            raise

    def _leave(self, item: Item) -> None:
        """Let the next item be claimed, and its connection opened, while ITEM is on its way."""
        self._report(Leaving(item))
        if self._has_more():
            self._context.api.open_ahead(self._context.parallel)

    def _end(self, item: Item, row: RequestRow, slot: OutputSlot) -> WorkerMessage:
        """The result of a request that ended before: its files, or their source."""
        if row.state != "saved":
            self._remove_part_file(row, slot)
            return AlreadyDone(item, row)
        pending = pending_job(row, slot)
        ledger = self._context.ledger
        existing = find_saved_results(row, slot, ledger)
        if existing.is_done:
            record_places(row, existing, slot, self._context.ledger)
            if slot.target.force or existing.has_kept:
                remove_kept_files(ledger, pending.job_id)
            try:
                return AlreadyDone(item, row, write_recipes(pending, existing.files, self._context))
            except KreaError as error:
                return AlreadyDone(item, row, error=error)
        if is_changed(existing, slot):
            return AlreadyDone(item, row, error=changed_error(existing.occupied[0]))
        if not existing.is_complete:
            return ItemSubmitted(item, row, pending, fresh=False)  # paid, and gone: fetched again
        return AlreadyDone(item, row, copy=pending_copy(row, existing, slot))

    def _remove_part_file(self, row: RequestRow, slot: OutputSlot) -> None:
        """Remove the part file of a process that was killed just as its job had failed."""
        with suppress(KreaError):
            if part_file := slot.reserve(row, self._context.ledger):
                part_file.release()

    def _build_draft(self, item: Item, request: GenerateRequest, slot: OutputSlot) -> RequestDraft:
        """Build the draft of ITEM under the name of this run; upload its media, draw its seed.

        Raises `UsageError` for a file that has changed since the check, and the service's errors
        about an upload.
        """
        context = self._context
        files = self._upload_ahead.upload(item)
        (seed,) = seeds(request.model, item.body, 1, context.random)
        draft = build_draft(
            request, slot, files, given=item.given, seed=seed, ledger=context.ledger
        )
        return replace(
            draft,
            item_fingerprint=item.fingerprint,
            batch=self._options.label,
            claim=self._run_lock.name,
        )
