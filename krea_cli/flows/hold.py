"""How long to wait before a request that found no room is sent again."""

from random import Random

from krea_cli.errors import Busy

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
