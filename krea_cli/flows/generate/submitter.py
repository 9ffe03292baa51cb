"""Submit the jobs of one request, one after the other."""

from dataclasses import replace

from krea_cli.errors import KreaError
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import PendingJob
from krea_cli.flows.events import Note, Submitting
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.generate.plan import Plan, PlannedJob
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.result_cache import CachedResult
from krea_cli.flows.jobs.poll_schedule import PollSchedule
from krea_cli.flows.jobs.running import running_event
from krea_cli.flows.jobs.watch import Watch
from krea_cli.flows.submit.claim import Claim, claim
from krea_cli.flows.submit.elsewhere import Elsewhere
from krea_cli.flows.submit.submit import Submission
from krea_cli.local.ledger.rows import RequestRow


class Submitter:
    """Submits the jobs of one request, and adds them to WATCH.

    DEADLINE (monotonic) ends the waiting, in place of the request's timeout. POSITION is the number
    of jobs of the command before these, and of all.

    plan: the jobs of the request
    job_ids: jobs that were submitted, or copied
    sent_row_ids: requests that this run sent
    retry_at: the time of the next attempt while the service has no free slot, monotonic
    """

    def __init__(
        self,
        request: GenerateRequest,
        context: FlowContext,
        watch: Watch,
        *,
        deadline: float | None = None,
        position: tuple[int, int] | None = None,
    ) -> None:
        self.request = request
        self.job_ids: list[str] = []
        self.sent_row_ids: list[int] = []
        self._position = position or (0, request.count)
        self._context = context
        self._watch = watch
        self._claims: list[Claim] = []
        self._submission: Submission | None = None  # under way, without a free slot so far
        if deadline is None and request.timeout is not None:
            deadline = context.clock.monotonic() + request.timeout
        self.plan = Plan(request, context, until=deadline)

    @property
    def retry_at(self) -> float | None:
        """The time of the next attempt at the job under way, monotonic; None without one."""
        return self._submission.retry_at if self._submission else None

    @property
    def unsent_count(self) -> int:
        """The number of jobs that were not submitted."""
        return self.request.count - len(self.job_ids)

    def submit(self, job: PlannedJob) -> PendingJob | None:
        """Submit one job, unless it has been; None without a free slot.

        Raises all errors of `claim` and `Submission.attempt`.
        """
        if job.cached is not None:
            return self._copy(job.slot, job.cached)
        if job.elsewhere is not None:
            return _pending_elsewhere(job.slot, job.elsewhere)
        submission, self._submission = self._submission or self._claim(job), None
        if (row := submission.attempt()) is None:
            self._submission = submission
            return None
        if row.job_id is None:
            raise KreaError(
                f"the request for {job.slot.target.text} is {row.state}",
                hint=f"krea history {row.id}",
                charged=row.charged,
            )
        return self._watch_job(row, row.job_id, job.slot)

    def release(self) -> None:
        """Release the part files, and requests to a stream."""
        for claimed in self._claims:
            claimed.part_file.release()
        self.plan.release()

    def _claim(self, job: PlannedJob) -> Submission:
        """Claim the slot of a job. Its request may have been submitted by an earlier run."""
        context = self._context
        assert job.draft is not None
        claimed = claim(
            job.draft,
            job.slot,
            context,
            again=self.request.again,
            until=self.plan.until,
            inserted=job.inserted,
        )
        self._claims.append(claimed)
        self._tell_of_other_words(claimed.row)
        if claimed.row.state == "checked":
            first, count = self._position
            number = first + job.slot.n - self.request.jobs_before
            context.tell(Submitting(claimed.row.model, number, count))
        return Submission(claimed.row, context, deadline=self.plan.until)

    def _tell_of_other_words(self, row: RequestRow) -> None:
        """Say if ROW, of an earlier run, was drawn from other words."""
        variant = self.request.variant
        if variant and row.prompt is not None and row.prompt != variant.prompt:
            self._context.tell(Note(variant.changed_note(row.prompt)))

    def _copy(self, slot: OutputSlot, cached: CachedResult) -> PendingJob:
        """A job of before, whose results are copied; the service is asked for nothing."""
        self.job_ids.append(cached.job.id)
        paths = ", ".join(file.path for file in cached.files.values())
        self._context.tell(Note(f"the same as {paths}: it is copied and not paid for again"))
        slot = replace(slot, row=cached.row, copies=cached.files)
        return PendingJob(job_id=cached.job.id, slot=slot, job=cached.job)

    def _watch_job(self, row: RequestRow, job_id: str, slot: OutputSlot) -> PendingJob:
        context, model, claimed = self._context, self.request.model, self._claims[-1]
        self.job_ids.append(job_id)
        since = row.answered_at or context.clock.now()
        durations = context.records.durations(model.id)
        schedule = PollSchedule(model.typical_seconds, durations, model.kind)
        typical, about = model.typical_seconds, self.request.about
        fresh = claimed.row.job_id is None
        context.tell(running_event(row, job_id, context, typical=typical, about=about, fresh=fresh))
        if fresh:
            self.sent_row_ids.append(row.id)
        self._watch.add(job_id, schedule=schedule, since=since, fresh=fresh)
        slot = replace(
            slot,
            row=row,
            ledger_lasts=context.ledger.persistent,
            part_file=claimed.part_file,
        )
        return PendingJob(job_id=job_id, slot=slot, until=self.plan.until)


def _pending_elsewhere(slot: OutputSlot, elsewhere: Elsewhere) -> PendingJob:
    """A job of another host: done with its files in place, or left to that host."""
    row, saved = elsewhere.request.row, elsewhere.existing.files
    slot = replace(slot, row=row)
    error = None if saved else elsewhere.error()
    return PendingJob(job_id=row.job_id or "", slot=slot, saved=saved, error=error)
