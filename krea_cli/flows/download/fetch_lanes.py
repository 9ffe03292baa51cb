"""Fetch the results of one job side by side."""

from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock, Semaphore

from krea_cli.clock import Clock, Mailbox
from krea_cli.flows.download.fetch_result import Fetched, FetchedResult
from krea_cli.flows.files.output_slot import Result

STOP_SECONDS = 1.0  # for the lanes to remove their part files, when no more is wanted


class FetchLanes:
    """Lets FETCH get RESULTS side by side; they are taken in any order.

    FETCH is told how to find out if a result is still wanted. SPARE has a place for each further
    thread; the one that takes them fetches as well.
    """

    def __init__(
        self,
        results: Iterable[Result],
        fetch: Callable[[Result, Callable[[], bool]], Fetched],
        clock: Clock,
        spare: Semaphore,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._spare = spare
        self._lock = Lock()
        self._unclaimed = deque(results)
        self._boxes: dict[int, Mailbox[Fetched | BaseException]] = {}  # of claimed ones
        self._is_over = self._is_closed = False
        for _ in range(len(self._unclaimed) - 1):
            if not spare.acquire(blocking=False):
                break
            try:
                clock.start_thread(self._work)
            except RuntimeError:  # the system gives no more threads
                spare.release()
                break

    def close(self) -> None:
        """Begin no other, and release what was fetched and is not wanted any more."""
        with self._lock:
            self._unclaimed.clear()
            self._is_over = True
        end = self._clock.monotonic() + STOP_SECONDS
        late = [box for box in self._boxes.values() if not self._release_from(box, until=end)]
        with self._lock:
            self._is_closed = True
        for box in late:
            self._release_from(box, until=end)

    def take(self, result: Result) -> Fetched:
        """Return RESULT, once it is fetched. Raises what `fetch` raises."""
        with self._lock:
            box = self._boxes.get(result.position)
            if box is None:
                self._unclaimed.remove(result)
        if box is None:
            return self._fetch(result, self._is_wanted)
        while (fetched := box.get()) is None:
            pass  # a signal only asked to begin nothing new
        with self._lock:
            del self._boxes[result.position]
        if isinstance(fetched, BaseException):
            raise fetched
        return fetched

    def _is_wanted(self) -> bool:
        return not self._is_over

    def _release_from(self, box: "Mailbox[Fetched | BaseException]", *, until: float) -> bool:
        """Wait for the result in BOX UNTIL then (monotonic), and release its part.

        Returns False if it did not come.
        """
        while True:
            seconds = max(0.0, until - self._clock.monotonic())
            fetched = box.get(seconds, ignore_signals=True)
            if isinstance(fetched, FetchedResult):
                fetched.part.release()
            if fetched is not None or seconds == 0.0:
                return fetched is not None

    def _work(self) -> None:
        try:
            while (result := self._claim()) is not None:
                box = self._boxes[result.position]
                try:
                    fetched: Fetched | BaseException = self._fetch(result, self._is_wanted)
                except BaseException as failure:  # carried over to the thread that takes it
                    fetched = failure
                with self._lock:
                    if not self._is_closed:
                        box.put(fetched)
                    elif isinstance(fetched, FetchedResult):
                        fetched.part.release()
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
