"""One run of a batch: keeps as many jobs with the service as it takes, until every item is over.

Everything is decided in one thread, the scheduler's; the threads of the crew send, watch and save,
and report. Nothing waits for a slow one of them: while a picture comes down, the next job runs.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from math import inf

from krea_cli.errors import Interrupted, KreaError
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.event_filter import heard
from krea_cli.flows.batch.run.options import Terms
from krea_cli.flows.batch.run.outcome import ItemOutcome
from krea_cli.flows.batch.run.poll_worker import Poller
from krea_cli.flows.batch.run.queue import Queue
from krea_cli.flows.batch.run.state import Board
from krea_cli.flows.batch.run.submit_worker import Sender
from krea_cli.flows.batch.run.workers import GOES_ON, Crew
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.save import Saver
from krea_cli.flows.events import BatchProgress
from krea_cli.flows.submit.submit import GRACE

SIGINT = 2
UNSENT = (None, "checked")  # states of an item that is to be paid for
LATELY = 120.0  # seconds after which the list shows every job that was made
PARTING = 1.0  # seconds that a download has to put away what it has when all is to end
AHEAD = 2  # results per job in flight that may wait to be saved before nothing more is sent


class Run:
    """Makes ITEMS, TOTAL of them. `stop` is why not all of them were sent, if they were not."""

    def __init__(
        self, items: Iterable[Item], total: int, terms: Terms, context: FlowContext, saver: Saver
    ) -> None:
        context, saver = heard(context, saver)
        self._context = context
        self._queue = Queue(items, context)
        self._settled = False
        self._holding = False  # until what was paid before is seen to be saved
        self._told: BatchProgress | None = None
        self._claims = context.ledger.claims()
        mail = context.clock.mailbox()
        self._crew = Crew(
            context,
            mail,
            sender=Sender(terms, context, self._claims),
            poller=Poller(context, lambda model: terms.model(model).typical_seconds, mail.put),
            saver=saver,
        )
        self._board = Board(
            total,
            terms=terms,
            context=context,
            queue=self._queue,
            crew=self._crew,
            run=self._claims.name,
        )

    @property
    def stop(self) -> KreaError | None:
        """Why not all items were sent."""
        return self._board.stop

    @property
    def standing(self) -> BatchProgress:
        """How the batch stands."""
        board = self._board
        return board.tally.standing(
            running=len(board.flights) + self._crew.landing,
            limit=board.throttle.limit,
            stopping=board.stop.message if board.stop else None,
        )

    def outcomes(self) -> Iterator[ItemOutcome]:
        """An outcome per item as it ends; none for those that were not sent."""
        try:
            for outcome in self._outcomes():
                if not outcome.free:
                    self._context.tell(outcome.event())
                yield outcome
                self._tell()
        finally:
            # However it ends: a request that is under way is waited for, and its job booked.
            with suppress(KreaError):
                for _ in () if self._context.clock.stopping else self._farewell():
                    pass
            self._phrase_stop()
            self._board.release()
            self._crew.dismiss()
            self._claims.release()

    def halt(self, error: KreaError) -> None:
        """Send nothing more, because of ERROR; what is with the service is still saved."""
        self._board.stop = self._board.stop or error

    def _outcomes(self) -> Iterator[ItemOutcome]:
        try:
            with self._context.clock.gently():
                while not self._over:
                    yield from self._step()
        except Interrupted as stop:
            self._board.stop = stop
            yield from self._farewell()
        yield from self._board.doubts.values()

    @property
    def _over(self) -> bool:
        board, queue = self._board, self._queue
        if self._crew.sending or board.flights or self._crew.landing:
            return False
        return board.stop is not None or (queue.empty and (self._settled or not board.doubts))

    @property
    def _room(self) -> bool:
        """Whether one more may be sent now."""
        board, limit = self._board, self._board.throttle.limit
        free = len(board.flights) < limit and self._crew.landing <= AHEAD * limit
        return free and not (self._crew.sending or self._holding) and board.stop is None

    def _step(self) -> Iterator[ItemOutcome]:
        board = self._board
        if self._context.clock.asked and board.stop is None:
            board.stop = Interrupted(SIGINT, message="interrupted: waiting for what runs")
        # A disk that was full when an earlier run ended may be full still.
        self._holding = self._holding and board.unproven
        yield from self._dispatch()
        self._tell()
        if self._over:
            return
        report = self._crew.hear(self._patience())
        if report is not None:
            yield from board.take(report)
        board.part_with_the_late()

    def _dispatch(self) -> Iterator[ItemOutcome]:
        board, ledger = self._board, self._context.ledger
        while self._room and (item := self._queue.next()):
            state = ledger.items.state(item.digest) if item.found or board.unproven else ""
            if item.found and state is None:
                yield board.done_elsewhere(item, item.found)
            elif board.unproven and state in UNSENT:
                self._queue.put_back(item)
                self._holding = True
            else:
                self._crew.send(item)
        if self._room and self._queue.empty and board.doubts and not self._settled:
            self._settled = True
            lately = self._context.clock.now() - board.doubted_at < LATELY
            doubts = {index: outcome.item for index, outcome in board.doubts.items()}
            self._crew.settle(doubts, lately=lately)

    def _patience(self) -> float | None:
        """Seconds until something is to be done even if nobody reports anything."""
        now = self._context.clock.monotonic()
        ends = [flight.until - now for flight in self._board.flights.values()]
        wait = min([*ends, self._queue.wait if self._room else inf])
        return None if wait == inf else max(0.0, wait)

    def _farewell(self) -> Iterator[ItemOutcome]:
        """All is to end: hear what a request under way and downloads still have to say."""
        clock, crew = self._context.clock, self._crew
        end = clock.monotonic() + (GRACE + 1 if crew.sending else PARTING)
        while crew.busy and (left := end - clock.monotonic()) > 0:
            report = crew.hear(left, deaf=True)
            if report is not None:
                yield from self._board.take(report)

    def _phrase_stop(self) -> None:
        """Let the end by a signal say what it leaves; it leaves nothing where all was done."""
        board, standing = self._board, self.standing
        if not isinstance(board.stop, Interrupted):
            return
        if standing.waiting == standing.running == 0:
            board.stop = None
            return
        told = [Interrupted(board.stop.signal).message]
        if running := standing.running:
            told.append(f"{running} {'job is' if running == 1 else 'jobs are'} not saved yet")
        if standing.waiting:
            told.append(f"{standing.waiting} of {standing.total} items were not sent")
        board.stop = Interrupted(board.stop.signal, message="; ".join(told), hint=GOES_ON)
        if running:
            board.stop.job_id, board.stop.charged = next(iter(board.flights), None), "unknown"

    def _tell(self) -> None:
        """Tell how the batch stands, where that has changed."""
        standing = self.standing
        if standing != self._told:
            self._told = standing
            self._context.tell(standing)
