"""Where the items of a batch are: in flight, landing, in doubt, or over."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from krea_cli.errors import Busy, JobFailed, KreaError, LedgerUnusable, StillRunning
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run import messages
from krea_cli.flows.batch.run.concurrency_limit import Throttle
from krea_cli.flows.batch.run.counts import Tally
from krea_cli.flows.batch.run.error_policy import Verdict, full_disk, verdict
from krea_cli.flows.batch.run.options import Terms
from krea_cli.flows.batch.run.outcome import ItemOutcome, earlier_failure
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.batch.run.workers import GOES_ON, Crew
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import Outcome, Wanted, unreadable
from krea_cli.flows.jobs.watch import Update

DONE = ("completed", "saved")  # states of a request whose results are there to be saved
BACKLOGGED = "backlogged"  # the account has as many jobs at work as it may


@dataclass
class Flight:
    """A job on its way, waited for UNTIL then (monotonic); `fresh` if this run paid for it."""

    item: Item
    wanted: Wanted
    until: float
    fresh: bool


class Board:
    """Takes in what the crew reports, and says which items ended by it.

    `stop` is why nothing more is sent, None while the rest is. RUN is the name that our items
    are claimed under.
    """

    def __init__(
        self, total: int, *, terms: Terms, context: FlowContext, queue: Queue, crew: Crew, run: str
    ) -> None:
        self.stop: KreaError | None = None
        self.tally = Tally(total)
        self.throttle = Throttle(terms.jobs)
        self.flights: dict[str, Flight] = {}  # by job id
        self.doubts: dict[int, ItemOutcome] = {}  # by index of the item
        self.doubted_at = context.clock.now()
        self._landing: dict[int, Flight] = {}
        self._terms = terms
        self._clock = context.clock
        self._items = context.ledger.items
        self._run = run
        self._queue = queue
        self._crew = crew
        self._began = self.doubted_at
        self._proved = False

    @property
    def unproven(self) -> bool:
        """Whether it is still to be seen if what is paid can be saved: an earlier run could not."""
        under_way = (*self.flights.values(), *self._landing.values())
        return not self._proved and any(
            flight.wanted.row is not None
            and flight.wanted.row.state in DONE
            and not (flight.fresh or flight.wanted.copies)
            for flight in under_way
        )

    def take(self, report: messages.Report) -> Iterator[ItemOutcome]:
        """Book what happened."""
        for outcome in self._taken(report):
            if outcome.error is not None:
                self._let_go(outcome.item)
            yield outcome

    def _taken(self, report: messages.Report) -> Iterator[ItemOutcome]:
        match report:
            case messages.Begun():
                self._fly(report)
            case messages.Over():
                yield from self._ended_before(report)
            case messages.Taken(item=item):
                if not self._queue.theirs(item, patience=self._terms.limit(item.kind)):
                    self.tally.left += 1
                    error = StillRunning("another krea is still at work on it", hint=GOES_ON)
                    yield ItemOutcome(item=item, error=error)
            case messages.Unsent():
                yield from self._unsent(report)
            case messages.Settled(begun=begun):
                for index, each in begun.items():
                    del self.doubts[index]
                    self.tally.doubtful -= 1
                    self._fly(each)
            case messages.Looked(updates=updates):
                for update in updates:
                    yield from self._learn(update)
            case messages.Left(job_id=job_id):
                yield from self._left(job_id)
            case messages.Blind(error=error):
                yield from self._blind(error)
            case messages.Landed(item=item, outcome=outcome):
                yield self._landed(item, outcome)
            case messages.Broken(bug=bug):
                raise bug

    def _fly(self, begun: messages.Begun) -> None:
        seconds = self._terms.limit(begun.item.kind)
        until = inf if seconds is None else self._clock.monotonic() + seconds
        flight = Flight(begun.item, begun.wanted, until, begun.fresh)
        self.flights[begun.wanted.job_id] = flight
        self._crew.follow(begun)
        if begun.fresh:
            self._queue.sent()
            self.throttle.taken(len(self.flights))
            self.tally.charge(begun.item)

    def _ended_before(self, report: messages.Over) -> Iterator[ItemOutcome]:
        item, row, wanted = report.item, report.row, report.wanted
        if wanted is not None and wanted.job is not None:
            self._landing[item.index] = Flight(item, wanted, inf, fresh=False)
            self._crew.land(item, wanted, wanted.job)
        elif report.saved:
            self.tally.done += 1
            yield ItemOutcome(item=item, row=row, saved=report.saved, free=True)
        else:
            self.tally.failed += 1
            yield ItemOutcome(item=item, row=row, error=earlier_failure(row), free=True)

    def _unsent(self, report: messages.Unsent) -> Iterator[ItemOutcome]:
        item, error, row = report.item, report.error, report.row
        outcome = ItemOutcome(item=item, row=row, error=error)
        match verdict(error):
            case Verdict.DOUBT:
                if row is not None and (row.sent_at or 0.0) >= self._began:
                    self.tally.charge(item)
                    self.doubted_at = self._clock.now()
                self.tally.doubtful += 1
                self.doubts[item.index] = outcome
                self._let_go(item)
            case Verdict.STOP:
                self.stop = self.stop or error
            case Verdict.AGAIN:
                if isinstance(error, Busy):
                    self.throttle.refused(len(self.flights))
                if not self._queue.again(item, error, patience=self._terms.limit(item.kind)):
                    self.stop = self.stop or error
            case Verdict.FAILED:
                yield self._failed(outcome)

    def _learn(self, update: Update) -> Iterator[ItemOutcome]:
        flight, job = self.flights.get(update.job_id), update.job
        if flight is None:
            return
        if job is None:
            yield self._failed(self._parted(update.job_id, unreadable(flight.wanted, update.error)))
        elif job.ended:
            del self.flights[job.id]
            if job.status == "completed":
                self.throttle.succeeded(job.id)
            else:
                self._fail_fast()  # before its place is taken by the next
            self._landing[flight.item.index] = flight
            self._crew.land(flight.item, flight.wanted, job)
        elif job.status == BACKLOGGED:
            self.throttle.queued(job.id, len(self.flights))

    def _landed(self, item: Item, outcome: Outcome) -> ItemOutcome:
        flight, error = self._landing.pop(item.index), outcome.error
        ended = ItemOutcome(
            item=item,
            row=outcome.wanted.row,
            job=outcome.job,
            saved=outcome.saved,
            error=error,
            free=bool(outcome.wanted.copies),
        )
        if error is None:
            self._proved = self._proved or not outcome.wanted.copies
            self.tally.done += 1
            self.tally.made += flight.fresh
            return ended
        if isinstance(error, StillRunning):
            self.tally.left += 1
            return ended
        if flight.fresh and isinstance(error, JobFailed) and error.charged == "no":
            self.tally.refund(item)
        if full_disk(error):
            self.stop = self.stop or error
        return self._failed(ended)

    def _failed(self, outcome: ItemOutcome) -> ItemOutcome:
        self.tally.failed += 1
        self._fail_fast()
        return outcome

    def _fail_fast(self) -> None:
        if self._terms.fail_fast and self.stop is None:
            self.stop = KreaError("nothing more is sent, as an item failed", hint=GOES_ON)

    def _left(self, job_id: str) -> Iterator[ItemOutcome]:
        if job_id in self.flights:
            message = f"stopped waiting; job {job_id} still runs"
            self.tally.left += 1
            yield self._parted(job_id, StillRunning(message, hint=GOES_ON, job_id=job_id))

    def _blind(self, error: KreaError) -> Iterator[ItemOutcome]:
        """Jobs can be read no more, because the token is refused, say: they are left running."""
        self.stop = self.stop or error
        for job_id, flight in list(self.flights.items()):
            self.tally.left += 1
            yield self._parted(job_id, unreadable(flight.wanted, error))

    def _parted(self, job_id: str, error: KreaError | None) -> ItemOutcome:
        """The outcome of an item whose job is watched no longer."""
        flight = self.flights.pop(job_id)
        flight.wanted.release()
        return ItemOutcome(item=flight.item, row=flight.wanted.row, error=error)

    def _let_go(self, item: Item) -> None:
        """Nothing more becomes of ITEM in this run: another one that has it too may go on."""
        with suppress(LedgerUnusable):  # else it may when this process has ended
            self._items.release(item.digest, self._run)

    def part_with_the_late(self) -> None:
        """Have jobs whose time is over looked at once more."""
        now = self._clock.monotonic()
        for job_id, flight in self.flights.items():
            if flight.until <= now:
                flight.until = inf
                self._crew.leave(job_id)

    def done_elsewhere(self, item: Item, path: str) -> ItemOutcome:
        """A file of another machine that its sidecar proves to be that of ITEM."""
        self.tally.done += 1
        return ItemOutcome(item=item, found=path, free=True)

    def release(self) -> None:
        """Give back what is held for jobs that are left running."""
        for flight in self.flights.values():
            flight.wanted.release()
