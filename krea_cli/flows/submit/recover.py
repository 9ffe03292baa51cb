"""`krea recover`: the requests in doubt, their candidates, and the user's decisions.

Nothing is sent but by the user's word, and then only the named requests.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from krea_cli.api.types import Job
from krea_cli.errors import Interrupted, KreaError, Moderated, NotFound, UsageError
from krea_cli.flows.backoff import is_transient
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Reconciling, Submitting, WarningNote
from krea_cli.flows.files.part_records import remove_abandoned_parts
from krea_cli.flows.submit.comparison import warn_of_differences
from krea_cli.flows.submit.doubt import Doubt, candidates_note, spared_error
from krea_cli.flows.submit.match import Candidate
from krea_cli.flows.submit.post_lock import exclusive_submit
from krea_cli.flows.submit.reconcile import (
    LIST_LAG_SECONDS,
    SEARCH_SECONDS,
    Reconciliation,
    reconcile,
)
from krea_cli.flows.submit.submit import Submission
from krea_cli.flows.submit.windows import seconds_since_sent
from krea_cli.local.ledger.resolutions import FORGETTABLE_STATES, Resolutions
from krea_cli.local.ledger.rows import IN_DOUBT_STATES, RequestRow

ITEM_ERRORS = (UsageError, Moderated)  # failures that say nothing about the next request
MAX_CANDIDATE_READS = 20  # candidates read singly, where the list does not give their results


@dataclass(frozen=True)
class Decision:
    """The request after a decision of the user, or the error that kept it from being made."""

    row: RequestRow | None
    error: KreaError | None = None


class Recovery:
    """One `krea recover`. UNTIL (monotonic) ends the waiting for another krea.

    REPRICE returns a request with the price that is known for it now. CONFIRM is told of the
    requests that are to be sent again, and ends the command if it raises.
    """

    def __init__(
        self,
        context: FlowContext,
        *,
        until: float | None,
        reprice: Callable[[RequestRow], RequestRow] = lambda row: row,
        confirm: Callable[[Sequence[RequestRow]], None] = lambda rows: None,
    ) -> None:
        self._context = context
        self._reprice = reprice
        self._confirm = confirm
        self._until = until
        self._resolutions = Resolutions(context.ledger)
        self._candidates: dict[int, tuple[Candidate, ...]] = {}
        self._unread: set[int] = set()  # rows for which the list could not be read whole

    def reconcile(self) -> list[Doubt]:
        """Reconcile with the list of jobs; return every request that was in doubt, as it is now."""
        context = self._context
        self._mark_abandoned()
        row_ids = [row.id for row in context.ledger.history.list_in_doubt()]
        waiting = list(row_ids)
        while waiting:
            covered = self._search(waiting[-1])
            waiting = [row_id for row_id in waiting if row_id not in covered]
        remove_abandoned_parts(context.ledger)
        return [self._doubt(row_id) for row_id in row_ids]

    def adopt(self, row_id: int, job_id: str) -> RequestRow:
        """Take JOB_ID as the job of the request, by the user's word. Raises UsageError."""
        context, row = self._context, self._open(row_id, also=("forgotten",))
        try:
            job = context.clock.wait_for(lambda: context.api.get_job(job_id))
        except NotFound as error:
            raise UsageError(error.message, hint="krea recover lists what there is") from error
        owner = context.ledger.ownership.find_owner(job.id)
        if owner is not None:
            raise UsageError(
                f"job {job.id} belongs to request {owner.id} already",
                hint=f"krea history {owner.id}",
            )
        if context.others and (other := context.others.find_owner(job.id)):
            raise UsageError(
                f"job {job.id} belongs to request {other.number} in {other.host.where} already",
                hint="krea recover lists what is of nobody yet;"
                f" {other.host.hint_there(f'krea history {other.number}')}",
            )
        warn_of_differences(row, job, context)
        if self._reopen(row).state == "forgotten":
            # A gateway carried it out in the end, after the user had let it go or sent it again.
            context.ledger.requests.change_state(row.id, ("forgotten",), "unknown", error=row.error)
        context.ledger.requests.mark_submitted(
            row.id, job, answered_at=context.clock.now(), adopted=True
        )
        context.records.record_job(job.id, job)
        return context.ledger.requests.get(row.id)

    def forget(self, row_id: int) -> RequestRow:
        """Look no more for the job of the request, by the user's word.

        Nor for the results of a job that was made and cannot be read. Raises UsageError if it can.
        """
        from krea_cli.flows.submit.forget import require_lost  # with it comes all of downloading

        row = self._open(row_id, also=FORGETTABLE_STATES)
        require_lost(row, self._context)
        self._reopen(row)
        self._resolutions.forget(row.id)
        return self._context.ledger.requests.get(row.id)

    def resubmit(self, row_id: int) -> RequestRow:
        """Send the request once more, by the user's word; return the new row with its job.

        If it could not be sent, the old one stays in doubt. Raises UsageError if it was erased.
        """
        row = self._reopen(self._open(row_id))
        if row.erased_at is not None:
            raise UsageError(
                f"the text of request {row.id} was erased, so it cannot be sent again",
                hint=f"krea recover --forget {row.id} gives it up",
            )
        new = self._resolutions.replace(self._reprice(row))
        try:
            return self._submit(new)
        except KreaError:
            with suppress(KreaError):
                self._resolutions.restore(row, new)
            raise

    def decisions(
        self,
        adopt: Sequence[tuple[int, str]],
        forget: Sequence[int],
        resubmit: Sequence[int],
        *,
        spare_candidates: bool = False,
    ) -> Iterator[Decision]:
        """Carry out the decisions, and yield the result of each. Raises `Interrupted`.

        A request whose job the list shows is not sent again. With SPARE_CANDIDATES, neither is one
        that may own a job of the list.
        """
        self._mark_abandoned()
        for row_id, job_id in adopt:
            yield self._decide(partial(self.adopt, row_id, job_id))
        for row_id in forget:
            yield self._decide(partial(self.forget, row_id))
        doubts = self.reconcile() if resubmit else []
        by_row = {doubt.row.id: doubt for doubt in doubts if doubt.row.id in resubmit}
        self._confirm(
            [
                self._reprice(doubt.row)
                for doubt in by_row.values()
                if not (doubt.row.job_id or (spare_candidates and doubt.may_have_job))
            ]
        )
        yield from self._resubmit_all(resubmit, by_row, spare_candidates=spare_candidates)
        remove_abandoned_parts(self._context.ledger)

    def _resubmit_all(
        self, resubmit: Sequence[int], doubts: dict[int, Doubt], *, spare_candidates: bool
    ) -> Iterator[Decision]:
        for at, row_id in enumerate(resubmit):
            doubt = doubts.get(row_id)
            if doubt and doubt.row.job_id:
                yield Decision(doubt.row)
                continue
            if doubt and doubt.may_have_job:
                if spare_candidates:
                    yield Decision(None, spared_error(doubt))
                    continue
                if doubt.candidates:
                    self._context.tell(
                        WarningNote(candidates_note(doubt) + "; it is to be sent again")
                    )
            decision = self._decide(partial(self.resubmit, row_id))
            left = len(resubmit) - at - 1
            if decision.error and left and not isinstance(decision.error, ITEM_ERRORS):
                # In doubt, out of balance, no network: it would be the same with the next one.
                decision.error.message += f"; {left} more were not sent again"
                yield decision
                return
            yield decision

    def _decide(self, decide: Callable[[], RequestRow]) -> Decision:
        try:
            return Decision(decide())
        except Interrupted:
            raise
        except KreaError as error:
            return Decision(None, error)

    def older(self, seconds: float) -> list[int]:
        """The requests in doubt sent more than SECONDS ago, oldest first."""
        before = self._context.clock.now() - seconds
        doubts = self._context.ledger.history.list_in_doubt()
        return [row.id for row in doubts if (row.sent_at or row.created_at) <= before]

    def _search(self, row_id: int) -> set[int]:
        """Search for the job of a request and of those sent around it; return their rows."""
        context = self._context
        row = context.ledger.requests.get(row_id)
        is_recent = seconds_since_sent(context, row) < LIST_LAG_SECONDS
        context.tell(Reconciling(row.error or "no answer came"))
        reconciliation = self._reconcile(row_id, 0.0, still_open=is_recent)
        # With two that fit no waiting helps: only more of them could come.
        candidates = reconciliation.candidates.get(row_id, ())
        if is_recent and row_id not in reconciliation.adopted and len(candidates) < 2:
            reconciliation = self._reconcile(row_id, SEARCH_SECONDS, still_open=True)
        covered = {row_id, *reconciliation.adopted, *reconciliation.candidates}
        if not reconciliation.complete:
            text = (
                "the list of jobs could not be read whole: there may be more jobs than those"
                " seen so far; try again later"
            )
            context.tell(WarningNote(text))
            self._unread |= covered
        self._candidates |= reconciliation.candidates
        return covered

    def _reconcile(self, row_id: int, seconds: float, *, still_open: bool) -> Reconciliation:
        return reconcile(
            self._context,
            seconds=seconds,
            row_id=row_id,
            still_open=still_open,
            to_the_end=True,
            exclusive=lambda: exclusive_submit(self._context, self._until),
        )

    def _doubt(self, row_id: int) -> Doubt:
        row = self._context.ledger.requests.get(row_id)
        if row.state not in IN_DOUBT_STATES:
            return Doubt(row)
        candidates = self._candidates.get(row_id, ())
        read = [
            replace(each, job=self._read(each.job)) for each in candidates[:MAX_CANDIDATE_READS]
        ]
        named = (*read, *candidates[MAX_CANDIDATE_READS:])
        return Doubt(row, named, is_list_read=row_id not in self._unread)

    def _read(self, job: Job) -> Job:
        """Return JOB with its results, which the list may leave out."""
        context = self._context
        if not job.ended or job.outputs:
            return job
        try:
            return context.clock.wait_for(lambda: context.api.get_job(job.id))
        except KreaError as error:
            if not (is_transient(error) or isinstance(error, NotFound)):
                raise
            return job

    def _open(self, row_id: int, *, also: Sequence[str] = ()) -> RequestRow:
        row = self._context.ledger.requests.find(row_id)
        if row is None:
            raise UsageError(
                f"there is no request {row_id} in the ledger", hint="krea recover lists them"
            )
        in_doubt = {doubt.id for doubt in self._context.ledger.history.list_in_doubt()}
        if row.id not in in_doubt and row.state not in also:
            job = f", job {row.job_id}" if row.job_id else f" ({row.error})" if row.error else ""
            raise UsageError(
                f"request {row_id} is not in doubt: it is {row.state}{job}",
                hint=f"krea history {row_id}",
            )
        return row

    def _reopen(self, row: RequestRow) -> RequestRow:
        """Put ROW in doubt again, if it was to be sent once more and never was."""
        is_reopened = row.state == "forgotten" and self._resolutions.reopen(row.id)
        return self._context.ledger.requests.get(row.id) if is_reopened else row

    def _mark_abandoned(self) -> None:
        """Mark the rows of processes that died while sending."""
        if self._context.ledger.history.list_sending():
            with exclusive_submit(self._context, self._until):
                pass

    def _submit(self, row: RequestRow) -> RequestRow:
        context = self._context
        context.tell(Submitting(row.model, 1, 1, unfollowed=True))
        submission = Submission(row, context, deadline=self._until)
        while (sent := submission.attempt()) is None:
            context.clock.sleep(submission.retry_at - context.clock.monotonic())
        return sent
