"""The two streams of a command, and the display of its progress on them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.terminal.colours import DUMB_TERMINALS, shows_colours
from krea_cli.terminal.end_facts import EndFacts
from krea_cli.terminal.stream import Stream, stdout_error

if TYPE_CHECKING:
    from krea_cli.terminal.progress_reporter import ProgressReporter


class Screen:
    """Writes to both streams, around the display of progress.

    The options set the first two while the command line is read:

    json: True for JSON objects, one per line
    quiet: True to leave out progress, notes and hints
    read_notify: returns the setting terminal.notify; None if it is not set
    facts: the files, errors and sums so far, for --on-end
    is_rehearsal: tells if the service is the embedded Krea, so that nothing costs real money
    """

    def __init__(self, env: Env, *, json: bool, quiet: bool) -> None:
        self._env = env
        self.json = json
        self.quiet = quiet
        self.is_rehearsal: Callable[[], bool] = lambda: False
        self.read_notify: Callable[[], str | None] = lambda: None
        self.facts = EndFacts()
        self._stdout = Stream(env.stdout)
        self._stderr = Stream(env.stderr)
        self._lock = threading.RLock()
        self._started_reporter: ProgressReporter | None = None
        self._dumb = env.get("TERM") in DUMB_TERMINALS

    @property
    def is_stdout_terminal(self) -> bool:
        """True if a person reads stdout."""
        return self._stdout.is_terminal

    @property
    def stderr_descriptor(self) -> int | None:
        """The file descriptor of stderr; None where there is none."""
        return self._stderr.descriptor

    @property
    def shows_tables(self) -> bool:
        """True if tables are drawn: on a terminal, or with --color always."""
        return not self.json and (self.is_stdout_terminal or self._env.color == "always")

    @property
    def can_ask(self) -> bool:
        """True if a person reads stderr and types on stdin."""
        return not self.json and self._stderr.is_terminal and self._env.stdin.isatty()

    def progress(self) -> AbstractContextManager[None]:
        """A block in which work is under way; only there is a live display."""
        return self._reporter.running()

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._started_reporter is not None:
            self._started_reporter.close()

    @property
    def _reporter(self) -> "ProgressReporter":
        # Made on first use: it takes 10 ms, and many commands show no progress.
        if self._started_reporter is None:
            from krea_cli.terminal.progress_reporter import choose_reporter

            self._started_reporter = choose_reporter(
                self._env,
                self._stderr,
                self._write_stderr,
                quiet=self.quiet,
                json=self.json,
                dumb=self._dumb,
                read_mark=self._mark,
                stdout=self._stdout,
                read_notify=self.read_notify,
            )
        return self._started_reporter

    def _mark(self) -> str:
        return " (sandbox)" if self.is_rehearsal() and not self.quiet else ""

    def _suspend_progress(self) -> AbstractContextManager[None]:
        reporter = self._started_reporter
        return nullcontext() if reporter is None else reporter.suspended()

    def _write_stdout(self, text: str, record: Mapping[str, object] | None = None) -> None:
        with self._stdout_errors(record):
            self._stdout.write(text)

    @contextmanager
    def _stdout_errors(self, record: Mapping[str, object] | None = None) -> Iterator[None]:
        try:
            with self._lock, self._suspend_progress():
                yield
        except OSError as failure:
            raise stdout_error(failure, record) from failure

    def _write_stderr(self, text: str) -> None:
        # A log that cannot be written is no reason to give up work that is paid for.
        with self._lock, self._suspend_progress(), suppress(OSError):
            self._stderr.write(text)

    @property
    def _has_colours(self) -> bool:
        return shows_colours(self._env, is_terminal=self._stderr.is_terminal)
