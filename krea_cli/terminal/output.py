"""The one place that writes to stdout and stderr. No command asks for the output mode.

stdout carries the answer, and stderr all the rest. With `--json` both have one JSON object per
line, in plain ASCII. `--quiet` silences progress, notes and hints, but no warning and no error.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.errors import KreaError, UsageError
from krea_cli.terminal.colours import shows_colours
from krea_cli.terminal.json_lines import json_line
from krea_cli.terminal.stream import Stream, not_saved_error, stdout_error
from krea_cli.text import clean, indent_later_lines, one_line

if TYPE_CHECKING:
    from krea_cli.flows import events
    from krea_cli.terminal.columns import Column
    from krea_cli.terminal.progress_reporter import ProgressReporter


class Output:
    """Output of a command. Every method may be called from any thread.

    The options set these while the command line is read:

    json: True for JSON objects, one per line
    quiet: True to leave out progress, notes and hints
    verbose: True to trace requests and bugs
    read_charge: returns the charge of this command so far, for an error without one
    complete: adds to the commands in a hint the options that they need
    is_rehearsal: tells if the service is the embedded Krea, so that nothing costs real money
    """

    def __init__(self, env: Env, *, json: bool, quiet: bool, verbose: bool) -> None:
        self._env = env
        self.json = json
        self.quiet = quiet
        self.verbose = verbose
        self.read_charge: Callable[[], str] = lambda: "no"
        self.complete: Callable[[str], str] = lambda text: text
        self.is_rehearsal: Callable[[], bool] = lambda: False
        self._stdout = Stream(env.stdout)
        self._stderr = Stream(env.stderr)
        self._lock = threading.RLock()
        self._started_reporter: ProgressReporter | None = None
        self._dumb = env.get("TERM") in ("dumb", "unknown")

    def print_line(self, text: str, record: Mapping[str, object] | None = None) -> None:
        """Print TEXT; as JSON the RECORD, or {"text": TEXT}."""
        if self.json:
            line = self._json_line({"text": text} if record is None else record)
        else:
            line = clean(text) + "\n"
        self._write_stdout(line, record)

    def print_files(self, record: Mapping[str, object]) -> None:
        """Print the `files` of a job record, a path per line; as JSON the record."""
        if self.json:
            self._write_stdout(self._json_line(record), record)
            return
        files = record.get("files")
        for path in files if isinstance(files, list | tuple) else ():
            if self._stdout.is_terminal:
                self._write_stdout(f"{one_line(str(path))}{self._mark()}\n", record)
            else:
                with self._stdout_errors(record):
                    self._stdout.write_path(str(path))

    def print_job_id(self, record: Mapping[str, object]) -> None:
        """Print the `job_id` of a job record; as JSON the record."""
        self.print_line(str(record["job_id"]), record)

    def print_submitted(self, record: Mapping[str, object]) -> None:
        """Print a job's id like `print_job_id`; warn on stderr if nobody reads stdout."""
        self.print_job_id(record)
        if self._stdout.closed:
            self.warn(f"nobody reads standard output; job {record['job_id']} was submitted")

    def print_record(self, record: Mapping[str, object]) -> None:
        """Print RECORD as JSON; print nothing for people."""
        if self.json:
            self._write_stdout(self._json_line(record), record)

    def print_table(
        self,
        columns: "Sequence[str] | Sequence[Column]",
        rows: Iterable[Sequence[object]],
        records: Iterable[Mapping[str, object]],
        *,
        optional: Sequence[str] = (),
    ) -> None:
        """Print ROWS as a table for a person, or tab-separated for a pipe; as JSON RECORDS.

        None in a row is an empty cell. With `Column` objects, a row is one line that fits the
        window. A narrow terminal goes without the OPTIONAL columns, the first dropped first. A long
        table goes through $PAGER. Only ROWS or RECORDS are read, each as it comes but for tables.
        """
        if self.json:
            for record in records:
                self._write_stdout(self._json_line(record))
            return
        cells = (["" if cell is None else one_line(str(cell)) for cell in row] for row in rows)
        if not self.shows_tables:
            for row in cells:
                self._write_stdout("\t".join(row) + "\n")
        elif all_rows := list(cells):
            from krea_cli.terminal.table import show_table

            with self._stdout_errors():
                show_table(columns, all_rows, self._env, self._stdout, self.warn, optional=optional)

    def write_bytes(self, chunks: Iterable[bytes]) -> None:
        """Print CHUNKS, the bytes of a paid result.

        Raises NotSaved if stdout cannot be written, or has no reader any more.
        """
        self.require_binary_stdout()
        try:
            for chunk in chunks:
                self._stdout.write_bytes(chunk, needs_reader=True)
        except OSError as failure:
            raise not_saved_error(failure) from failure

    def require_binary_stdout(self) -> None:
        """Raise UsageError if stdout is a terminal or closed. Call it before money is spent."""
        if self._stdout.is_terminal:
            raise UsageError(
                "the bytes of a result would garble the terminal",
                hint="-o FILE, or send the output on: krea … -o - | COMMAND",
            )
        if self._stdout.missing:
            raise UsageError("standard output is closed, and -o - writes to it", hint="-o FILE")

    @property
    def is_stdout_terminal(self) -> bool:
        """True if a person reads stdout."""
        return self._stdout.is_terminal

    @property
    def shows_tables(self) -> bool:
        """True if tables are drawn: on a terminal, or with --color always."""
        return not self.json and (self.is_stdout_terminal or self._env.color == "always")

    def say(self, text: str) -> None:
        """Show a note that needs no action."""
        from krea_cli.flows.events import Note

        self.tell(Note(self.complete(text)))

    def warn(self, text: str) -> None:
        """Show a warning that may need action."""
        self._write_labelled("warning", text)

    def hint(self, text: str) -> None:
        """Suggest the next command to type."""
        if not self.quiet:
            self._write_labelled("hint", self.complete(text))

    def trace(self, text: str) -> None:
        """Show details for `--verbose` only, such as requests."""
        if not self.verbose:
            return
        if self.json:
            self._write_stderr(json_line({"trace": {"message": text}}))
        else:
            self._write_stderr(indent_later_lines(text) + "\n")

    def print_error(self, error: KreaError) -> None:
        """Show a failure: the sentence, the next command, the job, and if it was charged."""
        if error.hint:
            error.hint = self.complete(error.hint)
        if error.unexpected is not None:
            self._trace_exception(error.unexpected)
        if self.json:
            self._write_stderr(json_line({"error": error.as_dict()}))
            return
        from krea_cli.terminal.labels import error_text  # most commands end well

        self._write_stderr(error_text(error, colours=self._has_colours))

    def print_summary(
        self, text: str, record: Mapping[str, object], errors: Iterable[KreaError] = ()
    ) -> None:
        """Show TEXT with the totals, then ERRORS, one per kind; as JSON only RECORD."""
        if self.json:
            self._write_stderr(json_line({"summary": record}))
            return
        self.say(text + self._mark())
        for error in errors:
            self.print_error(error)

    def print_bug(self, failure: BaseException) -> None:
        """Show an unexpected exception as a bug of krea; its traceback only with `--verbose`."""
        from krea_cli.terminal.bug_error import bug_error

        error = bug_error(failure, verbose=self.verbose, charge=self.read_charge())
        self._trace_exception(failure)
        self.print_error(error)

    def tell(self, event: "events.Event") -> None:
        """Show an event: in the live display, as a line, or as JSON."""
        from krea_cli.flows.events import WarningNote

        if isinstance(event, WarningNote):
            self.warn(event.text)
        else:
            self._reporter.tell(event)

    def ask(self, question: str) -> bool | None:
        """Ask QUESTION at the terminal; None where nobody can be asked.

        Enter, the end of the input, and every word but yes mean False. Raises `Interrupted`.
        """
        env = self._env
        if self.json or not (self._stderr.is_terminal and env.stdin.isatty()):
            return None
        from krea_cli.terminal.question import ask

        with self._reporter.hidden():
            return ask(question, answers=env.stdin, clock=env.clock, write=self._write_stderr)

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
                paths_on_stdout=self._stdout.is_terminal,
            )
        return self._started_reporter

    def _json_line(self, record: Mapping[str, object]) -> str:
        """RECORD as a line; the hint of its error is what `print_error` shows."""
        error = record.get("error")
        if isinstance(error, Mapping) and isinstance(hint := error.get("hint"), str):
            record = {**record, "error": {**error, "hint": self.complete(hint)}}
        return json_line(record)

    def _mark(self) -> str:
        return " (sandbox)" if self.is_rehearsal() and not self.quiet else ""

    def _suspend_progress(self) -> AbstractContextManager[None]:
        reporter = self._started_reporter
        return nullcontext() if reporter is None else reporter.suspended()

    def _trace_exception(self, failure: BaseException) -> None:
        if self.verbose:
            from traceback import format_exception

            self.trace("".join(format_exception(failure)).rstrip())

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

    def _write_labelled(self, label: str, text: str) -> None:
        if self.json:
            self._write_stderr(json_line({label: {"message": text}}))
        else:
            from krea_cli.terminal.labels import labelled

            self._write_stderr(labelled(label, text, colours=self._has_colours))

    @property
    def _has_colours(self) -> bool:
        return shows_colours(self._env, is_terminal=self._stderr.is_terminal)
