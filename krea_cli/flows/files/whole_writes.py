"""Write every byte to a descriptor: short writes and non-blocking descriptors are no failure."""

import errno
import io
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Of a pipe or socket whose reader has gone.
READER_GONE_ERRORS = (errno.EPIPE, errno.ESHUTDOWN, errno.ECONNRESET)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of DATA; wait for the reader where the descriptor does not. Raises OSError."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            import select

            poll = select.poll()
            poll.register(descriptor, select.POLLOUT)
            poll.poll()


class WholeWrites(io.RawIOBase):
    """An open file, left open in the end, whose writes are those of `write_all`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        whole = bytes(data)
        write_all(self._descriptor, whole)
        return len(whole)
