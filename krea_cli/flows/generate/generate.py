"""Generate: claim a target for each job, submit one at a time, and collect what they make."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from krea_cli.errors import Busy, Interrupted, KreaError, OverBudget, RequestRefused
from krea_cli.flows.backoff import Hold
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import Outcome, Wanted, collect
from krea_cli.flows.events import Paused, Running, Note, Submitting
from krea_cli.flows.generate.plan import Plan, Step
from krea_cli.flows.generate.request import Order
from krea_cli.flows.generate.result_cache import Reusable
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.poll_schedule import Pace
from krea_cli.flows.jobs.wait import runs_on
from krea_cli.flows.jobs.watch import Watch
from krea_cli.flows.submit.claim import Claim, Goal, claim
from krea_cli.flows.submit.submit import submit
from krea_cli.local.ledger.rows import Row

if TYPE_CHECKING:
    from krea_cli.flows.download.save import Saver


class Generation:
    """One run of an order. `failure` is what kept the rest of it from being submitted."""

    def __init__(self, order: Order, context: FlowContext) -> None:
        self.order = order
        self.failure: KreaError | None = None
        self._context = context
        self._watch = Watch(
            context.api, context.ledger, context.clock, context.tell, random=context.random
        )
        self._claims: list[Claim] = []
        self._plan = Plan(order, context)
        self._submitted: list[str] = []  # job ids
        start = context.clock.monotonic()
        self._until = None if order.timeout is None else start + order.timeout

    def outcomes(self, saver: "Saver") -> Iterator[Outcome]:
        """Submit all, wait, save; an outcome per job as it ends. Raises `Interrupted`."""
        try:
            yield from collect(self._watch, self._submissions(), saver, until=self._until)
        except Interrupted as stop:
            raise self._cut_short(stop) from stop
        finally:
            self._release()

    def submitted(self, saver: "Saver") -> Iterator[Row]:
        """Submit all and wait for none: the row of each as soon as its id is known.

        What is reused is copied here and now.
        """
        try:
            for wanted in self._submissions():
                if wanted is None:
                    self._context.clock.pause(0.5)
                elif wanted.row:
                    if wanted.copies and wanted.job:
                        list(saver.download(wanted.job, wanted))
                    yield wanted.row
        except Interrupted as stop:
            raise self._cut_short(runs_on(stop, self._submitted)) from stop
        finally:
            self._release()

    def _cut_short(self, stop: Interrupted) -> Interrupted:
        """STOP with the number of jobs that were never sent, and what goes on with those."""
        if not (left_out := self._left_out()):
            return stop
        hint = stop.hint
        if self._resumable:
            hint = f"{self._same_command} goes on with all {self.order.count}"
        told = Interrupted(
            stop.signal,
            message=stop.message + left_out,
            hint=hint,
        )
        told.job_id, told.charged = stop.job_id, stop.charged
        return told

    @property
    def _resumable(self) -> bool:
        """Whether the same command, run again, finds what this one did."""
        put_down = self._submitted or not self.order.again
        keyed = all(goal.key for goal in self.order.goals())
        return bool(put_down and self._context.ledger.lasting and keyed)

    @property
    def _same_command(self) -> str:
        return "the same command" + (" without --again" if self.order.again else "")

    def _left_out(self) -> str:
        """How many of several jobs were not submitted, as the end of a sentence."""
        unsent = self.order.count - len(self._submitted)
        if self.order.count == 1 or unsent == 0:
            return ""
        return f"; {unsent} of {self.order.count} jobs were not submitted"

    def _submissions(self) -> Iterator[Wanted | None]:
        """Each job once it is submitted; None while there is no room for the next.

        A failure ends the submitting, never the collecting of what was submitted before.
        """
        try:
            for step in self._planned():
                if step.reused is not None:
                    yield self._reused(step.goal, step.reused)
                else:
                    yield from self._submission(step)
        except Interrupted:
            raise
        except KreaError as error:
            self.failure = error
            if isinstance(error, OverBudget):
                self._advise(error)
            if self._submitted:
                error.message += self._left_out()
                error.args = (error.message,)

    def _planned(self) -> list[Step]:
        """Every job; what an earlier run of the command has spent counts for its budget."""
        steps = self._plan.steps()
        if budget := self._context.budget:
            for step in steps:
                if step.put:
                    budget.count(step.put[0].id)
        return steps

    def _advise(self, error: OverBudget) -> None:
        """Say which cap lets the rest through, where the cap is the command's own."""
        from krea_cli.local.ledger.budget import MAX_COST, enough

        left = self.order.count - len(self._submitted)
        if error.limit != MAX_COST or not (more := enough(error, left)):
            return
        if not self._submitted:
            error.hint = f"{MAX_COST} {more} allows {'it' if left == 1 else f'all {left}'}"
        elif self._resumable:
            error.hint = f"{self._same_command} with {MAX_COST} {more} goes on with the rest"
        else:
            # The same command would make anew, and pay, what is made.
            error.hint = f"-n {left} makes the rest"

    def _submission(self, step: Step) -> Iterator[Wanted | None]:
        order, context, goal = self.order, self._context, step.goal
        assert step.draft is not None
        claimed = claim(
            step.draft, goal, context, again=order.again, until=self._until, put=step.put
        )
        self._claims.append(claimed)
        row = claimed.row
        if row.state == "checked":
            context.tell(Submitting(row.model, goal.n, goal.count))
            hold = Hold(context.random)
            while row.state == "checked":
                try:
                    row = submit(row, context, deadline=self._until)
                except RequestRefused as refused:
                    self._plan.doubt_uploads(refused)
                    raise
                except Busy as busy:
                    yield from self._held(busy, hold.seconds(busy))
        if row.job_id is None:
            raise KreaError(
                f"the request for {goal.target.text} is {row.state}",
                hint=f"krea history {row.id}",
                charged=row.charged,
            )
        yield self._wanted(row, row.job_id, claimed, goal)

    def _reused(self, goal: Goal, reused: Reusable) -> Wanted:
        """A job of before, whose results are copied; nothing is asked of the service."""
        self._submitted.append(reused.job.id)
        places = ", ".join(file.path for file in reused.files.values())
        self._context.tell(Note(f"the same as {places}: it is copied and not paid for again"))
        return Wanted(
            job_id=reused.job.id,
            target=goal.target,
            n=goal.n,
            count=goal.count,
            row=reused.row,
            job=reused.job,
            copies=reused.files,
            sidecar=self.order.sidecar,
            embed=self.order.embed,
        )

    def _wanted(self, row: Row, job_id: str, claimed: Claim, goal: Goal) -> Wanted:
        context, model = self._context, self.order.model
        self._submitted.append(job_id)
        since = row.answered_at or context.clock.now()
        known = Recall(context.ledger, context.tell).durations(model.id)
        pace = Pace(model.typical_seconds, known, model.kind)
        typical = model.typical_seconds
        context.tell(Running(job_id, model.id, row.status or "submitted", typical, since))
        fresh = claimed.row.job_id is None
        self._watch.add(job_id, pace=pace, since=since, fresh=fresh)
        return Wanted(
            job_id=job_id,
            target=goal.target,
            n=goal.n,
            count=goal.count,
            row=row,
            lasting=context.ledger.lasting,
            reservation=claimed.reservation,
            sidecar=self.order.sidecar,
            embed=self.order.embed,
        )

    def _held(self, busy: Busy, seconds: float) -> Iterator[None]:
        """No room now: let others be collected until the time has come to ask again."""
        clock = self._context.clock
        end = clock.monotonic() + seconds
        if self._until is not None and end > self._until:
            raise busy
        self._context.tell(Paused(f"waiting for a free slot: {busy.message}", seconds))
        while clock.monotonic() < end:
            if not self._watch.running:
                clock.pause(min(0.5, end - clock.monotonic()))
            yield None

    def _release(self) -> None:
        for claimed in self._claims:
            claimed.reservation.release()
