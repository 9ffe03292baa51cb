"""The thread of a batch that watches its jobs: one request for all, as seldom as will do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.batch.run.messages import Blind, Left, Looked, Report
from krea_cli.flows.context import FlowContext
from krea_cli.flows.jobs.ledger_view import Recall
from krea_cli.flows.jobs.poll_schedule import Pace
from krea_cli.flows.jobs.watch import Update, Watch
from krea_cli.local.ledger.rows import Row

HEAR = 0.25  # seconds until new jobs are heard of while others are watched
LEARN = 2.0  # seconds for which what is known of a model's times is taken as it is


@dataclass(frozen=True)
class Follow:
    """A job to be watched; `fresh`: its id was handed out just now."""

    row: Row
    fresh: bool


@dataclass(frozen=True)
class Leave:
    """A job to be watched no more, after one last look."""

    job_id: str


class Poller:
    """Watches what `orders` says, and reports every change.

    `typical` gives the seconds that a model usually takes.
    """

    def __init__(
        self,
        context: FlowContext,
        typical: Callable[[str], float | None],
        report: Callable[[Report], None],
    ) -> None:
        self.orders: Mailbox[Follow | Leave | Literal["over"]] = context.clock.mailbox()
        self._context = context
        self._typical = typical
        self._report = report
        self._watch = Watch(
            context.api, context.ledger, context.clock, context.tell, random=context.random
        )
        self._recall = Recall(context.ledger, context.tell)
        self._paces: dict[str, tuple[float, Pace]] = {}  # of a model, and when it was learned

    def watch(self) -> None:
        """Until an order says that it is over. Raises `Interrupted`."""
        while (order := self.orders.get(0.0 if self._watch.running else None)) != "over":
            if isinstance(order, Follow):
                self._follow(order)
            elif isinstance(order, Leave):
                self._leave(order.job_id)
            elif self._watch.running:
                self._look()

    def _look(self) -> None:
        self._seen(lambda: self._watch.step(self._context.clock.monotonic() + HEAR))

    def _seen(self, look: Callable[[], list[Update]]) -> None:
        """Report what LOOK learns; where nothing can be read any more, that."""
        try:
            updates = look()
        except Interrupted:
            raise
        except KreaError as error:
            for job_id in self._watch.job_ids:
                self._watch.leave(job_id)
            self._report(Blind(error))
            return
        if updates:
            self._report(Looked(updates))

    def _leave(self, job_id: str) -> None:
        self._seen(lambda: self._watch.last_look((job_id,)))
        self._watch.leave(job_id)
        self._report(Left(job_id))

    def _follow(self, order: Follow) -> None:
        row = order.row
        assert row.job_id is not None
        pace = self._pace(row)
        self._watch.add(row.job_id, pace=pace, since=row.answered_at, fresh=order.fresh)

    def _pace(self, row: Row) -> Pace:
        now = self._context.clock.monotonic()
        at, pace = self._paces.get(row.model, (0.0, None))
        if pace is None or now - at > LEARN:
            seen = self._recall.durations(row.model)
            pace = Pace(self._typical(row.model), seen, row.kind)
            self._paces[row.model] = now, pace
        return pace
