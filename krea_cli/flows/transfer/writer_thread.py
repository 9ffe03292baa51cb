"""Write chunks in a thread of its own, while the next ones are fetched."""

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType

MAX_QUEUED_CHUNKS = 8  # enough to even out delays, too few to fill the memory


class WriterThread:
    """A thread that calls WRITE with each chunk given to `put`, in order; used as a `with` block.

    At the end of the block all chunks are written, or the first error of WRITE is raised. After
    an error, `put` raises it, and the chunks that wait are dropped.
    """

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._chunks: Queue[bytes | None] = Queue(MAX_QUEUED_CHUNKS)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def put(self, chunk: bytes) -> None:
        """Queue CHUNK; wait while `MAX_QUEUED_CHUNKS` are queued."""
        if self._error is not None:
            raise self._error
        self._chunks.put(chunk)

    def __enter__(self) -> "WriterThread":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._chunks.put(None)
        self._thread.join()
        if self._error is not None and self._error is not error:
            raise self._error

    def _run(self) -> None:
        while (chunk := self._chunks.get()) is not None:
            if self._error is None:
                try:
                    self._write(chunk)
                except BaseException as error:  # raised again in the thread that puts
                    self._error = error
