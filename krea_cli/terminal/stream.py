"""A standard stream that survives a lost reader, a narrow encoding, a missing descriptor.

Every byte is written by `write_all`. Of Python's own streams, unbuffered ones forget the rest
after a short write. All of them fail on a descriptor in non-blocking mode.
"""

import errno
import io
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from krea_cli.flows.files.whole_writes import READER_GONE_ERRORS, WholeWrites, write_all

if TYPE_CHECKING:
    from krea_cli.errors import KreaError


def with_whole_writes(file: TextIO) -> TextIO:
    """Return a stream to FILE with whole writes, for the help and other output of Typer.

    FILE itself is returned if it has no descriptor.
    """
    try:
        raw = WholeWrites(file.fileno())
    except (OSError, ValueError):
        return file
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=file.encoding,
        errors=file.errors,
        line_buffering=file.isatty(),
    )


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
        except (OSError, ValueError):  # a stream in memory, a closed file
            return None

    def shares_target_with(self, other: "Stream") -> bool:
        """True if both write to one file, pipe or terminal, as with `2>&1`."""
        if self.descriptor is None or other.descriptor is None:
            return False
        try:
            return os.path.sameopenfile(self.descriptor, other.descriptor)
        except OSError:
            return False

    def write(self, text: str) -> None:
        """Write TEXT, with backslash escapes for characters outside the encoding.

        Raises OSError for a failure such as a full disk; a reader that left is not a failure.
        """
        data = text.encode(self.encoding, "backslashreplace")
        if self.closed or self._file is None:
            return
        if self.descriptor is not None:
            self.write_bytes(data)
            return
        try:
            self._file.write(data.decode(self.encoding))
            self._file.flush()
        except OSError as failure:
            self._handle_failure(failure)

    def write_bytes(self, data: bytes, *, needs_reader: bool = False) -> None:
        """Write DATA as it is, after all earlier text. Raises OSError as `write` does.

        With NEEDS_READER, a reader that left is a failure: DATA is of a paid result.
        """
        if self.closed or self._file is None:
            if needs_reader:
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
            return
        try:
            self._file.flush()
            if self.descriptor is not None:
                write_all(self.descriptor, data)
            else:
                self._file.buffer.write(data)
                self._file.buffer.flush()
        except OSError as failure:
            self._handle_failure(failure, needs_reader=needs_reader)

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

    def _handle_failure(self, failure: OSError, *, needs_reader: bool = False) -> None:
        self.closed = True
        self._discard_buffer()
        if needs_reader or failure.errno not in READER_GONE_ERRORS:
            raise failure

    def _discard_buffer(self) -> None:
        """Send buffered output to the null device: Python flushes at exit, and would complain."""
        descriptor = self.descriptor
        if descriptor is None:
            return
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, descriptor)
        os.close(null_device)


def not_saved_error(failure: OSError) -> "KreaError":
    """Error for a paid result that could not be written to stdout."""
    from krea_cli.errors import NotSaved

    if failure.errno in READER_GONE_ERRORS:
        return NotSaved("nobody reads standard output any more")
    return NotSaved(f"the result could not be written to standard output: {failure.strerror}")


def stdout_error(failure: OSError, record: Mapping[str, object] | None = None) -> "KreaError":
    """Error for a failed write to stdout, with the charge of RECORD, which is a job's."""
    from krea_cli.errors import KreaError

    record = record or {}
    charged, job_id = record.get("charged"), record.get("job_id")
    is_full = failure.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    remedy = "make room where the output goes" if is_full else "send the output to a file"
    return KreaError(
        f"standard output could not be written: {failure.strerror}",
        hint=f"{remedy}; nothing that was made is lost",
        charged=charged if charged in ("yes", "unknown") else "no",
        job_id=None if job_id is None else str(job_id),
    )
