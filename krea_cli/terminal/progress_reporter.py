"""The interface for showing progress, and its silent form for `--quiet`."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from krea_cli.flows import events


class ProgressReporter(Protocol):
    """A display of events. All methods may be called from any thread."""

    def tell(self, event: events.Event) -> None:
        """Show EVENT."""

    def running(self) -> AbstractContextManager[None]:
        """A block in which work is under way; only there may anything move."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class SilentReporter:
    """The reporter of `--quiet`."""

    def tell(self, event: events.Event) -> None:
        """Do nothing."""

    def running(self) -> AbstractContextManager[None]:
        """An empty block."""
        return nullcontext()

    def close(self) -> None:
        """Do nothing."""
