"""Open the connection of a submit, again and again for a while: nothing is sent meanwhile."""

from typing import TYPE_CHECKING

from krea_cli.errors import Unreachable, Untrusted
from krea_cli.flows.context import FlowContext
from krea_cli.flows.events import Paused
from krea_cli.flows.submit.post_lock import raise_if_no_new_work

if TYPE_CHECKING:
    from krea_cli.api.standby import Connection

RECONNECT_SECONDS = 30.0  # for which a connection that was never made is tried again
FIRST_RECONNECT_SECONDS, MAX_RECONNECT_SECONDS = 0.5, 8.0  # between two tries


class Connecting:
    """The tries to connect for one request, until DEADLINE (monotonic) or for 30 s."""

    def __init__(self, context: FlowContext, deadline: float | None) -> None:
        self._context = context
        end = context.clock.monotonic() + RECONNECT_SECONDS
        self._end = end if deadline is None else min(end, deadline)
        self._delay = FIRST_RECONNECT_SECONDS

    def connect(self) -> "Connection | None":
        """Return an open connection: only when it stands is the request booked as leaving."""
        while True:
            raise_if_no_new_work(self._context)
            try:
                return self._context.clock.wait_for(self._context.api.connect)
            except Unreachable as error:
                self.pause(error)

    def pause(self, error: Unreachable) -> None:
        """Wait before the next try. Raises ERROR where none may help."""
        clock, delay = self._context.clock, self._delay
        if isinstance(error, Untrusted) or clock.monotonic() + delay > self._end:
            raise error
        self._context.tell(Paused(f"{error.message}; nothing was sent, trying again", delay))
        clock.sleep(delay)
        self._delay = min(delay * 2, MAX_RECONNECT_SECONDS)
