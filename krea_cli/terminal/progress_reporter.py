"""The interface for showing progress, its silent form for `--quiet`, and the choice of one."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.terminal.stream import Stream


class ProgressReporter(Protocol):
    """A display of events. All methods may be called from any thread."""

    def tell(self, event: events.Event) -> None:
        """Show EVENT."""

    def running(self) -> AbstractContextManager[None]:
        """A block in which work is under way; only there may anything move."""

    def suspended(self) -> AbstractContextManager[None]:
        """A block in which the caller writes to the terminal."""

    def hidden(self) -> AbstractContextManager[None]:
        """A block in which nothing is drawn, since the caller asks a question."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class SilentReporter:
    """The reporter of `--quiet`."""

    def tell(self, event: events.Event) -> None:
        """Do nothing."""

    def running(self) -> AbstractContextManager[None]:
        """An empty block."""
        return nullcontext()

    def suspended(self) -> AbstractContextManager[None]:
        """An empty block."""
        return nullcontext()

    def hidden(self) -> AbstractContextManager[None]:
        """An empty block."""
        return nullcontext()

    def close(self) -> None:
        """Do nothing."""


def choose_reporter(
    env: Env,
    stderr: Stream,
    write: Callable[[str], None],
    *,
    quiet: bool,
    json: bool,
    dumb: bool,
    read_mark: Callable[[], str],
    stdout: Stream,
    read_notify: Callable[[], str | None],
) -> ProgressReporter:
    """Return the reporter for STDERR: a live display on a terminal, unless it is DUMB.

    WRITE takes the lines of a log. STDOUT lists the saved files. The rest is as in the reporters.
    """
    if quiet:
        return SilentReporter()
    if json or dumb or not stderr.is_terminal:
        from krea_cli.terminal.line_log import LineLog

        is_one_log = stderr.shares_target_with(stdout)
        return LineLog(env.clock, write, json=json, read_mark=read_mark, with_paths=not is_one_log)
    from krea_cli.terminal.live_display import LiveDisplay

    return LiveDisplay(env, stderr, paths_on_stdout=stdout.is_terminal, read_notify=read_notify)
