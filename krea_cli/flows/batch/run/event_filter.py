"""Drop per-job events during a batch: hundreds of them would drown the rest."""

import threading
from dataclasses import replace

from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import (
    BatchProgress,
    Event,
    ItemEnded,
    Note,
    Paused,
    Reconciling,
    Tell,
    WarningNote,
)

BATCH_EVENTS = (BatchProgress, ItemEnded, Paused, Reconciling)
NOTE_EVENTS = (Note, WarningNote)  # the same sentence about a model or a file comes with every item


def filter_events(context: FlowContext) -> FlowContext:
    """CONTEXT for a batch: tells the events of the batch, and each note once."""
    return replace(context, tell=_EventFilter(context.tell).tell)


class _EventFilter:
    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._notes: set[Event] = set()
        self._lock = threading.Lock()

    def tell(self, event: Event) -> None:
        if isinstance(event, NOTE_EVENTS):
            with self._lock:
                is_repeated = event in self._notes
                self._notes.add(event)
            if is_repeated:
                return
        elif not isinstance(event, BATCH_EVENTS):
            return
        self._tell(event)
