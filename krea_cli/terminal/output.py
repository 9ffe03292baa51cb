"""The one sink. Commands say what there is to say; only this file knows in which mode.

stdout carries the answer and nothing else; stderr all the rest. With `--json` both are one JSON
object per line, in plain ASCII. `--quiet` silences progress, notes and loose hints; warnings and
errors stay.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from krea_cli.env import Env
from krea_cli.errors import KreaError, NotSaved, UsageError
from krea_cli.terminal.json_lines import json_line
from krea_cli.terminal.stream import Stream
from krea_cli.text import clean, indented, one_line

if TYPE_CHECKING:
    from krea_cli.flows import events
    from krea_cli.terminal.line_log import Teller, Waiting

_COLOURS = {"error": "1;31", "warning": "33", "hint": "36"}


class Output:
    """What a command shows. Every method may be called from any thread.

    `json`, `quiet` and `verbose` are the mode; the options set them while the command line is read.
    """

    def __init__(self, env: Env, *, json: bool, quiet: bool, verbose: bool) -> None:
        self._env = env
        self.json = json
        self.quiet = quiet
        self.verbose = verbose
        self._stdout = Stream(env.stdout)
        self._stderr = Stream(env.stderr)
        self._lock = threading.RLock()
        self._current: Teller | None = None
        self._dumb = env.get("TERM") in ("dumb", "unknown")

    # stdout: the answer

    def line(self, text: str, record: Mapping[str, object] | None = None) -> None:
        """Answer TEXT; as JSON the RECORD, or {"text": TEXT}."""
        if self.json:
            line = json_line({"text": text} if record is None else record)
        else:
            line = clean(text) + "\n"
        self._answer(line, job_id=_job_id(record))

    def saved(self, record: Mapping[str, object]) -> None:
        """Answer with the `files` of a job record, a path per line; as JSON the record."""
        job_id = _job_id(record)
        if self.json:
            self._answer(json_line(record), job_id=job_id)
            return
        files = record.get("files")
        for path in files if isinstance(files, list | tuple) else ():
            if self._stdout.is_terminal:
                self._answer(one_line(str(path)) + "\n", job_id=job_id)
            else:
                with self._telling_failure(job_id=job_id):
                    self._stdout.write_path(str(path))

    def job_id(self, record: Mapping[str, object]) -> None:
        """Answer with the `job_id` of a job record; as JSON the record."""
        self.line(str(record["job_id"]), record)

    def submitted(self, record: Mapping[str, object]) -> None:
        """As `job_id`, for a job that nobody waits for: its id is told even if nobody reads it."""
        self.job_id(record)
        if self._stdout.closed:
            self.warn(f"nobody reads standard output; job {record['job_id']} was submitted")

    def record(self, record: Mapping[str, object]) -> None:
        """Answer with RECORD as JSON; with nothing where people read."""
        if self.json:
            self._answer(json_line(record))

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        records: Iterable[Mapping[str, object]],
        *,
        spare: bool = False,
    ) -> None:
        """Answer ROWS: a table for a person, tab-separated without a header for a pipe, or RECORDS.

        None in a row is an empty cell. SPARE: a narrow terminal does without the last column.
        Only one of ROWS and RECORDS is asked for, one by one, and told as it comes but to a person.
        """
        if self.json:
            for record in records:
                self._answer(json_line(record), charged="no")
            return
        cells = (["" if cell is None else one_line(str(cell)) for cell in row] for row in rows)
        if not self._stdout.is_terminal:
            for row in cells:
                self._answer("\t".join(row) + "\n", charged="no")
        elif whole := list(cells):
            from krea_cli.terminal import table  # rich, only for a person

            self._answer(table.drawn(columns, whole, self._env, spare=spare), charged="no")

    def bytes(self, chunks: Iterable[bytes], *, job_id: str | None = None) -> None:
        """Answer with CHUNKS as they are: the result of a job, paid for."""
        self.expect_bytes()
        try:
            for chunk in chunks:
                self._stdout.write_bytes(chunk)
        except OSError as failure:
            raise NotSaved(
                f"the result could not be written to standard output: {failure.strerror}",
                hint=f"krea download {job_id} -o FILE" if job_id else None,
                job_id=job_id,
            ) from failure

    def expect_bytes(self) -> None:
        """Refuse a terminal where bytes will be written; to be asked before money is spent."""
        if self._stdout.is_terminal:
            raise UsageError(
                "the bytes of a result would garble the terminal",
                hint="-o FILE, or send the output on: krea … -o - | COMMAND",
            )
        if self._stdout.missing:
            raise UsageError("standard output is closed, and -o - writes to it", hint="-o FILE")

    # stderr: all the rest

    def say(self, text: str) -> None:
        """Note something that needs no action."""
        from krea_cli.flows.events import Note

        self.tell(Note(text))

    def warn(self, text: str) -> None:
        """Tell something that the user may want to act on."""
        if self.json:
            self._tell(json_line({"warning": {"message": text}}))
        else:
            self._tell(self._labelled("warning", text))

    def hint(self, text: str) -> None:
        """Tell what could be typed next."""
        if self.quiet:
            return
        if self.json:
            self._tell(json_line({"hint": {"message": text}}))
        else:
            self._tell(self._labelled("hint", text))

    def trace(self, text: str) -> None:
        """Tell what only `--verbose` shows: the requests, say."""
        if not self.verbose:
            return
        if self.json:
            self._tell(json_line({"trace": {"message": text}}))
        else:
            self._tell(indented(text) + "\n")

    def error(self, error: KreaError) -> None:
        """Tell a failure: the sentence, the next command, and what it cost."""
        if error.bug is not None:
            self._trace_of(error.bug)
        if self.json:
            self._tell(json_line({"error": error.as_dict()}))
            return
        lines = [self._labelled("error", error.message)]
        if error.hint:
            lines.append("  " + self._labelled("hint", error.hint))
        if error.job_id and error.job_id not in error.message:
            lines.append(f"  job: {one_line(error.job_id)}\n")
        lines.append(f"  charged: {one_line(error.charged)}\n")
        self._tell("".join(lines))

    def summary(
        self, text: str, record: Mapping[str, object], errors: Iterable[KreaError] = ()
    ) -> None:
        """Tell how many things ended: TEXT, then each kind of failure; as JSON only the RECORD."""
        if self.json:
            self._tell(json_line({"summary": record}))
            return
        self.say(text)
        for error in errors:
            self.error(error)

    def bug(self, failure: BaseException) -> None:
        """Tell a failure that nobody foresaw; the trace only with `--verbose`."""
        what = one_line(f"{type(failure).__name__}: {failure}").rstrip(": ")
        error = KreaError(
            f"this is a bug in krea: {what}",
            hint="run it again with --verbose and report what it prints"
            if not self.verbose
            else "please report it with what is printed above",
            charged="unknown",
        )
        error.code = "bug"
        self._trace_of(failure)
        self.error(error)

    def tell(self, event: "events.Event") -> None:
        """Tell how the work goes on: by a live display, by lines, or as JSON."""
        from krea_cli.flows.events import WarningNote

        if isinstance(event, WarningNote):
            self.warn(event.text)
        else:
            self._teller.tell(event)

    def progress(self) -> AbstractContextManager[None]:
        """The time in which work is under way: a live display exists only inside."""
        return self._teller.running()

    def close(self) -> None:
        """Give the terminal back as it was."""
        if teller := self._current:
            teller.close()

    # how

    @property
    def _teller(self) -> "Teller":
        if self._current is None:
            self._current = self._fitting_teller()
        return self._current

    def _fitting_teller(self) -> "Teller":
        # Here and below: what tells of progress takes 10 ms that a glance at a job does without.
        from krea_cli.terminal.line_log import Lines, Silence

        if self.quiet:
            return Silence()
        if self.json or self._dumb or not self._stderr.is_terminal:
            return Lines(self._env.clock, self._log)
        from krea_cli.terminal.live_display import Display

        return Display(self._env, self._stderr, shared=self._stdout.is_terminal)

    def _aside(self) -> AbstractContextManager[None]:
        # Asking for `_teller` here would fix the mode before the command line is read.
        return self._current.aside() if self._current else nullcontext()

    def _log(self, event: "events.Event | Waiting") -> None:
        from krea_cli.terminal.line_log import as_record, sentence

        if self.json:
            if (record := as_record(event)) is not None:
                self._tell(json_line(record))
        else:
            self._tell(indented(sentence(event)) + "\n")

    def _trace_of(self, failure: BaseException) -> None:
        if self.verbose:
            from traceback import format_exception

            self.trace("".join(format_exception(failure)).rstrip())

    def _answer(self, text: str, *, charged: str = "unknown", job_id: str | None = None) -> None:
        with self._telling_failure(charged, job_id=job_id):
            self._stdout.write(text)

    @contextmanager
    def _telling_failure(
        self, charged: str = "unknown", *, job_id: str | None = None
    ) -> Iterator[None]:
        try:
            with self._lock, self._aside():
                yield
        except OSError as failure:
            raise KreaError(
                f"standard output could not be written: {failure.strerror}",
                hint="make room where the output goes; nothing that was made is lost",
                charged=charged,
                job_id=job_id,
            ) from failure

    def _tell(self, text: str) -> None:
        # A log that cannot be written is no reason to give up work that is paid for.
        with self._lock, self._aside(), suppress(OSError):
            self._stderr.write(text)

    def _labelled(self, label: str, text: str) -> str:
        plain = self._dumb or self._env.get("NO_COLOR") or not self._stderr.is_terminal
        word = f"{label}:" if plain else f"\x1b[{_COLOURS[label]}m{label}:\x1b[0m"
        return f"{word} {indented(text)}\n"


def _job_id(record: Mapping[str, object] | None) -> str | None:
    """The id of the job that RECORD is about, if it is about one."""
    return None if record is None or record.get("job_id") is None else str(record["job_id"])
