"""A standard stream that survives a lost reader, a narrow encoding, a missing descriptor."""

import errno
import os
from typing import TextIO


class Stream:
    """Text and bytes for FILE, flushed after each write.

    FILE is None for a stream that the shell closed (`>&-`). After its reader left (`| head -1`),
    or after a failure, the stream is `closed`: further output is dropped.
    """

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self.closed = file is None

    @property
    def is_terminal(self) -> bool:
        """True for a terminal, where a person reads."""
        return self._file is not None and not self._file.closed and self._file.isatty()

    @property
    def missing(self) -> bool:
        """True if the shell had closed the stream before the start (`>&-`)."""
        return self._file is None

    @property
    def encoding(self) -> str:
        """The file's encoding in lower case, such as "utf-8"."""
        return (getattr(self._file, "encoding", None) or "utf-8").lower()

    @property
    def descriptor(self) -> int | None:
        """The file descriptor; None where there is none."""
        try:
            return None if self._file is None else self._file.fileno()
        except OSError:
            return None

    def write(self, text: str) -> None:
        """Write TEXT, with backslash escapes for characters outside the encoding.

        Raises OSError for a failure such as a full disk; a reader that left is not a failure.
        """
        if self.closed or self._file is None:
            return
        try:
            self._file.write(self._escape_unencodable(text))
            self._file.flush()
        except OSError as failure:
            self._handle_failure(failure)

    def write_bytes(self, data: bytes) -> None:
        """Write DATA as it is, after all earlier text. Raises OSError as `write` does."""
        if self.closed or self._file is None:
            return
        try:
            self._file.flush()
            self._file.buffer.write(data)
            self._file.buffer.flush()
        except OSError as failure:
            self._handle_failure(failure)

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

    def _escape_unencodable(self, text: str) -> str:
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError:
            return text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        return text

    def _handle_failure(self, failure: OSError) -> None:
        self.closed = True
        self._discard_buffer()
        if failure.errno not in (errno.EPIPE, errno.ESHUTDOWN):
            raise failure

    def _discard_buffer(self) -> None:
        """Send buffered output to the null device: Python flushes at exit, and would complain."""
        descriptor = self.descriptor
        if descriptor is None:
            return
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, descriptor)
        os.close(null_device)
