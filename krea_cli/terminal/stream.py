"""A standard stream that survives its reader, a narrow encoding, a missing descriptor."""

import errno
import os
from typing import TextIO


class Stream:
    """Writes text or bytes to FILE and flushes each time.

    A reader that went away (`| head -1`) is remembered, and everything after is dropped.
    """

    def __init__(self, file: TextIO | None) -> None:
        self._file = file  # None when the shell closed it (`>&-`)
        self.closed = file is None

    @property
    def is_terminal(self) -> bool:
        """True when a person is looking."""
        return self._file is not None and not self._file.closed and self._file.isatty()

    @property
    def missing(self) -> bool:
        """True when there was no such stream from the start: the shell closed it (`>&-`)."""
        return self._file is None

    @property
    def encoding(self) -> str:
        """The name of the encoding the file writes in, lower-case."""
        return (getattr(self._file, "encoding", None) or "utf-8").lower()

    @property
    def descriptor(self) -> int | None:
        """The file descriptor; None where there is none."""
        try:
            return None if self._file is None else self._file.fileno()
        except OSError:
            return None

    def write(self, text: str) -> None:
        """Write TEXT. What the encoding lacks is written as a backslash escape.

        Raises OSError for a failure that is not a reader's leaving: a full disk, say.
        """
        if self.closed or self._file is None:
            return
        try:
            self._file.write(self._encodable(text))
            self._file.flush()
        except OSError as failure:
            self._failed(failure)

    def write_bytes(self, data: bytes) -> None:
        """Write DATA as it is, behind all text written before. Raises OSError as `write` does."""
        if self.closed or self._file is None:
            return
        try:
            self._file.flush()
            self._file.buffer.write(data)
            self._file.buffer.flush()
        except OSError as failure:
            self._failed(failure)

    def write_path(self, path: str) -> None:
        """Write a file name and a line end, byte for byte: names need not be text."""
        if path.isascii() or not hasattr(self._file, "buffer"):
            self.write(path + "\n")
            return
        try:
            data = os.fsencode(path)
        except UnicodeEncodeError:  # no file of this locale: shown as text
            self.write(path + "\n")
        else:
            self.write_bytes(data + b"\n")

    def _encodable(self, text: str) -> str:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        return text

    def _failed(self, failure: OSError) -> None:
        self.closed = True
        self._discard()
        if failure.errno not in (errno.EPIPE, errno.ESHUTDOWN):
            raise failure

    def _discard(self) -> None:
        """Send what is still buffered to nowhere: Python flushes it at exit, and would complain."""
        descriptor = self.descriptor
        if descriptor is None:
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
