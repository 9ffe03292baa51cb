"""Which jobs are meant: ids from the command line, or ids and records that stream in on stdin."""

import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import IO, Any

from krea_cli.api.job_id import check_job_id
from krea_cli.clock import Clock
from krea_cli.errors import UsageError
from krea_cli.flows.jobs.record import LONGEST_LINE, Reference, parse_line

STDIN = "-"
# How long to sit on a silent stream before the caller may do something else.
LISTEN_SECONDS = 0.2

JobMention = Reference | UsageError | None


def read_job_ids(
    arguments: Sequence[str] | None, stdin: IO[str] | None, clock: Clock, *, command: str
) -> Iterator[JobMention]:
    """The jobs that are meant, each once, as they become known.

    From ARGUMENTS; from STDIN line by line when there are none and it is not a terminal, or for
    "-". A line that is neither id nor record comes as its error, and the stream goes on. None
    means that nothing came for a moment. No stdin at all (cron) is an empty one.

    Raises `UsageError` at once for a bad argument, and when there is nothing to read from:
    COMMAND is what its hint names.
    """
    named = [Reference(check_job_id(text)) for text in arguments or () if text != STDIN]
    wants_stdin = STDIN in (arguments or ())
    if not arguments and _is_terminal(stdin):
        raise UsageError(
            "no job id was given",
            hint=f"krea {command} ID; or a pipe: krea generate --no-wait … | krea {command}",
        )
    lines = _Lines(stdin) if stdin and (wants_stdin or not arguments) else None
    return _each_once(named, lines, clock)


def _is_terminal(stdin: IO[str] | None) -> bool:
    try:
        return stdin is not None and stdin.isatty()
    except ValueError:  # closed
        return False


def _each_once(
    named: Sequence[Reference], lines: "_Lines | None", clock: Clock
) -> Iterator[JobMention]:
    met: set[str] = set()
    for mention in _all(named, lines, clock):
        if isinstance(mention, Reference):
            if mention.job_id in met:
                continue
            met.add(mention.job_id)
        yield mention


def _all(named: Sequence[Reference], lines: "_Lines | None", clock: Clock) -> Iterator[JobMention]:
    yield from named
    while lines is not None:
        line = clock.attend(lines.wait)
        if line is None:
            return
        if not line:
            yield None
        elif line.strip():
            try:
                yield parse_line(line)
            except UsageError as error:
                yield error


class _Lines:
    """Lines of a stream, read by a daemon thread: a wait for one can be given up at any time."""

    def __init__(self, stream: IO[str]) -> None:
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def wait(self) -> str | None:
        """The next line with its end; "" after a lull; None when the stream is over."""
        try:
            return self._lines.get(timeout=LISTEN_SECONDS)
        except Empty:
            return ""

    def _read(self, stream: IO[str]) -> None:
        # Bytes where there are any: a line that is no UTF-8 is one bad line, not the end.
        source: Any = getattr(stream, "buffer", stream)
        try:
            while line := source.readline(LONGEST_LINE):
                self._lines.put(line if isinstance(line, str) else line.decode(errors="replace"))
        except (OSError, ValueError):
            pass  # closed or broken under our hands: what came before stands
        finally:
            self._lines.put(None)
