"""Fetch the results of one job into part files, side by side where there are several."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock, Semaphore
from types import TracebackType
from typing import TypeAlias

from krea_cli.api.types import Job
from krea_cli.clock import Clock, Mailbox
from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.local_copy import copy_saved
from krea_cli.flows.files.existing_results import ExistingResults
from krea_cli.flows.files.output_slot import OutputSlot, Result, SavedFile
from krea_cli.flows.files.part_file import PartFile
from krea_cli.flows.transfer.fetch import PartContent
from krea_cli.flows.transfer.result_source import ResultSource
from krea_cli.flows.transfer.result_status import ResultGone

SAVE_HOLDER_SECONDS = 60.0  # that another process may hold the part file
SAVE_HOLDER_POLL_SECONDS = 0.2
STOP_SECONDS = 1.0  # for the lanes to remove their part files, when no more is wanted


@dataclass(frozen=True)
class FetchedResult:
    """A result in its part file, from the address `url`. Whoever takes it releases the part."""

    part: PartFile
    content: PartContent
    url: str


Fetched: TypeAlias = FetchedResult | SavedFile  # the latter where another krea has saved it


class ResultFetcher:
    """Fetches results of JOB for SLOT. UNTIL (monotonic) ends the waiting for the job.

    FIND_EXISTING looks for results on disk.
    """

    def __init__(
        self,
        job: Job,
        slot: OutputSlot,
        context: FlowContext,
        find_existing: Callable[[], ExistingResults],
        *,
        until: float | None,
    ) -> None:
        self._job = job
        self._slot = slot
        self._context = context
        self._find_existing = find_existing
        self._until = until

    def fetch(self, result: Result) -> Fetched:
        """Fetch RESULT, or copy it. Any thread may. Raises KreaError and `Interrupted`."""
        part = self._slot.open_part(result.position, self._job.id, self._context.account_ledger)
        if part is None:
            part = self._wait_for_part(result.position)
            if (saved := self._find_existing().saved.get(result.position)) is not None:
                # It came from another krea while this one waited.
                part.release()
                return saved
        try:
            content, url = self._fill(part, result)
        except BaseException:
            part.release()
            raise
        return FetchedResult(part, content, url)

    def _fill(self, part: PartFile, result: Result) -> tuple[PartContent, str]:
        """Fetch or copy RESULT into PART; return the content and the address it came from."""
        position, copy = result.position, self._slot.copies.get(result.position)
        if copy is not None:
            files = [copy, *self._context.records.files(self._job.id)]
            if copied := copy_saved(files, position, part):
                return copied
        try:
            return ResultSource(self._context).fetch(self._job.id, result, part, until=self._until)
        except ResultGone:
            if copied := copy_saved(self._context.records.files(self._job.id), position, part):
                return copied
            raise

    def _wait_for_part(self, position: int) -> PartFile:
        clock, ledger = self._context.clock, self._context.account_ledger
        give_up = clock.monotonic() + SAVE_HOLDER_SECONDS
        give_up = give_up if self._until is None else min(give_up, self._until)
        while (part := self._slot.open_part(position, self._job.id, ledger)) is None:
            if clock.monotonic() > give_up:
                cause = "another krea is still saving it"
                raise self._slot.not_saved(self._job.id, cause)
            clock.sleep(SAVE_HOLDER_POLL_SECONDS)
        return part


class FetchLanes:
    """Lets FETCH get RESULTS side by side; they are taken in any order.

    SPARE has a place for each further thread; the one that takes them fetches as well.
    """

    def __init__(
        self,
        results: Iterable[Result],
        fetch: Callable[[Result], Fetched],
        clock: Clock,
        spare: Semaphore,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._spare = spare
        self._lock = Lock()
        self._unclaimed = deque(results)
        self._boxes: dict[int, Mailbox[Fetched | BaseException]] = {}  # of claimed ones
        self._is_closed = False
        for _ in range(len(self._unclaimed) - 1):
            if not spare.acquire(blocking=False):
                break
            clock.start_thread(self._work)

    def __enter__(self) -> "FetchLanes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Begin no other, and release what was fetched and is not wanted any more."""
        with self._lock:
            self._unclaimed.clear()
        end = self._clock.monotonic() + STOP_SECONDS
        for box in self._boxes.values():
            seconds = max(0.0, end - self._clock.monotonic())
            _release(box.get(seconds, ignore_signals=True))
        with self._lock:
            self._is_closed = True
        for box in self._boxes.values():
            _release(box.get(0.0, ignore_signals=True))

    def take(self, result: Result) -> Fetched:
        """Return RESULT, once it is fetched. Raises what `fetch` raises."""
        with self._lock:
            box = self._boxes.get(result.position)
            if box is None:
                self._unclaimed.remove(result)
        if box is None:
            return self._fetch(result)
        while (fetched := box.get()) is None:
            pass  # a signal only asked to begin nothing new
        with self._lock:
            del self._boxes[result.position]
        if isinstance(fetched, BaseException):
            raise fetched
        return fetched

    def _work(self) -> None:
        try:
            while (result := self._claim()) is not None:
                box = self._boxes[result.position]
                try:
                    fetched: Fetched | BaseException = self._fetch(result)
                except BaseException as failure:  # carried over to the thread that takes it
                    fetched = failure
                with self._lock:
                    if self._is_closed:
                        _release(fetched)
                    else:
                        box.put(fetched)
        finally:
            self._spare.release()

    def _claim(self) -> Result | None:
        """The next result that nobody fetches yet; the last first, as the others are taken soon."""
        with self._lock:
            if not self._unclaimed:
                return None
            result = self._unclaimed.pop()
            self._boxes[result.position] = self._clock.mailbox()
            return result


def _release(fetched: Fetched | BaseException | None) -> None:
    if isinstance(fetched, FetchedResult):
        fetched.part.release()
