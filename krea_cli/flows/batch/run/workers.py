"""The threads of a batch: one that sends, one that watches, a few that save."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from krea_cli.clock import Mailbox
from krea_cli.errors import Interrupted, StillRunning
from krea_cli.flows.batch.item import Item
from krea_cli.flows.batch.run.messages import Begun, Blind, Broken, Landed, Left, Looked, Report
from krea_cli.flows.batch.run.poll_worker import Follow, Leave, Poller
from krea_cli.flows.batch.run.submit_worker import Sender
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.collect import Outcome, Wanted, ended

if TYPE_CHECKING:
    from krea_cli.api.types import Job
    from krea_cli.flows.download.save import Saver

GOES_ON = "the same command goes on with what is left"
# Downloads at once: few, as they take time from the requests, and more where the host is slow.
LOADERS, MOST_LOADERS = 2, 8
SLOW = 1.0  # seconds that a result may wait before there is one more
FROM_THE_POLLER = (Looked, Left, Blind)
# Seconds for which a result lets requests go first: an idle place at the service costs more.
ASIDE = 0.3
Task = Callable[[], Report]
Tasks = Mailbox[Task | Literal["over"]]


class Crew:
    """Threads at work for one scheduler, which hears of everything.

    `sending` and `landing` say what they are at. POLLER reports to MAIL like the others.
    """

    def __init__(
        self,
        context: FlowContext,
        mail: Mailbox[Report],
        *,
        sender: Sender,
        poller: Poller,
        saver: "Saver",
    ) -> None:
        self.sending = False
        self.landing = 0
        self._queued: dict[int, tuple[float, Wanted]] = {}  # to be saved, since when; not begun
        self._loaders = 0
        self._clock = context.clock
        self._mail = mail
        self._sender = sender
        self._saver = saver
        self._poller = poller
        self._lane: Tasks = context.clock.mailbox()
        self._pool: Tasks = context.clock.mailbox()
        context.clock.spawn(self._guarded(self._worker(self._lane)))
        for _ in range(LOADERS):
            self._add_loader()
        context.clock.spawn(self._guarded(poller.watch))

    def hear(self, seconds: float | None, *, deaf: bool = False) -> Report | None:
        """The next report; None after SECONDS or a word from the user. See `Mailbox.get`."""
        report = self._mail.get(seconds, deaf=deaf)
        if isinstance(report, Landed):
            self.landing -= 1
        elif report is not None and not isinstance(report, FROM_THE_POLLER):
            self.sending = False
        return report

    def send(self, item: Item) -> None:
        """Let ITEM be sent."""
        self.sending = True
        self._lane.put(lambda: self._sender.send(item))

    def settle(self, doubts: Mapping[int, Item], *, lately: bool) -> None:
        """Let the jobs of the items in doubt be looked for."""
        self.sending = True
        self._lane.put(lambda: self._sender.settle(doubts, lately=lately))

    def follow(self, begun: Begun) -> None:
        """Let the job be watched."""
        self._poller.orders.put(Follow(begun.row, begun.fresh))

    def leave(self, job_id: str) -> None:
        """Let the job be looked at once more, and then no longer."""
        self._poller.orders.put(Leave(job_id))

    @property
    def busy(self) -> bool:
        """Whether a request, or a result, is on its way at this moment."""
        return self.sending or self.landing > len(self._queued)

    def land(self, item: Item, wanted: Wanted, job: "Job") -> None:
        """Let the results of the job be saved, or copied."""
        now = self._clock.monotonic()
        late = [since for since, _ in list(self._queued.values())[:1] if now - since > SLOW]
        if late and self._loaders < MOST_LOADERS:
            self._add_loader()
        self.landing += 1
        self._queued[item.index] = now, wanted
        wait = now + ASIDE if self.sending else 0.0
        self._pool.put(lambda: Landed(item, self._landed(item, wanted, job, wait)))

    def dismiss(self) -> None:
        """Nothing more is to be done; what was not begun is given back."""
        for index in list(self._queued):
            if given_back := self._queued.pop(index, None):
                given_back[1].release()
        self._poller.orders.put("over")
        self._lane.put("over")
        for _ in range(self._loaders):
            self._pool.put("over")

    def _add_loader(self) -> None:
        self._loaders += 1
        self._clock.spawn(self._guarded(self._worker(self._pool)))

    def _landed(self, item: Item, wanted: Wanted, job: "Job", not_before: float) -> Outcome:
        with suppress(Interrupted):
            self._clock.pause(not_before - self._clock.monotonic())
            if self._queued.pop(item.index, None):  # else it was given back meanwhile
                return ended(wanted, job, self._saver)
        return Outcome(job_id=job.id, wanted=wanted, job=job, error=_unsaved(wanted, job))

    def _worker(self, tasks: Tasks) -> Callable[[], None]:
        def work() -> None:
            while (task := tasks.get()) != "over":
                if task is not None:
                    self._mail.put(task())

        return work

    def _guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """WORK, of which a failure that nobody foresaw is heard of."""

        def guarded() -> None:
            try:
                work()
            except Interrupted:
                return
            except Exception as bug:  # carried over to the scheduler
                self._mail.put(Broken(bug))

        return guarded


def _unsaved(wanted: Wanted, job: "Job") -> StillRunning:
    """The error of a job that is done, and whose results the end of the run left where they are."""
    charged = "no" if wanted.copies else "yes"
    told = f"stopped; the result of job {job.id} is not saved yet"
    return StillRunning(told, hint=GOES_ON, job_id=job.id, charged=charged)
