"""How a command with several items ends: each failure told once, the worst as the exit code."""

from collections.abc import Iterable
from types import TracebackType

import typer

from krea_cli.errors import KreaError, StillRunning
from krea_cli.terminal.output import Output

# What a command with several items ends with is the first of these that occurred.
PRECEDENCE = (9, 10, 130, 143, 129, 4, 3, 6, 5, 11, 7, 8, 1, 2)


def worst(errors: Iterable[KreaError]) -> KreaError | None:
    """The error among ERRORS whose exit code the whole command ends with; None if there is none."""
    return min(errors, key=lambda error: PRECEDENCE.index(error.exit_code), default=None)


class Ending:
    """A `with` block around the items of a command; what is raised inside counts as one more."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._errors: list[KreaError] = []
        self._noted: KreaError | None = None  # the worst of those that others tell

    def failed(self, error: KreaError) -> None:
        """Tell ERROR, which is not the end: other items go on."""
        self._errors.append(error)
        if not (isinstance(error, StillRunning) and error.job_id):
            self._output.error(error)

    def note(self, error: KreaError) -> None:
        """Let ERROR count for the exit code; the caller tells it, with others of its kind."""
        self._noted = worst([self._noted, error] if self._noted else [error])

    @property
    def _worst(self) -> KreaError | None:
        return worst([*self._errors, *([self._noted] if self._noted else [])])

    def __enter__(self) -> "Ending":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(raised, KreaError):
            self.failed(raised)
        elif isinstance(raised, Exception) and self._worst:
            # A bug, and not the worst that happened: what there is to pay for goes before it.
            self._output.bug(raised)
            self._errors.append(KreaError("a bug"))
        elif raised is not None:
            return
        self._tell_running()
        if (error := self._worst) is not None:
            raise typer.Exit(error.exit_code) from None

    def _tell_running(self) -> None:
        """Of hundreds of jobs that still run, one sentence and one command are enough."""
        running = [error for error in self._errors if isinstance(error, StillRunning)]
        ids = [error.job_id for error in running if error.job_id]
        if len(ids) == 1:
            self._output.error(next(error for error in running if error.job_id))
        elif ids:
            # What goes on with one of them goes on with all, where only the id differs.
            hints = {
                str(error.hint).replace(f" {error.job_id}", " {}", 1)
                for error in running
                if error.job_id
            }
            hint = hints.pop() if len(hints) == 1 else "krea download {}"
            self._output.error(
                StillRunning(
                    f"stopped waiting; {len(ids)} jobs still run",
                    hint=hint.replace("{}", " ".join(ids), 1),
                )
            )
