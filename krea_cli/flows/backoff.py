"""Pauses after faults: between reads, and between submits that found no free slot."""

from collections.abc import Callable
from math import inf
from random import Random
from typing import TYPE_CHECKING, TypeVar

from krea_cli.errors import Busy, KreaError, Unanswered, Unreachable, Untrusted

if TYPE_CHECKING:
    from krea_cli.flows.context import FlowContext

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 10.0
# A server may ask for minutes; an hour would be a hang, and the user's time-out should decide.
MAX_RETRY_AFTER_SECONDS = 300.0
FIRST_SLOT_SECONDS = 2.0  # doubled each time
MAX_SLOT_SECONDS = 30.0

# Faults that asking again can cure. A refused certificate stays refused, though it is Unreachable.
TRANSIENT = (Unanswered, Busy, Unreachable)


def is_transient(error: KreaError) -> bool:
    """Return True if the same read may well succeed a moment later."""
    return isinstance(error, TRANSIENT) and not isinstance(error, Untrusted)


class Backoff:
    """Answers each fault in a row with a longer pause."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.faults = 0

    def next_pause(self, error: KreaError) -> float:
        """The pause after ERROR in seconds, never shorter than the service asks."""
        self.faults += 1
        usual = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(self.faults - 1, 10))
        asked = error.retry_after if isinstance(error, Busy) else None
        jittered = usual * self._random.uniform(0.75, 1.0)
        return max(jittered, min(asked or 0.0, MAX_RETRY_AFTER_SECONDS))

    def reset(self) -> None:
        """Start anew: an answer came."""
        self.faults = 0


def retry(
    context: "FlowContext", call: Callable[[], T], *, tries: float = inf, seconds: float = inf
) -> T:
    """Return the answer of CALL, made again after transient faults. Raises the last fault.

    Only for calls that are free, such as reads and uploads: a submit may have been received.

    tries: the calls to make at most
    seconds: the time after which no call is made
    """
    backoff, clock = Backoff(context.random), context.clock
    end = clock.monotonic() + seconds
    while True:
        try:
            return clock.wait_for(call)
        except KreaError as error:
            pause = backoff.next_pause(error)
            is_last = backoff.faults >= tries or clock.monotonic() + pause > end
            if is_last or not is_transient(error):
                raise
            clock.sleep(pause)


class SlotBackoff:
    """The pauses of submits that found no free slot: longer each time."""

    def __init__(self, context: "FlowContext") -> None:
        self._context = context
        self._next = FIRST_SLOT_SECONDS

    def pause_until(self, error: KreaError, *, deadline: float | None = None) -> float:
        """Tell of the pause after ERROR, and return its end (monotonic).

        Raises ERROR where the pause would pass DEADLINE.
        """
        from krea_cli.flows.events import Paused  # reading commands do without

        # Jittered, so that many clients do not come in step; never shorter than asked.
        jitter = self._context.random.uniform(0.8, 1.0)
        asked = error.retry_after if isinstance(error, Busy) else None
        seconds = max(self._next * jitter, (asked or 0.0) / jitter)
        self._next = min(self._next * 2, MAX_SLOT_SECONDS)
        end = self._context.clock.monotonic() + seconds
        if deadline is not None and end > deadline:
            raise error
        reason = "waiting for a free slot: " if isinstance(error, Busy) else ""
        self._context.tell(Paused(f"{reason}{error.message}", seconds))
        return end
