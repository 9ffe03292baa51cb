"""The exit status of a command with several items: the exit code of its worst failure."""

from collections.abc import Iterable
from types import TracebackType

import typer

from krea_cli.errors import KreaError, StillRunning
from krea_cli.terminal.output import Output

# The worst first: money at risk, then jobs left running, then what stops all, then single items.
EXIT_CODE_PRECEDENCE = (9, 10, 130, 143, 129, 4, 3, 6, 5, 11, 7, 8, 1, 2)


def worst_error(errors: Iterable[KreaError]) -> KreaError | None:
    """Return the error with the worst exit code, the first of equals; None without errors."""
    return min(errors, key=lambda error: EXIT_CODE_PRECEDENCE.index(error.exit_code), default=None)


class ExitStatus:
    """A `with` block around the items of a command, left with the exit code of the worst failure.

    An exception raised inside counts as one more failure.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        # Only the worst is kept: a batch may have a hundred thousand failures.
        self._worst: KreaError | None = None
        self._running: list[StillRunning] = []

    def report(self, error: KreaError) -> None:
        """Tell the user of ERROR and count it. Jobs that still run are told together at the end."""
        self.count(error)
        if isinstance(error, StillRunning) and error.job_id:
            self._running.append(error)
        else:
            self._output.print_error(error)

    def count(self, error: KreaError) -> None:
        """Count ERROR for the exit code; the caller tells the user."""
        self._worst = worst_error([self._worst, error] if self._worst else [error])

    def __enter__(self) -> "ExitStatus":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(raised, KreaError):
            self.report(raised)
        elif isinstance(raised, Exception) and self._worst:
            # A bug must not hide an earlier failure, which may be about money.
            self._output.print_bug(raised)
            self.count(KreaError("a bug"))
        elif raised is not None:
            return
        self._report_running_jobs()
        if self._worst is not None:
            raise typer.Exit(self._worst.exit_code) from None

    def _report_running_jobs(self) -> None:
        """Tell the user of jobs that still run: one sentence and one command for all of them."""
        if len(self._running) < 2:
            for error in self._running:
                self._output.print_error(error)
            return
        ids = [str(error.job_id) for error in self._running]
        # One command serves all of them if the hints differ in nothing but the id.
        hints = {str(error.hint).replace(f" {error.job_id}", " {}", 1) for error in self._running}
        hint = hints.pop() if len(hints) == 1 else "krea download {}"
        self._output.print_error(
            StillRunning(
                f"stopped waiting; {len(ids)} jobs still run",
                hint=hint.replace("{}", " ".join(ids), 1),
            )
        )
