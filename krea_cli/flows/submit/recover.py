"""Recover: what is in doubt, the jobs that it may be, and what the user decides about it.

Nothing here is sent but by the user's word, and then only what the user named.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from krea_cli.api.types import Job
from krea_cli.errors import Busy, Interrupted, KreaError, Moderated, NotFound, UsageError
from krea_cli.flows.backoff import Hold, is_transient
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused, Reconciling, Submitting, WarningNote
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.record import moment
from krea_cli.flows.submit.match import HORIZON
from krea_cli.flows.submit.reconcile import LAGGING, PATIENCE, Settlement, settle
from krea_cli.flows.submit.submit import alone, submit
from krea_cli.local.ledger.resolutions import FORGETTABLE, Verdicts
from krea_cli.local.ledger.rows import IN_DOUBT, Row

OF_ONE = (UsageError, Moderated)  # failures that say nothing about the next request
LOOKED_AT = 20  # candidates that are read singly, where the list does not give their results


@dataclass(frozen=True)
class Doubt:
    """A request, and the jobs of the list that may be its own; none once it is settled."""

    row: Row
    candidates: tuple[Job, ...] = ()

    @property
    def open(self) -> bool:
        """True as long as nobody knows what became of it."""
        return self.row.job_id is None

    def young(self, now: float) -> bool:
        """True as long as the list may not show its job yet."""
        return now - (self.row.sent_at or self.row.created_at) < LAGGING

    def record(self) -> dict[str, Any]:
        """What `krea recover --json` tells of it."""
        row = self.row
        return {
            "row": row.id,
            "state": row.state,
            "model": row.model,
            "prompt": row.prompt,
            "target": row.target,
            "sent_at": moment(row.sent_at or row.created_at),
            "price": row.price,
            "charged": row.charged,
            "reason": row.error,
            "job_id": row.job_id,
            "candidates": [_candidate(job) for job in self.candidates],
        }


@dataclass(frozen=True)
class Decision:
    """The request as it is after a word of the user's, or why it came to nothing."""

    row: Row | None
    error: KreaError | None = None


class Recovery:
    """One `krea recover`. UNTIL (monotonic) ends the waiting for another krea that sends."""

    def __init__(self, context: FlowContext, *, until: float | None) -> None:
        self._context = context
        self._until = until
        self._verdicts = Verdicts(context.ledger)
        self._candidates: dict[int, tuple[Job, ...]] = {}

    def settle(self) -> list[Doubt]:
        """Settle what the list of jobs settles; everything that was in doubt, as it stands now."""
        context = self._context
        self._bury()
        meant = [row.id for row in context.ledger.history.doubts()]
        searched = [row.id for row in context.ledger.in_doubt()]
        while searched:
            covered = self._search(searched[-1])
            searched = [row_id for row_id in searched if row_id not in covered]
        return [self._doubt(row_id) for row_id in meant]

    def adopt(self, row_id: int, job_id: str) -> Row:
        """By the user's word, JOB_ID is what became of the request. Raises UsageError."""
        context, row = self._context, self._open(row_id, also=("forgotten",))
        try:
            job = context.clock.attend(lambda: context.api.job(job_id))
        except NotFound as error:
            raise UsageError(error.message, hint="krea recover lists what there is") from error
        owner = context.ledger.by_job(job.id)
        if owner is not None:
            raise UsageError(
                f"job {job.id} belongs to request {owner.id} already",
                hint=f"krea history {owner.id}",
            )
        self._compare(row, job)
        if self._revive(row).state == "forgotten":
            # A gateway carried it out in the end, after the user had let it go or sent it again.
            context.ledger.move(row.id, ("forgotten",), "unknown", error=row.error)
        context.ledger.submitted(row.id, job, answered_at=context.clock.now(), adopted=True)
        Recall(context.ledger, context.tell).note(job.id, job)
        return context.ledger.row(row.id)

    def forget(self, row_id: int) -> Row:
        """By the user's word, nobody looks for the job of the request any more.

        Nor for the results of a job that was made and cannot be read.
        """
        row = self._open(row_id, also=FORGETTABLE)
        self._revive(row)
        self._verdicts.forget(row.id)
        return self._context.ledger.row(row.id)

    def resubmit(self, row_id: int) -> Row:
        """By the user's word, send the request once more; the new row, with its job.

        What could not be sent leaves the old one in doubt as before.
        """
        row = self._revive(self._open(row_id))
        new = self._verdicts.replace(row.id)
        try:
            return self._sent(new)
        except KreaError:
            with suppress(KreaError):
                self._verdicts.reinstate(row, new)
            raise

    def decisions(
        self,
        *,
        adopt: Sequence[tuple[int, str]],
        forget: Sequence[int],
        resubmit: Sequence[int],
    ) -> Iterator[Decision]:
        """Carry out what the user decided; what became of each. Raises `Interrupted`.

        What the list settles before it is sent again is not sent.
        """
        self._bury()
        for row_id, job_id in adopt:
            yield self._decision(partial(self.adopt, row_id, job_id))
        for row_id in forget:
            yield self._decision(partial(self.forget, row_id))
        found = self.settle() if resubmit else []
        settled = {doubt.row.id: doubt.row for doubt in found if doubt.row.job_id}
        yield from self._resubmitted(resubmit, settled)

    def _resubmitted(self, resubmit: Sequence[int], settled: dict[int, Row]) -> Iterator[Decision]:
        for at, row_id in enumerate(resubmit):
            if row_id in settled:
                yield Decision(settled[row_id])
                continue
            decision = self._decision(partial(self.resubmit, row_id))
            left = len(resubmit) - at - 1
            if decision.error and left and not isinstance(decision.error, OF_ONE):
                # In doubt, out of balance, no network: it would be the same with the next one.
                decision.error.message += f"; {left} more were not sent again"
                yield decision
                return
            yield decision

    def _decision(self, decide: Callable[[], Row]) -> Decision:
        try:
            return Decision(decide())
        except Interrupted:
            raise
        except KreaError as error:
            return Decision(None, error)

    def older(self, seconds: float) -> list[int]:
        """The requests in doubt that were sent more than SECONDS ago, oldest first."""
        before = self._context.clock.now() - seconds
        doubts = self._context.ledger.history.doubts()
        return [row.id for row in doubts if (row.sent_at or row.created_at) <= before]

    def _search(self, row_id: int) -> set[int]:
        """Look for the job of a request and of those sent around it; which were looked for."""
        context = self._context
        row = context.ledger.row(row_id)
        lately = context.clock.now() - (row.sent_at or row.created_at) < LAGGING
        context.tell(Reconciling(row.error or "no answer came"))
        found = self._settled(row_id, 0.0, lately=lately)
        # With two that fit no waiting helps: only more of them could come.
        if lately and row_id not in found.adopted and len(found.candidates.get(row_id, ())) < 2:
            found = self._settled(row_id, PATIENCE, lately=True)
        if not found.complete:
            context.tell(WarningNote("the list of jobs could not be read whole: try again later"))
        self._candidates |= found.candidates
        return {row_id, *found.adopted, *found.candidates}

    def _settled(self, row_id: int, patience: float, *, lately: bool) -> Settlement:
        return settle(
            self._context,
            patience=patience,
            until=row_id,
            still_open=lately,
            alone=lambda: alone(self._context, self._until),
        )

    def _doubt(self, row_id: int) -> Doubt:
        row = self._context.ledger.row(row_id)
        if row.state not in IN_DOUBT:
            return Doubt(row)
        sent = row.sent_at or row.created_at
        candidates = tuple(
            sorted(
                self._candidates.get(row_id, ()),
                key=lambda job: abs((job.created_at or 0.0) - sent),
            )
        )
        return Doubt(row, tuple(self._seen(candidates[:LOOKED_AT])) + candidates[LOOKED_AT:])

    def _seen(self, candidates: Sequence[Job]) -> list[Job]:
        """CANDIDATES with their results, which a list may leave out."""
        return [self._read(job) if job.ended and not job.outputs else job for job in candidates]

    def _read(self, job: Job) -> Job:
        context = self._context
        try:
            return context.clock.attend(lambda: context.api.job(job.id))
        except KreaError as error:
            if not (is_transient(error) or isinstance(error, NotFound)):
                raise
            return job

    def _open(self, row_id: int, *, also: Sequence[str] = ()) -> Row:
        row = self._context.ledger.find(row_id)
        if row is None:
            raise UsageError(
                f"there is no request {row_id} in the ledger", hint="krea recover lists them"
            )
        doubted = {doubt.id for doubt in self._context.ledger.history.doubts()}
        if row.id not in doubted and row.state not in also:
            job = f", job {row.job_id}" if row.job_id else f" ({row.error})" if row.error else ""
            raise UsageError(
                f"request {row_id} is not in doubt: it is {row.state}{job}",
                hint=f"krea history {row_id}",
            )
        return row

    def _revive(self, row: Row) -> Row:
        """ROW in doubt again, if it was to be sent once more and never was."""
        revived = row.state == "forgotten" and self._verdicts.revive(row.id)
        return self._context.ledger.row(row.id) if revived else row

    def _bury(self) -> None:
        """Book what processes that died while sending left behind."""
        if self._context.ledger.history.leftovers():
            with alone(self._context, self._until):
                pass

    def _compare(self, row: Row, job: Job) -> None:
        """Say where JOB does not look like the request; the user has the last word."""
        sent = row.sent_at or row.created_at
        if job.created_at is not None and not -HORIZON < job.created_at - sent < HORIZON:
            self._context.tell(
                WarningNote(
                    f"job {job.id} was made {moment(job.created_at)}, and the request left"
                    f" {moment(sent)}"
                )
            )
        types = self._context.ledger.learned.types(row.model)
        if job.type and types and job.type not in types:
            self._context.tell(
                WarningNote(f"job {job.id} is of type {job.type}, not {', '.join(types)}")
            )

    def _sent(self, row: Row) -> Row:
        context, hold = self._context, Hold(self._context.random)
        context.tell(Submitting(row.model, 1, 1))
        while True:
            try:
                return submit(row, context, deadline=self._until)
            except Busy as busy:
                seconds = hold.seconds(busy)
                if self._until is not None and context.clock.monotonic() + seconds > self._until:
                    raise
                context.tell(Paused(f"waiting for a free slot: {busy.message}", seconds))
                context.clock.pause(seconds)


def _candidate(job: Job) -> dict[str, Any]:
    return {
        "job_id": job.id,
        "created_at": moment(job.created_at),
        "type": job.type,
        "status": job.status,
        "urls": [output.url for output in job.outputs],
    }
