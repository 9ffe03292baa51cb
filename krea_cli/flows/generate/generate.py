"""Generate: submit each job, poll, and save what they make."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import TYPE_CHECKING

from krea_cli.catalog.prices import PriceTotal
from krea_cli.errors import (
    BalanceEmpty,
    Busy,
    Interrupted,
    KreaError,
    LedgerUnusable,
    NoToken,
    OverBudget,
    RequestRefused,
    TokenRefused,
    Unreachable,
)
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import JobOutcome, PendingJob
from krea_cli.flows.files.part_records import remove_abandoned_parts
from krea_cli.flows.generate.plan import PlannedJob, look_all
from krea_cli.flows.generate.request import GenerateRequest
from krea_cli.flows.generate.submitter import Submitter
from krea_cli.flows.jobs.wait import CANCEL_HINT, interrupted_with_jobs
from krea_cli.flows.jobs.watch import Watch
from krea_cli.local.ledger.rows import RequestRow

if TYPE_CHECKING:
    from krea_cli.flows.download.save import ResultSaver

LOOK_SECONDS = 0.2  # that a look at the jobs may be late, while another one waits to be sent
# Errors that a request to another model would meet as well.
STOPS_ALL = (BalanceEmpty, Busy, LedgerUnusable, NoToken, OverBudget, TokenRefused, Unreachable)

Confirm = Callable[[Sequence[tuple[GenerateRequest, int]]], None]


class Generate:
    """One run of REQUESTS, which differ in their models; most runs have one.

    DEADLINE (monotonic) ends it, in place of the timeout of each request. CONFIRM gets the number
    of unpaid jobs of each, before anything is sent. It ends the run if it raises.
    """

    def __init__(
        self,
        requests: Sequence[GenerateRequest],
        context: FlowContext,
        *,
        deadline: float | None = None,
        confirm: "Confirm | None" = None,
    ) -> None:
        self._failures: list[KreaError] = []
        self._first = requests[0]  # all have its target and its options
        self._target, self._again = self._first.target, self._first.again
        self._context = context
        self._watch = Watch(context)
        self._confirm = confirm
        self._submitters: list[Submitter] = []
        before, total = 0, sum(each.count for each in requests)
        for each in requests:
            position = (before, total)
            self._submitters.append(
                Submitter(each, context, self._watch, deadline=deadline, position=position)
            )
            before += each.count

    @property
    def failures(self) -> list[KreaError]:
        """The failures that ended the submitting of a request, or of all.

        Their `charged` counts the jobs that this run sent.
        """
        for error in self._failures:
            if isinstance(error, OverBudget) and self.job_ids:
                self._update(error)
            if error.charged == "no":
                error.charged = self._charged()
        return self._failures

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
        """Submit every job; yield None now and then while the service has no free slot.

        A request that fails ends there; the others go on, unless the failure is theirs as well.
        """
        clock, planned = self._context.clock, self._plan_jobs()
        for submitter, jobs in zip(self._submitters, planned, strict=False):
            try:
                for job in jobs:
                    while (pending := submitter.submit(job)) is None:
                        while (seconds := (submitter.retry_at or 0) - clock.monotonic()) > 0:
                            clock.sleep(min(LOOK_SECONDS, seconds))
                            yield None
                    yield pending
            except Interrupted:
                raise
            except KreaError as error:
                self._fail(error, submitter)
                if isinstance(error, STOPS_ALL):
                    return

    def submitted(self, saver: "ResultSaver") -> Iterator[RequestRow]:
        """Submit all jobs and wait for none; yield the row of each once its id is known.

        Results that are reused are copied at once. Raises `Interrupted`.
        """
        try:
            for pending in self._submit_all():
                if pending is None:
                    continue
                if pending.job:
                    list(saver.save(pending.job, pending.slot))
                if pending.error:
                    self._failures.append(pending.error)
                elif pending.slot.row:
                    yield pending.slot.row
        except Interrupted as stop:
            raise self._name_unsent(interrupted_with_jobs(stop, self.job_ids)) from stop
        finally:
            self._release()

    def _plan_jobs(self) -> list[list[PlannedJob]]:
        """Plan every job of every request; none is inserted before all are looked at."""
        try:
            if self._target.makes_files:
                remove_abandoned_parts(self._context.ledger, self._target.folder)
            is_new_run = look_all([each.plan for each in self._submitters])
            for submitter in self._submitters:
                submitter.plan.check(anew=is_new_run)
            if self._confirm:
                self._ask(self._confirm)
            planned = [submitter.plan.jobs() for submitter in self._submitters]
        except Interrupted:
            raise
        except KreaError as error:
            self._fail(error)
            return []
        if budget := self._context.budget:
            for job in chain.from_iterable(planned):
                if job.inserted:  # of a stream, an earlier run is known only now
                    budget.count_request(job.inserted[0].id)
        return planned

    def _ask(self, confirm: "Confirm") -> None:
        """Let the user CONFIRM the run; the time in front of the question counts for no timeout."""
        clock = self._context.clock
        unpaid = [(each.request, each.plan.count_unpaid()) for each in self._submitters]
        asked_at = clock.monotonic()
        confirm(unpaid)
        for each in self._submitters:
            if each.plan.until is not None:
                each.plan.until += clock.monotonic() - asked_at

    @property
    def job_ids(self) -> list[str]:
        """The jobs that were submitted, or copied."""
        return [each for submitter in self._submitters for each in submitter.job_ids]

    @property
    def count(self) -> int:
        """The number of jobs, of all requests."""
        return sum(each.request.count for each in self._submitters)

    def spending(self) -> PriceTotal:
        """Sum up the requests of this run, without the unbilled ones."""
        total = PriceTotal()
        for each in self._submitters:
            spent = self._context.ledger.spending.sum_requests(each.sent_row_ids)
            total += PriceTotal(sure=spent.priced)
            total.add(None, each.request.about, times=spent.unpriced)
        return total

    @property
    def _sent_row_ids(self) -> list[int]:
        return [each for submitter in self._submitters for each in submitter.sent_row_ids]

    def _charged(self) -> str:
        """`charged` of all that this run sent."""
        with suppress(LedgerUnusable):
            requests = self._context.ledger.requests
            charges = {requests.get(row_id).charged for row_id in self._sent_row_ids}
            return next((each for each in ("yes", "unknown") if each in charges), "no")
        return "no"

    def _fail(self, error: KreaError, submitter: Submitter | None = None) -> None:
        """Keep ERROR, which ends the submitting of SUBMITTER, with the jobs left and a hint.

        Without SUBMITTER it ends that of all.
        """
        self._failures.append(error)
        if isinstance(error, RequestRefused):
            for each in self._submitters:
                each.plan.forget_refused_uploads(error)
        if isinstance(error, OverBudget):
            self._suggest_cap(error)
        is_alone = len(self._submitters) == 1
        if submitter and not is_alone and not isinstance(error, STOPS_ALL):
            error.message = f"{submitter.request.model.id}: {error.message}"
            error.message += _unsent(submitter) if submitter.job_ids else ""
        elif self.job_ids:
            error.message += _unsent(*self._submitters)
        error.args = (error.message,)

    def _update(self, error: OverBudget) -> None:
        """Bring the sum of ERROR up to date, for its end."""
        if budget := self._context.budget:
            with suppress(LedgerUnusable):
                budget.update(error, self._context.ledger.spending, self._context.clock.now())
                self._suggest_cap(error)
                error.message += _unsent(*self._submitters)

    def _suggest_cap(self, error: OverBudget) -> None:
        """Hint at caps that let the rest through."""
        context, budget, left = self._context, self._context.budget, self._unsent_requests()
        if budget is None:
            return
        from krea_cli.local.ledger.low_caps import find_low_caps

        if self.job_ids and not (self._target.is_given and context.ledger.persistent):
            budget = budget.for_new_command()  # no later command is known as another run of this
        with suppress(LedgerUnusable):
            model, cost = error.model, error.cost
            costs = [cost if each.model.id == model else each.cost for each in left]
            low = find_low_caps(budget, costs, context.ledger.spending, now=context.clock.now())
            if low is None:
                return
            if not self.job_ids:
                error.hint = low.allowing_hint("it" if len(left) == 1 else f"all {len(left)}")
            elif self._is_resumable:
                error.hint = low.resuming_hint(self._same_command)
            elif len(self._submitters) == 1:
                # The same command would make anew, and pay, what is made.
                error.hint = low.resuming_hint(f"-n {len(left)}", verb="makes")
            else:
                error.hint = low.allowing_hint("the rest")

    def _unsent_requests(self) -> list[GenerateRequest]:
        """The request of each job that was not submitted, in the order of sending."""
        return [each.request for each in self._submitters for _ in range(each.unsent_count)]

    def _name_unsent(self, stop: Interrupted) -> Interrupted:
        """STOP with the number of unsent jobs, and the command that goes on."""
        if not (unsent := _unsent(*self._submitters)):
            return stop
        hint = stop.hint
        if self._is_resumable:
            _, cancel, ids = (stop.hint or "").partition(CANCEL_HINT)
            hint = f"{self._same_command} goes on with all {self.count}{cancel}{ids}"
        named = Interrupted(stop.signal, message=stop.message + unsent, hint=hint)
        named.job_id, named.charged = stop.job_id, stop.charged
        return named

    @property
    def _is_resumable(self) -> bool:
        """True if the same command, run again, finds the requests of this one."""
        is_inserted = self.job_ids or not self._again
        return bool(
            is_inserted
            and not self._first.always_new
            and self._context.ledger.persistent
            and self._target.is_given
            and self._target.makes_files
        )

    @property
    def _same_command(self) -> str:
        return "the same command" + (" without --again" if self._again else "")

    def _release(self) -> None:
        for submitter in self._submitters:
            submitter.release()


def _unsent(*submitters: Submitter) -> str:
    """The number of jobs that were not submitted, as the end of a sentence."""
    count = sum(each.request.count for each in submitters)
    unsent = sum(each.unsent_count for each in submitters)
    were = "was" if unsent == 1 else "were"
    return "" if count == 1 or unsent == 0 else f"; {unsent} of {count} jobs {were} not submitted"
