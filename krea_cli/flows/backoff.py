"""Reading goes on through passing faults: what is passing, and how long to hold back after each."""

from random import Random

from krea_cli.errors import Busy, KreaError, Unanswered, Unreachable, Untrusted

FIRST_HOLD = 0.5
LONGEST_HOLD = 10.0
# A server may ask for minutes; an hour would be a hang, and the user's time-out should decide.
LONGEST_ASKED = 300.0

# What asking again can cure. A refused certificate cannot, although it is a kind of Unreachable.
PASSING = (Unanswered, Busy, Unreachable)


def is_transient(error: KreaError) -> bool:
    """True when the same read may well succeed a moment later."""
    return isinstance(error, PASSING) and not isinstance(error, Untrusted)


class Backoff:
    """Counts the faults in a row and answers each with a longer hold, in seconds."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.faults = 0

    def hold(self, error: KreaError) -> float:
        """How long to hold back after ERROR; what the server asked for is honoured."""
        self.faults += 1
        usual = min(LONGEST_HOLD, FIRST_HOLD * 2.0 ** min(self.faults - 1, 10))
        asked = error.retry_after if isinstance(error, Busy) else None
        return max(usual * self._random.uniform(0.75, 1.0), min(asked or 0.0, LONGEST_ASKED))

    def answered(self) -> None:
        """An answer came: the next fault is the first again."""
        self.faults = 0


FIRST = 2.0  # seconds; doubles


LONGEST = 30.0


class Hold:
    """The pauses of one request: longer each time, and never shorter than the service asks."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._next = FIRST

    def seconds(self, busy: Busy) -> float:
        """The pause after BUSY."""
        # Blurred, so that many clients do not come in step; never before it is time.
        blur = self._random.uniform(0.8, 1.0)
        pause = max(self._next * blur, (busy.retry_after or 0.0) / blur)
        self._next = min(self._next * 2, LONGEST)
        return pause
