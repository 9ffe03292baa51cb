"""What a batch tells of all that its flows tell: what concerns single jobs would drown the rest."""

import threading
from dataclasses import replace

from krea_cli.flows.context import FlowContext
from krea_cli.flows.download.save import Saver
from krea_cli.flows.events import (
    Event,
    ItemEnded,
    Paused,
    Note,
    Reconciling,
    BatchProgress,
    Tell,
    WarningNote,
)

TOLD = (ItemEnded, Paused, Reconciling, BatchProgress)
ONCE = (Note, WarningNote)  # the same sentence about a model, or a file, comes with every item


def heard(context: FlowContext, saver: Saver) -> tuple[FlowContext, Saver]:
    """WORLD and SAVER for a batch."""
    tell = _Hearing(context.tell).tell
    return replace(context, tell=tell), replace(saver, tell=tell)


class _Hearing:
    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: set[Event] = set()
        self._lock = threading.Lock()

    def tell(self, event: Event) -> None:
        if isinstance(event, ONCE):
            with self._lock:
                known = event in self._told
                self._told.add(event)
            if known:
                return
        elif not isinstance(event, TOLD):
            return
        self._tell(event)
