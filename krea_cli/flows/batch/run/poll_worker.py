"""The thread of a batch that watches its jobs: one request for all, as seldom as possible."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.batch.run.messages import JobUnwatched, Polled, PollFailed, WorkerMessage
from krea_cli.flows.context import FlowContext
from krea_cli.flows.jobs.poll_schedule import PollSchedule
from krea_cli.flows.jobs.watch import JobUpdate, TypicalSeconds, Watch
from krea_cli.local.ledger.rows import RequestRow

ORDER_SECONDS = 0.25  # until new orders are read while jobs are watched
SCHEDULE_SECONDS = 2.0  # for which the schedule of a model is reused


@dataclass(frozen=True)
class WatchOrder:
    """A job to be watched; `fresh`: its id was handed out just now."""

    row: RequestRow
    fresh: bool


@dataclass(frozen=True)
class LeaveOrder:
    """A job to be watched no more, after one last look."""

    job_id: str


@dataclass(frozen=True)
class LookOrder:
    """A look at all jobs is wanted at once."""


class PollWorker:
    """Watches jobs as `orders` say, and reports every change.

    typical: gives the usual seconds of a model, None where unknown
    """

    def __init__(
        self,
        context: FlowContext,
        typical: TypicalSeconds,
        report: Callable[[WorkerMessage], None],
    ) -> None:
        self.orders: Mailbox[WatchOrder | LeaveOrder | LookOrder | Literal["over"]] = (
            context.clock.mailbox()
        )
        self._context = context
        self._typical = typical
        self._report = report
        self._watch = Watch(context)
        self._schedules: dict[str, tuple[float, PollSchedule]] = {}  # by model, with its age

    def run(self) -> None:
        """Carry out orders until one says "over". Raises `Interrupted`."""
        while (order := self.orders.get(0.0 if self._watch.running else None)) != "over":
            if isinstance(order, WatchOrder):
                self._add(order)
            elif isinstance(order, LeaveOrder):
                self._leave(order.job_id)
            elif isinstance(order, LookOrder):
                self._watch.look_now()
            elif self._watch.running:
                until = self._context.clock.monotonic() + ORDER_SECONDS
                self._look(lambda: self._watch.step(until))  # noqa: B023 - called at once

    def _look(self, look: Callable[[], list[JobUpdate]]) -> None:
        """Report the news, or the error after which no job can be read."""
        try:
            updates = look()
        except Interrupted:
            raise
        except KreaError as error:
            for job_id in self._watch.job_ids:
                self._watch.leave(job_id)
            self._report(PollFailed(error))
            return
        if updates:
            self._report(Polled(updates))

    def _leave(self, job_id: str) -> None:
        self._look(lambda: self._watch.last_look((job_id,)))
        self._watch.leave(job_id)
        self._report(JobUnwatched(job_id))

    def _add(self, order: WatchOrder) -> None:
        row = order.row
        assert row.job_id is not None
        schedule = self._schedule(row)
        self._watch.add(row.job_id, schedule=schedule, since=row.answered_at, fresh=order.fresh)

    def _schedule(self, row: RequestRow) -> PollSchedule:
        now = self._context.clock.monotonic()
        since, schedule = self._schedules.get(row.model, (0.0, None))
        if schedule is None or now - since > SCHEDULE_SECONDS:
            durations = self._context.records.durations(row.model)
            schedule = PollSchedule(self._typical(row.model), durations, row.kind)
            self._schedules[row.model] = now, schedule
        return schedule
