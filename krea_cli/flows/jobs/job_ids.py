"""Read job ids: from the command line, or with job records from stdin."""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import IO, Any

from krea_cli.api.job_id import is_uuid, read_job_id
from krea_cli.clock import Clock
from krea_cli.errors import UsageError
from krea_cli.flows.jobs.record import MAX_LINE_CHARACTERS, Reference, parse_line

STDIN = "-"
LISTEN_SECONDS = 0.2  # to a silent stream, before the caller may do something else

JobMention = Reference | UsageError | None


def read_job_ids(
    arguments: Sequence[str] | None,
    stdin: IO[str] | None,
    clock: Clock,
    *,
    command: str,
    find_job_id: Callable[[str], str] = read_job_id,
) -> Iterator[JobMention]:
    """Read the jobs of ARGUMENTS, or of STDIN line by line; each comes once, when it is known.

    STDIN is read for "-", and without arguments unless it is a terminal. Without any stdin
    (cron) there is no job. A line that is neither an id nor a record comes as its error, and the
    stream goes on. None means that nothing came for a moment.

    Raises `UsageError` at once for a bad argument, and if there is nothing to read from. Its hint
    names COMMAND.

    find_job_id: returns the job of a word that is no whole id; raises `UsageError`
    """

    def read(word: str) -> str:
        return read_job_id(word) if is_uuid(word) else find_job_id(word)

    references = [Reference(read(text)) for text in arguments or () if text != STDIN]
    wants_stdin = STDIN in (arguments or ())
    if not arguments and _is_terminal(stdin):
        raise UsageError(
            "no job id was given",
            hint=f"krea {command} last; or krea history --unfinished --json | krea {command}",
        )
    lines = _Lines(stdin) if stdin and (wants_stdin or not arguments) else None
    return _each_once(references, lines, clock, read)


def _is_terminal(stdin: IO[str] | None) -> bool:
    try:
        return stdin is not None and stdin.isatty()
    except ValueError:  # closed
        return False


def _each_once(
    references: Sequence[Reference],
    lines: "_Lines | None",
    clock: Clock,
    read: Callable[[str], str],
) -> Iterator[JobMention]:
    seen: set[str] = set()
    for mention in _all(references, lines, clock, read):
        if isinstance(mention, Reference):
            if mention.job_id in seen:
                continue
            seen.add(mention.job_id)
        yield mention


def _all(
    references: Sequence[Reference],
    lines: "_Lines | None",
    clock: Clock,
    read: Callable[[str], str],
) -> Iterator[JobMention]:
    yield from references
    while lines is not None:
        line = clock.wait_for(lines.wait)
        if line is None:
            return
        if not line:
            yield None
        elif line.strip():
            try:
                yield parse_line(line, read)
            except UsageError as error:
                yield error


class _Lines:
    """The lines of a stream, read by a daemon thread: waiting for one can end at any time."""

    def __init__(self, stream: IO[str]) -> None:
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def wait(self) -> str | None:
        """Take the next line with its end; "" after a silence; None when the stream is over."""
        try:
            return self._lines.get(timeout=LISTEN_SECONDS)
        except Empty:
            return ""

    def _read(self, stream: IO[str]) -> None:
        # Bytes where there are any: a line that is not UTF-8 is one bad line, not the end.
        source: Any = getattr(stream, "buffer", stream)
        try:
            while line := source.readline(MAX_LINE_CHARACTERS):
                self._lines.put(line if isinstance(line, str) else line.decode(errors="replace"))
        except (OSError, ValueError):
            pass  # closed or broken under our hands: what came before stands
        finally:
            self._lines.put(None)
