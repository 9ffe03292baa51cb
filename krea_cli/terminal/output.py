"""The one place that writes to stdout and stderr. No command asks for the output mode.

stdout carries the answer, and stderr all the rest. With `--json` both have one JSON object per
line, in plain ASCII. `--quiet` silences progress, notes and hints, but no warning and no error.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.errors import KreaError, UsageError
from krea_cli.terminal.json_lines import json_line
from krea_cli.terminal.screen import Screen
from krea_cli.terminal.stream import not_saved_error
from krea_cli.text import clean, indent_later_lines, one_line

if TYPE_CHECKING:
    from krea_cli.flows import events
    from krea_cli.terminal.columns import Column


Describe = Callable[[Mapping[str, object], str], Iterable[tuple[int, str]]]


class Output(Screen):
    """Output of a command. Every method may be called from any thread.

    verbose: True to trace requests and bugs; the option sets it
    read_charge: returns the charge of this command so far, for an error without one
    complete: adds to the commands in a hint the options that they need
    """

    def __init__(self, env: Env, *, json: bool, quiet: bool, verbose: bool) -> None:
        super().__init__(env, json=json, quiet=quiet)
        self.verbose = verbose
        self.read_charge: Callable[[], str] = lambda: "no"
        self.complete: Callable[[str], str] = lambda text: text

    def print_line(self, text: str, record: Mapping[str, object] | None = None) -> None:
        """Print TEXT; as JSON the RECORD, or {"text": TEXT}."""
        if self.json:
            line = self._json_line({"text": text} if record is None else record)
        else:
            line = clean(text) + "\n"
        self._write_stdout(line, record)

    def print_state(self, state: str, text: str, record: Mapping[str, object]) -> None:
        """Print STATE, in its colour where there are colours, and TEXT; as JSON the RECORD."""
        from krea_cli.terminal.colours import shows_colours
        from krea_cli.terminal.labels import state_text

        if self.json:
            self._write_stdout(self._json_line(record), record)
            return
        has_colours = shows_colours(self._env, is_terminal=self._stdout.is_terminal)
        self._write_stdout(state_text(state, clean(text), colours=has_colours), record)

    def print_files(self, record: Mapping[str, object], describe: "Describe | None" = None) -> None:
        """Print the `files` of a job record, a path per line; as JSON the record.

        On a terminal, DESCRIBE gives the facts to stand beside a path: see `result_line`.
        """
        files = record.get("files")
        self.facts.add_files(files)
        if self.json:
            self._write_stdout(self._json_line(record), record)
            return
        for path in files if isinstance(files, list | tuple) else ():
            if self._stdout.is_terminal:
                facts = describe(record, str(path)) if describe and not self.quiet else ()
                self._write_stdout(self._result_line(str(path), facts), record)
            else:
                with self._stdout_errors(record):
                    self._stdout.write_path(str(path))

    def _result_line(self, path: str, facts: "Iterable[tuple[int, str]]") -> str:
        from krea_cli.terminal.result_line import result_line
        from krea_cli.terminal.window import window_columns

        mark, is_utf8 = self._mark(), self._stdout.encoding.startswith("utf")
        width = window_columns(self._env, self._stdout) - len(mark)
        return f"{result_line(path, facts, width=width, utf8=is_utf8)}{mark}\n"

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
        self.facts.add_error(error.as_dict())
        if self.json:
            self._write_stderr(json_line({"error": error.as_dict()}))
            return
        from krea_cli.terminal.labels import error_text  # most commands end well

        self._write_stderr(error_text(error, colours=self._has_colours))

    def print_summary(
        self, text: str, record: Mapping[str, object], errors: Iterable[KreaError] = ()
    ) -> None:
        """Show TEXT with the totals, then ERRORS, one per kind; as JSON only RECORD."""
        self.facts.set_summary(record)
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
        if not self.can_ask:
            return None
        from krea_cli.terminal.question import ask

        env = self._env
        with self._reporter.hidden():
            return ask(question, answers=env.stdin, clock=env.clock, write=self._write_stderr)

    def _json_line(self, record: Mapping[str, object]) -> str:
        """RECORD as a line; the hint of its error is what `print_error` shows."""
        error = record.get("error")
        if isinstance(error, Mapping) and isinstance(hint := error.get("hint"), str):
            record = {**record, "error": {**error, "hint": self.complete(hint)}}
        return json_line(record)

    def _trace_exception(self, failure: BaseException) -> None:
        if self.verbose:
            from traceback import format_exception

            self.trace("".join(format_exception(failure)).rstrip())

    def _write_labelled(self, label: str, text: str) -> None:
        if self.json:
            self._write_stderr(json_line({label: {"message": text}}))
        else:
            from krea_cli.terminal.labels import labelled

            self._write_stderr(labelled(label, text, colours=self._has_colours))
