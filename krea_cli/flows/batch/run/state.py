"""The state of a batch under way: items in flight, being saved, in doubt, or over."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from krea_cli.api.types import Job
from krea_cli.errors import Busy, JobFailed, KreaError, LedgerUnusable, StillRunning
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run import error_policy, messages
from krea_cli.flows.batch.run.concurrency_limit import ConcurrencyLimit, has_others
from krea_cli.flows.batch.run.counts import Counts
from krea_cli.flows.batch.run.error_policy import Action, ends_all, item_stop
from krea_cli.flows.batch.run.failures import Failures
from krea_cli.flows.batch.run.in_flight import InFlight, InFlightJobs
from krea_cli.flows.batch.run.messages import SAME_COMMAND_CONTINUES
from krea_cli.flows.batch.run.options import RunOptions
from krea_cli.flows.batch.run.outcome import ItemOutcome, earlier_failure
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.batch.run.workers import Workers
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import JobOutcome, unreadable_job_error
from krea_cli.flows.jobs.wait import still_running
from krea_cli.flows.jobs.watch import JobUpdate

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import RequestRow


class BatchState:
    """Applies the messages of the workers, and yields the items that ended by them.

    stop: why nothing more is sent; None while items are sent
    in_flight: the jobs with the service, by id
    doubts: the items in doubt, by index
    """

    def __init__(
        self,
        total: int,
        *,
        options: RunOptions,
        context: FlowContext,
        queue: Queue,
        workers: Workers,
        failures: Failures,
        run: str,
    ) -> None:
        self.stop: KreaError | None = None
        self.counts = Counts(total)
        self.limit = ConcurrencyLimit(options.jobs, context.clock, cautious=has_others(context))
        self.in_flight = InFlightJobs()
        self.doubts: dict[int, ItemOutcome] = {}
        self.last_doubt_at = context.clock.now()
        self._saving: dict[int, InFlight] = {}
        self._options = options
        self._context = context
        self._clock = context.clock
        self._items = context.ledger.items
        self._run = run
        self._queue = queue
        self._workers = workers
        self._failures = failures
        self._started_at = self.last_doubt_at
        self._poll_error: KreaError | None = None  # after which no job can be read
        self._has_saved = False

    @property
    def is_unproven(self) -> bool:
        """True while nothing proves that paid results of an earlier run can be saved.

        The earlier run could not save them: the disk may still be full.
        """
        under_way = (*self.in_flight.values(), *self._saving.values())
        return not self._has_saved and any(each.is_paid_before for each in under_way)

    @property
    def is_looking(self) -> bool:
        """True while the list is gone through, even if nothing more is sent.

        After a cap or a refused account, items further down may be paid or done.
        """
        if self._clock.drain_requested or self._clock.stopping:
            return False
        return self.stop is None or not ends_all(self.stop)

    def apply(self, message: messages.WorkerMessage) -> Iterator[ItemOutcome]:
        """Apply MESSAGE; yield the items that ended by it."""
        for outcome in self._apply(message):
            if outcome.error is not None:
                self._release_claim(outcome.item)
            self._queue.end(outcome.item)
            yield outcome

    def _apply(self, message: messages.WorkerMessage) -> Iterator[ItemOutcome]:
        match message:
            case messages.ItemSubmitted():
                yield from self._track(message)
            case messages.AlreadyDone():
                yield from self._already_done(message)
            case messages.ClaimedElsewhere(item=item):
                limit = self._options.timeout_for(item.kind)
                if self.stop is not None:
                    self._queue.leave_to_other_run(item)
                    return  # it counts as waiting here
                if not self._queue.wait_for_other_run(item, limit=limit):
                    self.counts.unwatched += 1
                    text = "another krea is still at work on it"
                    error = StillRunning(text, hint=SAME_COMMAND_CONTINUES)
                    yield ItemOutcome(item=item, error=error)
            case messages.LeftElsewhere(item=item, row=row, error=error):
                self.counts.doubtful += message.in_doubt
                self.counts.unwatched += not message.in_doubt
                yield ItemOutcome(item=item, row=row, error=error, free=True)
            case messages.NotSubmitted():
                yield from self._not_submitted(message)
            case messages.NotSent(item=item) if self.stop is None and self.is_looking:
                self._queue.put_back(item)
            case messages.NotSent(item=item):
                self._release_claim(item)
                self._queue.end(item)
            case messages.DoubtsResolved(submitted=submitted):
                for index, each in submitted.items():
                    del self.doubts[index]
                    self.counts.doubtful -= 1
                    if self._queue.begin(each.item):
                        yield from self._track(each)
                    else:  # an equal item has that job: this one copies its result
                        each.pending.slot.release()
            case messages.Polled(updates=updates):
                self.limit.look([update.job for update in updates if update.job])
                for update in updates:
                    yield from self._update(update)
            case messages.JobUnwatched(job_id=job_id):
                yield from self._time_out(job_id)
            case messages.PollFailed(error=error):
                yield from self._leave_all(error)
            case messages.ItemSaved(item=item, outcome=outcome):
                yield from self._saved(item, outcome)
            case messages.Leaving():
                pass  # the next item is claimed now
            case messages.Crashed(bug=bug):
                raise bug

    def _track(self, submitted: messages.ItemSubmitted) -> Iterator[ItemOutcome]:
        item, seconds = submitted.item, self._options.timeout_for(submitted.item.kind)
        until = None if seconds is None else self._clock.monotonic() + seconds
        pending = replace(submitted.pending, until=until)
        self.in_flight[pending.job_id] = InFlight(item, pending, until or inf, submitted.fresh)
        self.limit.submit(pending.job_id, submitted.row.status, fresh=submitted.fresh)
        if submitted.fresh:
            self._queue.sent()
            self.counts.charge(item)
        if self._poll_error is not None:
            self.counts.unwatched += 1
            yield self.in_flight.leave(
                pending.job_id, unreadable_job_error(pending, self._poll_error)
            )
            return
        self._workers.watch(submitted)

    def _already_done(self, done: messages.AlreadyDone) -> Iterator[ItemOutcome]:
        item, row, copy = done.item, done.row, done.copy
        if copy is not None and copy.job is not None:
            self._save(InFlight(item, copy, inf, fresh=False), copy.job)
        elif done.saved:
            self.counts.done += 1
            yield ItemOutcome(item=item, row=row, saved=done.saved, free=True)
        else:
            self.counts.failed += 1
            error = done.error or earlier_failure(row)
            yield ItemOutcome(item=item, row=row, error=error, free=True)

    def _save(self, flight: InFlight, job: Job) -> None:
        self._saving[flight.item.index] = flight
        self._workers.save(flight.item, flight.pending, job)

    def _not_submitted(self, message: messages.NotSubmitted) -> Iterator[ItemOutcome]:
        item, error, row = message.item, message.error, message.row
        outcome = ItemOutcome(item=item, row=row, error=error)
        match error_policy.action_for(error):
            case Action.DOUBT:
                if row is not None and (row.sent_at or 0.0) >= self._started_at:
                    others = (each.row for each in self.doubts.values() if each.row)
                    if row.id not in {other.id for other in others}:  # equal items share it
                        self.counts.charge(item)
                    self.last_doubt_at = self._clock.now()
                self.counts.doubtful += 1
                self.doubts[item.index] = outcome
                self.limit.cautious |= has_others(self._context)  # the search may have seen some
                self._release_claim(item)
                self._queue.end(item)
            case Action.STOP:
                self.stop = self.stop or error
                self._queue.end(item)
            case Action.RETRY:
                if isinstance(error, Busy):
                    self.limit.refuse()
                if not self._queue.retry(item, error, limit=self._options.timeout_for(item.kind)):
                    self.stop = self.stop or error
            case Action.FAIL if isinstance(error, StillRunning):
                self.counts.unwatched += 1
                yield outcome
            case Action.FAIL:
                yield self._failed(outcome)

    def _update(self, update: JobUpdate) -> Iterator[ItemOutcome]:
        flight, job = self.in_flight.get(update.job_id), update.job
        if flight is None:
            return
        if job is None:
            assert update.error is not None
            error = unreadable_job_error(flight.pending, update.error)
            self.limit.finish(update.job_id, completed=False)
            yield self._failed(self.in_flight.leave(update.job_id, error))
        elif job.ended:
            del self.in_flight[job.id]
            self.limit.finish(job.id, completed=job.status == "completed")
            if job.status != "completed":  # before its place is taken by the next
                self.stop = self.stop or self._failures.note_job(flight.pending.slot.row, job)
            self._save(flight, job)

    def _saved(self, item: Item, outcome: JobOutcome) -> Iterator[ItemOutcome]:
        flight, error = self._saving.pop(item.index), outcome.error
        slot, job = outcome.pending.slot, outcome.job
        if flight.fresh and isinstance(error, JobFailed) and error.charged == "no":
            self.counts.refund(item)
        if error is not None and self._tries_again(item, slot.row, error):
            return
        item_outcome = ItemOutcome(
            item=item,
            row=slot.row,
            job=job,
            saved=outcome.saved,
            error=error,
            free=bool(slot.copies),
        )
        if error is None:
            self._has_saved = self._has_saved or not slot.copies
            self.counts.done += 1
            self.counts.made += flight.fresh
        elif isinstance(error, StillRunning):  # the run ended before
            self.counts.unsaved += 1
        else:
            if error_policy.is_full_disk(error):
                self.stop = self.stop or item_stop("as results cannot be saved", error)
            is_counted = job is not None and job.status != "completed"  # when it ended
            self._failed(item_outcome, is_new=not is_counted)
        yield item_outcome

    def _tries_again(self, item: Item, row: "RequestRow | None", error: KreaError) -> bool:
        """Tell if ITEM, whose job of ROW ended with ERROR, is put back for another job."""
        is_sending = self.stop is None and self.is_looking
        if not (is_sending and self._failures.retry(item, row, error)):
            return False
        self.counts.retried += 1
        self._queue.try_again(item)
        return True

    def _failed(self, outcome: ItemOutcome, *, is_new: bool = True) -> ItemOutcome:
        self.counts.fail(outcome.error)
        if is_new:
            self.stop = self.stop or self._failures.note()
        return outcome

    def _time_out(self, job_id: str) -> Iterator[ItemOutcome]:
        if job_id in self.in_flight:
            self.counts.unwatched += 1
            self.in_flight.overdue.add(job_id)
            yield self.in_flight.leave(job_id, still_running(job_id, SAME_COMMAND_CONTINUES))

    def _leave_all(self, error: KreaError) -> Iterator[ItemOutcome]:
        """Leave the jobs running: none can be read any more, say because the token is refused."""
        self.stop = self.stop or error
        self._poll_error = error
        for job_id, flight in list(self.in_flight.items()):
            self.counts.unwatched += 1
            yield self.in_flight.leave(job_id, unreadable_job_error(flight.pending, error))

    def _release_claim(self, item: Item) -> None:
        """Let another run that lists ITEM too go on with it: this run is done with it."""
        with suppress(LedgerUnusable):  # else it may when this process has ended
            self._items.release(item.fingerprint, self._run)

    def expire_overdue(self) -> None:
        """Ask for a last poll of each job past its timeout."""
        for job_id in self.in_flight.expire(self._clock.monotonic()):
            self._workers.leave(job_id)

    def done_elsewhere(self, item: Item, path: str) -> ItemOutcome:
        """The outcome of an item that another machine made, as its sidecar proves."""
        self.counts.done += 1
        self._queue.end(item)
        return ItemOutcome(item=item, existing_file=path, free=True)
