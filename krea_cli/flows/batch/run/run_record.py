"""Keep the progress of a run in the ledger, where other commands read it."""

from contextlib import suppress
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING

from krea_cli.errors import LedgerUnusable
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import BatchProgress

if TYPE_CHECKING:
    from krea_cli.local.ledger.run_lock import RunLock

PULSE_SECONDS = 1.0  # between two records


class RunRecord:
    """The record of one run under its LABEL; work goes on where the ledger cannot take it."""

    def __init__(self, context: FlowContext, run_lock: "RunLock", label: str) -> None:
        self._context = context
        self._clock = context.clock
        self._run_lock = run_lock
        self._label = label
        self._is_begun = False
        self._written_at = -inf
        self._last: BatchProgress | None = None
        self._pending: BatchProgress | None = None

    @property
    def seconds_to_write(self) -> float:
        """The seconds until a change may be written; inf where none waits."""
        if self._pending is None:
            return inf
        return max(0.0, self._written_at + PULSE_SECONDS - self._clock.monotonic())

    def note(self, progress: BatchProgress) -> bool:
        """Write PROGRESS if it has changed, once a second at most; tell if it was written."""
        self._pending = None if progress == self._last else progress
        if self._pending is None or self.seconds_to_write > 0:
            return False
        self._write(progress, ended=False)
        return True

    def end(self, progress: BatchProgress) -> None:
        """Write the last PROGRESS."""
        self._write(progress, ended=True)

    def _write(self, progress: BatchProgress, *, ended: bool) -> None:
        self._last, self._pending = progress, None
        self._written_at = self._clock.monotonic()
        with suppress(LedgerUnusable):
            ledger, now, values = self._context.ledger, self._clock.now(), asdict(progress)
            if not self._is_begun:
                ledger.batch_runs.begin(
                    self._run_lock.name,
                    account=ledger.account,
                    batch=self._label,
                    at=now,
                    progress=values,
                    is_alive=self._run_lock.is_alive,
                )
                self._is_begun = True
            if self._is_begun:
                ledger.batch_runs.record(self._run_lock.name, values, at=now, ended=ended)
