"""Keep as many jobs with the service as it takes, until every item of the batch is over.

Everything is decided in one thread, the scheduler's. The other threads submit, poll and save, and
report. Nothing waits for a slow one: while a result is downloaded, the next job runs.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from math import inf

from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.deadline import Deadline
from krea_cli.flows.batch.run.done_items import DoneItems
from krea_cli.flows.batch.run.event_filter import filter_events
from krea_cli.flows.batch.run.failures import Failures
from krea_cli.flows.batch.run.left_items import count_left_items
from krea_cli.flows.batch.run.left_jobs import drain_error, no_places_error
from krea_cli.flows.batch.run.options import UNSENT_STATES, RunOptions
from krea_cli.flows.batch.run.outcome import ItemOutcome
from krea_cli.flows.batch.run.poll_worker import PollWorker
from krea_cli.flows.batch.run.progress_teller import ProgressTeller
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.batch.run.retries import Retries
from krea_cli.flows.batch.run.run_end import final_stop
from krea_cli.flows.batch.run.run_record import RunRecord
from krea_cli.flows.batch.run.state import BatchState
from krea_cli.flows.batch.run.submit_worker import SubmitWorker
from krea_cli.flows.batch.run.upload_ahead import MAX_ITEMS_AHEAD, UploadAhead
from krea_cli.flows.batch.run.workers import Workers
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.save import ResultSaver
from krea_cli.flows.events import BatchProgress
from krea_cli.flows.files.part_records import remove_abandoned_parts
from krea_cli.flows.submit.reconcile import LIST_LAG_SECONDS

MAX_DONE_PER_STEP = 64  # items found done before messages are looked at again
MAX_UNSAVED_PER_JOB = 2  # results per job in flight that wait before nothing more is sent


class Scheduler:
    """Makes ITEMS, TOTAL of them. `stop` is the reason if not all of them were sent."""

    def __init__(
        self,
        items: Iterable[Item],
        total: int,
        options: RunOptions,
        context: FlowContext,
        saver: ResultSaver,
    ) -> None:
        context = filter_events(context)
        saver = replace(saver, context=filter_events(saver.context))
        self._context = context
        self._options = options
        self._queue = Queue(items, context)
        self._done_items = DoneItems(options, context)
        self._doubts_resolved = False
        self._holding = False  # until what was paid before is seen to be saved
        self._run_lock = context.ledger.run_lock()
        self._deadline = Deadline(options.deadline, context, self._typical_seconds)
        self._retries = Retries(
            context.ledger.items, limit=options.retries, retry_failed=options.retry_failed
        )
        self._upload_ahead = UploadAhead(
            options, context, self._retries, may_send=lambda: self._may_send
        )
        self._workers = self._start_workers(context, saver)
        self._state = BatchState(
            total,
            options=options,
            context=context,
            queue=self._queue,
            workers=self._workers,
            failures=Failures(options, self._retries, context.tell),
            run=self._run_lock.name,
        )
        record = RunRecord(context, self._run_lock, options.label)
        self._teller = ProgressTeller(
            self._state, self._workers, self._queue, self._deadline, record, context.tell
        )

    def _typical_seconds(self, model: str) -> float | None:
        return self._options.model(model).typical_seconds

    def _start_workers(self, context: FlowContext, saver: ResultSaver) -> Workers:
        mailbox = context.clock.mailbox()
        submit_worker = SubmitWorker(
            self._options,
            context,
            self._run_lock,
            self._upload_ahead,
            self._retries,
            may_send=self._may_send_now,
            has_more=self._has_more_to_send,
            report=mailbox.put,
        )
        poll_worker = PollWorker(context, self._typical_seconds, mailbox.put)
        return Workers(
            context, mailbox, submit_worker=submit_worker, poll_worker=poll_worker, saver=saver
        )

    @property
    def stop(self) -> KreaError | None:
        """The reason if not all items were sent; None while they are."""
        return self._state.stop

    @property
    def most_running(self) -> int:
        """The most jobs that were seen at work at once."""
        return self._state.limit.most_running

    @property
    def progress(self) -> BatchProgress:
        """The progress of the batch."""
        return self._teller.progress

    def outcomes(self) -> Iterator[ItemOutcome]:
        """Yield an outcome per item as it ends; none for those that were not sent."""
        try:
            for outcome in self._outcomes():
                if not outcome.free:
                    self._context.tell(outcome.event())
                yield outcome
                if not outcome.free:  # free ones are many: `_step` tells of them
                    self._teller.tell()
        finally:
            # However it ends: a request that is under way is waited for, and its job recorded.
            with suppress(KreaError):
                for _ in () if self._context.clock.stopping else self._drain():
                    pass
            self._end()
            self._teller.end()
            self._state.in_flight.release()
            self._workers.shut_down()
            self._upload_ahead.shut_down()
            self._run_lock.release()

    def halt(self, error: KreaError) -> None:
        """Send nothing more, because of ERROR; results with the service are still saved."""
        self._state.stop = self._state.stop or error

    def _outcomes(self) -> Iterator[ItemOutcome]:
        remove_abandoned_parts(self._context.ledger)
        try:
            with self._context.clock.drain_on_interrupt():
                while not self._is_over:
                    yield from self._step()
                self._note_interrupt()  # it may have come since the last step began
        except Interrupted as stop:
            self._state.stop = stop
            yield from self._drain()
        yield from self._state.doubts.values()

    @property
    def _is_over(self) -> bool:
        state, queue = self._state, self._queue
        if self._workers.submitting or state.in_flight or self._workers.saving:
            return False
        is_resolved = self._doubts_resolved or not state.doubts
        return not state.is_looking or (queue.empty and is_resolved)

    @property
    def _may_look(self) -> bool:
        """True if one more item may be looked for now."""
        state, workers, limit = self._state, self._workers, self._state.limit.limit
        with_service = len(state.in_flight) + workers.submitting
        is_free = with_service < limit and workers.saving <= MAX_UNSAVED_PER_JOB * limit
        return is_free and workers.may_prepare and not self._holding and state.is_looking

    @property
    def _has_room(self) -> bool:
        """True if one more may be sent now, or looked for once nothing more is sent."""
        state, places = self._state, self._state.in_flight.places + self._workers.submitting
        return self._may_look and (places < state.limit.limit or state.stop is not None)

    @property
    def _may_send(self) -> bool:
        """True while items are sent; read by other threads."""
        return self._state.stop is None and not (
            self._holding or self._context.clock.drain_requested or self._context.clock.stopping
        )

    def _may_send_now(self, item: Item) -> bool:
        """Tell if the claimed ITEM may be sent. Of an interrupt, the submit itself tells."""
        state = self._state
        is_held = self._holding or state.is_unproven or self._queue.is_paused
        if not self._deadline.allows(item.model):
            return False
        return state.stop is None and not is_held and state.in_flight.places < state.limit.limit

    def _has_more_to_send(self) -> bool:
        """Tell if another request follows the present one."""
        return self._may_send and not self._queue.empty

    def _note_interrupt(self) -> None:
        """Send nothing more after a first SIGINT."""
        if self._context.clock.drain_requested and self._state.stop is None:
            self._state.stop = drain_error()

    def _stop_without_places(self) -> None:
        """Send nothing more if all places are held by jobs that are waited for no longer."""
        state = self._state
        is_busy = state.in_flight or self._workers.submitting
        if state.stop is not None or is_busy or self._has_room or not self._may_look:
            return
        if (item := self._queue.next()) is not None:
            self._queue.put_back(item)
        if not self._queue.empty:
            state.stop = no_places_error(state.in_flight.overdue, self._options.jobs)

    def _step(self) -> Iterator[ItemOutcome]:
        state = self._state
        self._note_interrupt()
        # A disk that was full when an earlier run ended may be full still.
        self._holding = self._holding and state.is_unproven
        self._stop_without_places()
        yield from self._dispatch()
        self._teller.tell()
        if self._is_over:
            return
        self._workers.add_savers()
        if self._seconds_to_look == 0:
            state.limit.note_look()
            self._workers.look()
        if message := self._workers.next_message(self._seconds_to_wait()):
            yield from state.apply(message)
        state.expire_overdue()

    def _dispatch(self) -> Iterator[ItemOutcome]:
        state, items, done_count = self._state, self._context.ledger.items, 0
        while self._has_room and done_count < MAX_DONE_PER_STEP and (item := self._queue.next()):
            if done := self._done_items.find(item):
                done_count += 1
                yield from state.apply(done)
                continue
            may_send = state.stop is None and self._deadline.allows(item.model)
            needs_state = item.existing_file or state.is_unproven or not may_send
            item_state = items.find_state(item.fingerprint) if needs_state else ""
            if item.existing_file and item_state is None:
                yield state.done_elsewhere(item, item.existing_file)
            elif not may_send and self._retries.is_unsent(item, item_state):
                self._queue.end(item)  # it stays among those that wait
            elif state.is_unproven and item_state in UNSENT_STATES:
                self._queue.put_back(item)
                self._holding = True
            else:
                self._workers.submit(item, may_send=may_send)
                if may_send:
                    ahead = min(state.limit.limit, MAX_ITEMS_AHEAD)
                    self._upload_ahead.look(item, self._queue.peek(ahead))
        is_at_end = self._may_look and self._queue.empty and not self._workers.submitting
        if is_at_end and state.doubts and not self._doubts_resolved:
            self._doubts_resolved = True
            is_recent = self._context.clock.now() - state.last_doubt_at < LIST_LAG_SECONDS
            doubts = {index: outcome.item for index, outcome in state.doubts.items()}
            self._workers.resolve_doubts(doubts, recent=is_recent)

    def _seconds_to_wait(self) -> float | None:
        """The seconds until something is to be done even if nobody reports anything."""
        now = self._context.clock.monotonic()
        ends = [flight.until - now for flight in self._state.in_flight.values()]
        queue_wait = self._queue.wait if self._has_room else inf
        others = (queue_wait, self._workers.seconds_to_more_savers, self._seconds_to_look)
        wait = min([*ends, *others, self._teller.seconds_to_tell])
        return None if wait == inf else max(0.0, wait)

    @property
    def _seconds_to_look(self) -> float:
        """The seconds until a look at the jobs may let more be sent; inf where none can."""
        limit, waits = self._state.limit, self._has_more_to_send() and not self._has_room
        seconds = limit.seconds_to_look if waits and not self._workers.submitting else None
        return inf if seconds is None else seconds

    def _drain(self) -> Iterator[ItemOutcome]:
        for message in self._workers.drain():
            yield from self._state.apply(message)

    def _end(self) -> None:
        """Count the items that were not come to; phrase an end by a signal, if any are left."""
        state = self._state
        unseen, told_doubts = 0, state.counts.doubtful
        if self.progress.waiting:
            unseen = count_left_items(
                self._queue.take_left(),
                state.counts,
                find_state=self._context.ledger.items.find_state,
                is_unsent=self._retries.is_unsent,
                clock=self._context.clock,
            )
        state.stop = final_stop(
            state.stop,
            self.progress,
            deadline=self._deadline,
            saving=self._workers.saving,
            in_doubt=state.counts.doubtful - told_doubts,
            unseen=unseen,
            in_flight=state.in_flight,
        )
