"""The threads of a batch: one submits, one polls, a few save."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Literal

from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted, StillRunning
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.messages import (
    SAME_COMMAND_CONTINUES,
    Crashed,
    ItemSaved,
    ItemSubmitted,
    JobUnwatched,
    Leaving,
    NotSubmitted,
    Polled,
    PollFailed,
    WorkerMessage,
)
from krea_cli.flows.batch.run.poll_worker import LeaveOrder, LookOrder, PollWorker, WatchOrder
from krea_cli.flows.batch.run.submit_worker import SubmitWorker
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import JobOutcome, PendingJob, save_ended_job
from krea_cli.flows.submit.submit import INTERRUPT_GRACE_SECONDS

if TYPE_CHECKING:
    from krea_cli.api.types import Job
    from krea_cli.flows.download.save import ResultSaver

# Downloads at once: few while each takes no time, and as many as results wait for a slow host.
MIN_SAVERS, MAX_SAVERS = 2, 12
SLOW_SAVE_SECONDS = 0.1  # that a result may wait before there are more savers
# Saves wait this long while a submit is pending: an empty job slot costs more than a late file.
SAVE_DELAY_SECONDS = 0.3
DRAIN_SECONDS = 1.0  # for downloads to finish when the batch ends
NO_ENDS = (Polled, JobUnwatched, PollFailed, Leaving)  # messages that end no submit
Task = Callable[[], WorkerMessage]
TaskQueue = Mailbox[Task | Literal["over"]]


class Workers:
    """Threads at work for one scheduler, which reads their messages.

    submitting: how many requests are on their way
    saving: how many items are being saved, or wait for it
    """

    def __init__(
        self,
        context: FlowContext,
        mailbox: Mailbox[WorkerMessage],
        *,
        submit_worker: SubmitWorker,
        poll_worker: PollWorker,
        saver: "ResultSaver",
    ) -> None:
        self.submitting = 0
        self.saving = 0
        self._preparing: set[int] = set()  # indexes of items whose request has not left
        self._is_turn_held = False  # by the end of a request that is being applied
        # Items to be saved whose saving has not begun, by index, with the time when it may.
        self._unsaved: dict[int, tuple[float, PendingJob]] = {}
        self._savers = 0
        self._clock = context.clock
        self._mailbox = mailbox
        self._submit_worker = submit_worker
        self._poll_worker = poll_worker
        self._saver = saver
        self._submit_queue: TaskQueue = context.clock.mailbox()
        self._save_queue: TaskQueue = context.clock.mailbox()
        self._submitters = context.parallel + 1  # one more prepares the next request
        for _ in range(self._submitters):
            context.clock.start_thread(self._report_crash(self._worker(self._submit_queue)))
        for _ in range(MIN_SAVERS):
            self._add_saver()
        context.clock.start_thread(self._report_crash(poll_worker.run))

    def next_message(
        self, seconds: float | None, *, ignore_signals: bool = False
    ) -> WorkerMessage | None:
        """Take the next message; None after SECONDS, or when a signal asked. See `Mailbox.get`.

        The message before has been applied.
        """
        if self._is_turn_held:
            self._submit_worker.turns.hand_on()
        message = self._mailbox.get(seconds, ignore_signals=ignore_signals)
        self._is_turn_held = isinstance(message, NotSubmitted) and message.holds_turn
        if isinstance(message, ItemSaved):
            self.saving -= 1
        elif message is not None and not isinstance(message, NO_ENDS):
            self.submitting -= 1
        if (item := getattr(message, "item", None)) is not None:
            self._preparing.discard(item.index)
        return message

    def drain(self) -> Iterator[WorkerMessage]:
        """Yield the last messages of a pending request and of downloads, for a few seconds."""
        grace = INTERRUPT_GRACE_SECONDS + 1 if self.submitting else DRAIN_SECONDS
        end = self._clock.monotonic() + grace
        while self.busy and (seconds := end - self._clock.monotonic()) > 0:
            if message := self.next_message(seconds, ignore_signals=True):
                yield message

    def submit(self, item: Item, *, may_send: bool) -> None:
        """Queue ITEM for a submit thread."""
        self.submitting += 1
        self._preparing.add(item.index)
        self._submit_queue.put(lambda: self._submit_worker.submit(item, may_send=may_send))

    def resolve_doubts(self, items: Mapping[int, Item], *, recent: bool) -> None:
        """Queue a search for the jobs of ITEMS in doubt."""
        self.submitting += 1
        self._submit_queue.put(lambda: self._submit_worker.resolve_doubts(items, recent=recent))

    def watch(self, submitted: ItemSubmitted) -> None:
        """Hand the job to the poll thread."""
        self._poll_worker.orders.put(WatchOrder(submitted.row, submitted.fresh))

    def leave(self, job_id: str) -> None:
        """Ask for one last poll of the job."""
        self._poll_worker.orders.put(LeaveOrder(job_id))

    def look(self) -> None:
        """Ask for a look at all jobs now."""
        self._poll_worker.orders.put(LookOrder())

    @property
    def may_prepare(self) -> bool:
        """True if one more item may be claimed.

        One waits, claimed, while as many as may be are under way. None is claimed while another
        one is about to leave: the two would slow each other down.
        """
        return not self._preparing and self.submitting < self._submitters

    @property
    def busy(self) -> bool:
        """True while a request, or a result, is on its way."""
        return bool(self.submitting) or self.saving > len(self._unsaved)

    def save(self, item: Item, pending: PendingJob, job: "Job") -> None:
        """Queue the results of the job to be saved, or copied."""
        not_before = self._clock.monotonic() + (SAVE_DELAY_SECONDS if self.submitting else 0.0)
        self.saving += 1
        self._unsaved[item.index] = not_before, pending
        self._save_queue.put(lambda: ItemSaved(item, self._save(item, pending, job, not_before)))

    @property
    def seconds_to_more_savers(self) -> float:
        """The seconds until results will have waited too long; inf where no saver can be added."""
        oldest = next(iter(list(self._unsaved.values())), None)
        if oldest is None or self._savers == MAX_SAVERS:
            return inf
        return max(0.0, oldest[0] + SLOW_SAVE_SECONDS - self._clock.monotonic())

    def add_savers(self) -> None:
        """Add a saver for each waiting result if the oldest has waited too long."""
        if self.seconds_to_more_savers > 0:
            return
        for _ in range(min(len(self._unsaved), MAX_SAVERS - self._savers)):
            self._add_saver()

    def shut_down(self) -> None:
        """End the threads; release the part files whose saving has not begun."""
        for index in list(self._unsaved):
            if unsaved := self._unsaved.pop(index, None):
                unsaved[1].slot.release()
        self._poll_worker.orders.put("over")
        for _ in range(self._submitters):
            self._submit_queue.put("over")
        for _ in range(self._savers):
            self._save_queue.put("over")

    def _add_saver(self) -> None:
        self._savers += 1
        self._clock.start_thread(self._report_crash(self._worker(self._save_queue)))

    def _save(self, item: Item, pending: PendingJob, job: "Job", not_before: float) -> JobOutcome:
        with suppress(Interrupted):
            self._clock.sleep(not_before - self._clock.monotonic())
            if self._unsaved.pop(item.index, None):  # else it was released meanwhile
                return save_ended_job(pending, job, self._saver)
        return JobOutcome(pending=pending, job=job, error=_not_saved_error(pending, job))

    def _worker(self, tasks: TaskQueue) -> Callable[[], None]:
        def work() -> None:
            while (task := tasks.get()) != "over":
                if task is not None:
                    self._mailbox.put(task())

        return work

    def _report_crash(self, work: Callable[[], None]) -> Callable[[], None]:
        """WORK, whose bugs are carried over to the scheduler."""

        def guarded() -> None:
            try:
                work()
            except Interrupted:
                return
            except Exception as bug:
                self._mailbox.put(Crashed(bug))

        return guarded


def _not_saved_error(pending: PendingJob, job: "Job") -> StillRunning:
    """The error for a finished job whose results are not saved when the run ends."""
    return StillRunning(
        f"stopped; the result of job {job.id} is not saved yet",
        hint=SAME_COMMAND_CONTINUES,
        job_id=job.id,
        charged="no" if pending.slot.copies else "yes",
    )
