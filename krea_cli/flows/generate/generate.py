"""Generate: submit each job, poll, and save what they make."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from krea_cli.errors import Interrupted, KreaError, LedgerUnusable, OverBudget, RequestRefused
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import JobOutcome, PendingJob
from krea_cli.flows.events import Note, Running, Submitting
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.part_records import remove_abandoned_parts
from krea_cli.flows.generate.plan import Plan, PlannedJob
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.result_cache import CachedResult
from krea_cli.flows.jobs.poll_schedule import PollSchedule
from krea_cli.flows.jobs.wait import CANCEL_HINT, interrupted_with_jobs
from krea_cli.flows.jobs.watch import Watch
from krea_cli.flows.submit.claim import Claim, claim
from krea_cli.flows.submit.elsewhere import Elsewhere
from krea_cli.flows.submit.submit import Submission
from krea_cli.local.ledger.rows import RequestRow

if TYPE_CHECKING:
    from krea_cli.flows.download.save import ResultSaver

LOOK_SECONDS = 0.2  # that a look at the jobs may be late, while another one waits to be sent


class Generate:
    """One run of a request. DEADLINE (monotonic) ends it, in place of the request's timeout."""

    def __init__(
        self, request: GenerateRequest, context: FlowContext, *, deadline: float | None = None
    ) -> None:
        self._failure: KreaError | None = None
        self._request = request
        self._context = context
        self._watch = Watch(context)
        self._claims: list[Claim] = []
        self._submission: Submission | None = None  # under way, without a free slot so far
        self._job_ids: list[str] = []  # submitted, or copied
        self._sent_row_ids: list[int] = []  # submitted by this run
        self._until = deadline
        if deadline is None and request.timeout is not None:
            self._until = context.clock.monotonic() + request.timeout
        self._plan = Plan(request, context, until=self._until)

    @property
    def failure(self) -> KreaError | None:
        """The failure that ended the submitting; `charged` counts the jobs sent before it."""
        error = self._failure
        if isinstance(error, OverBudget) and self._job_ids:
            self._update(error)
        if error and error.charged == "no" and self._sent_row_ids:
            requests = self._context.ledger.requests
            with suppress(LedgerUnusable):
                charges = {requests.get(row_id).charged for row_id in self._sent_row_ids}
                error.charged = next((each for each in ("yes", "unknown") if each in charges), "no")
        return error

    def outcomes(self, saver: "ResultSaver") -> Iterator[JobOutcome]:
        """Submit all jobs, wait and save; yield an outcome per job as it ends.

        A failure ends the submitting, never the waiting for what was submitted before.
        Raises `Interrupted`.
        """
        pending = self._submit_all()
        try:
            first = list(islice(pending, 1))
            # After the first POST: until then it is not needed.
            from krea_cli.flows.download.save_many import save_many

            yield from save_many(chain(first, pending), self._watch, saver)
        except Interrupted as stop:
            raise self._name_unsent(stop) from stop
        finally:
            self._release()

    def _submit_all(self) -> Iterator[PendingJob | None]:
        """Submit every job; yield None now and then while the service has no free slot."""
        clock = self._context.clock
        for job in self._plan_jobs():
            while (pending := self._submit(job)) is None and self._submission:
                while (seconds := self._submission.retry_at - clock.monotonic()) > 0:
                    clock.sleep(min(LOOK_SECONDS, seconds))
                    yield None
            if pending is None:
                return
            yield pending

    def submitted(self, saver: "ResultSaver") -> Iterator[RequestRow]:
        """Submit all jobs and wait for none; yield the row of each once its id is known.

        Results that are reused are copied at once. Raises `Interrupted`.
        """
        clock = self._context.clock
        try:
            for job in self._plan_jobs():
                while (pending := self._submit(job)) is None and self._submission:
                    clock.sleep(self._submission.retry_at - clock.monotonic())
                if pending is None:
                    break
                if pending.job:
                    list(saver.save(pending.job, pending.slot))
                if pending.error:
                    self._failure = pending.error
                elif pending.slot.row:
                    yield pending.slot.row
        except Interrupted as stop:
            raise self._name_unsent(interrupted_with_jobs(stop, self._job_ids)) from stop
        finally:
            self._release()

    def _plan_jobs(self) -> list[PlannedJob]:
        """Plan every job."""
        try:
            if self._request.target.makes_files:
                remove_abandoned_parts(self._context.ledger, self._request.target.folder)
            jobs = self._plan.jobs()
        except Interrupted:
            raise
        except KreaError as error:
            self._fail(error)
            return []
        if budget := self._context.budget:
            for job in jobs:  # of a stream, an earlier run is known only now
                if job.inserted:
                    budget.count_request(job.inserted[0].id)
        return jobs

    def _submit(self, job: PlannedJob) -> PendingJob | None:
        """Submit one job, unless it has been; None without a free slot, and after a failure."""
        if job.cached is not None:
            return self._copy(job.slot, job.cached)
        if job.elsewhere is not None:
            return _pending_elsewhere(job.slot, job.elsewhere)
        try:
            submission = self._submission or self._claim(job)
            self._submission = submission
            if (row := submission.attempt()) is None:
                return None
            self._submission = None
            if row.job_id is None:
                raise KreaError(
                    f"the request for {job.slot.target.text} is {row.state}",
                    hint=f"krea history {row.id}",
                    charged=row.charged,
                )
        except Interrupted:
            raise
        except KreaError as error:
            self._submission = None
            self._fail(error)
            return None
        return self._watch_job(row, row.job_id, job.slot)

    def _claim(self, job: PlannedJob) -> Submission:
        """Claim the slot of a job. Its request may have been submitted by an earlier run."""
        context = self._context
        assert job.draft is not None
        claimed = claim(
            job.draft,
            job.slot,
            context,
            again=self._request.again,
            until=self._until,
            inserted=job.inserted,
        )
        self._claims.append(claimed)
        if claimed.row.state == "checked":
            context.tell(Submitting(claimed.row.model, job.slot.n, job.slot.count))
        return Submission(claimed.row, context, deadline=self._until)

    def _copy(self, slot: OutputSlot, cached: CachedResult) -> PendingJob:
        """A job of before, whose results are copied; the service is asked for nothing."""
        self._job_ids.append(cached.job.id)
        paths = ", ".join(file.path for file in cached.files.values())
        self._context.tell(Note(f"the same as {paths}: it is copied and not paid for again"))
        slot = replace(slot, row=cached.row, copies=cached.files)
        return PendingJob(job_id=cached.job.id, slot=slot, job=cached.job)

    def _watch_job(self, row: RequestRow, job_id: str, slot: OutputSlot) -> PendingJob:
        context, model, claimed = self._context, self._request.model, self._claims[-1]
        self._job_ids.append(job_id)
        since = row.answered_at or context.clock.now()
        durations = context.records.durations(model.id)
        schedule = PollSchedule(model.typical_seconds, durations, model.kind)
        status = row.status or "submitted"
        context.tell(Running(job_id, model.id, status, model.typical_seconds, since))
        fresh = claimed.row.job_id is None
        if fresh:
            self._sent_row_ids.append(row.id)
        self._watch.add(job_id, schedule=schedule, since=since, fresh=fresh)
        slot = replace(
            slot,
            row=row,
            ledger_lasts=context.ledger.persistent,
            part_file=claimed.part_file,
        )
        return PendingJob(job_id=job_id, slot=slot, until=self._until)

    def _fail(self, error: KreaError) -> None:
        """Keep ERROR, which ends the submitting, with the jobs left and a hint."""
        self._failure = error
        if isinstance(error, RequestRefused):
            self._plan.forget_refused_uploads(error)
        if isinstance(error, OverBudget):
            self._suggest_cap(error)
        if self._job_ids:
            error.message += self._unsent()
            error.args = (error.message,)

    def _update(self, error: OverBudget) -> None:
        """Bring the sum of ERROR up to date, for its end."""
        if budget := self._context.budget:
            with suppress(LedgerUnusable):
                budget.update(error, self._context.ledger.spending, self._context.clock.now())
                self._suggest_cap(error)
                error.message += self._unsent()

    def _suggest_cap(self, error: OverBudget) -> None:
        """Hint at caps that let the rest through."""
        context, budget, unsent = self._context, self._context.budget, self._unsent_count
        if budget is None:
            return
        from krea_cli.local.ledger.low_caps import find_low_caps

        if self._job_ids and not (self._request.target.is_given and context.ledger.persistent):
            budget = budget.for_new_command()  # no later command is known as another run of this
        with suppress(LedgerUnusable):
            costs, now = [error.cost] * unsent, context.clock.now()
            low = find_low_caps(budget, costs, context.ledger.spending, now=now)
            if low is None:
                return
            if not self._job_ids:
                error.hint = low.allowing_hint("it" if unsent == 1 else f"all {unsent}")
            elif self._is_resumable:
                error.hint = low.resuming_hint(self._same_command)
            else:
                # The same command would make anew, and pay, what is made.
                error.hint = low.resuming_hint(f"-n {unsent}", verb="makes")

    def _name_unsent(self, stop: Interrupted) -> Interrupted:
        """STOP with the number of unsent jobs, and the command that goes on."""
        if not (unsent := self._unsent()):
            return stop
        hint = stop.hint
        if self._is_resumable:
            _, cancel, ids = (stop.hint or "").partition(CANCEL_HINT)
            hint = f"{self._same_command} goes on with all {self._request.count}{cancel}{ids}"
        named = Interrupted(stop.signal, message=stop.message + unsent, hint=hint)
        named.job_id, named.charged = stop.job_id, stop.charged
        return named

    @property
    def _is_resumable(self) -> bool:
        """True if the same command, run again, finds the requests of this one."""
        request = self._request
        is_inserted = self._job_ids or not request.again
        return bool(
            is_inserted
            and self._context.ledger.persistent
            and request.target.is_given
            and request.target.makes_files
        )

    @property
    def _same_command(self) -> str:
        return "the same command" + (" without --again" if self._request.again else "")

    @property
    def _unsent_count(self) -> int:
        return self._request.count - len(self._job_ids)

    def _unsent(self) -> str:
        """The number of jobs that were not submitted, as the end of a sentence."""
        count, unsent = self._request.count, self._unsent_count
        return "" if count == 1 or unsent == 0 else f"; {unsent} of {count} jobs were not submitted"

    def _release(self) -> None:
        for claimed in self._claims:
            claimed.part_file.release()
        self._plan.release()


def _pending_elsewhere(slot: OutputSlot, elsewhere: Elsewhere) -> PendingJob:
    """A job of another host: done with its files in place, or left to that host."""
    row, saved = elsewhere.request.row, elsewhere.existing.files
    slot = replace(slot, row=row)
    error = None if saved else elsewhere.error()
    return PendingJob(job_id=row.job_id or "", slot=slot, saved=saved, error=error)
