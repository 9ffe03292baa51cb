"""Work on pieces in a thread of its own, while the next ones are fetched."""

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType

AHEAD = 8  # pieces that may wait: enough to even out, too few to fill the memory


class Aside:
    """A `with` block in which `put` hands pieces over to TAKE, in their order.

    When it ends, all of them were taken, or the first failure of TAKE is raised; after a failure
    the rest is dropped, and `put` raises it.
    """

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._pieces: Queue[bytes | None] = Queue(AHEAD)
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._work, daemon=True)

    def put(self, piece: bytes) -> None:
        """Hand PIECE over; waits while too many are ahead."""
        if self._failure is not None:
            raise self._failure
        self._pieces.put(piece)

    def __enter__(self) -> "Aside":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pieces.put(None)
        self._thread.join()
        if self._failure is not None and self._failure is not error:
            raise self._failure

    def _work(self) -> None:
        while (piece := self._pieces.get()) is not None:
            if self._failure is None:
                try:
                    self._take(piece)
                except BaseException as failure:  # carried over to the thread that puts
                    self._failure = failure
