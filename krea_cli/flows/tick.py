"""When to look at many jobs at once, if two looks must be some time apart.

A look just before many jobs end keeps all of them waiting for the next one. So it may be held
back, until those that are likely to end at about the same time have ended.
"""

from collections.abc import Callable, Iterable
from itertools import accumulate

STEP = 0.05  # seconds
Survival = Callable[[float], float]


def held_back(running: Iterable[tuple[float, Survival]], later: float, apart: float) -> float:
    """Seconds by which a look that may be taken LATER seconds from now is better put off.

    RUNNING are jobs that run now: the seconds that one has behind it, and the chance that it runs
    longer than so many seconds in all. The look after this one comes APART seconds later, and no
    look is put off longer. What counts is how long ended jobs wait to be seen, all together.
    """
    steps = round(apart / STEP)
    ended = [0.0] * (2 * steps + 1)  # how many jobs have ended by each step
    for elapsed, survival in running:
        alive = survival(elapsed)
        if alive > 0:
            for step in range(len(ended)):
                ended[step] += 1 - survival(elapsed + later + step * STEP) / alive
    waited = [0.0, *accumulate(ended)]  # by all that ended, if nobody looked

    def lateness(look: int) -> float:
        again, over = look + steps, len(ended) - 1
        seen = ended[look] * steps + ended[again] * (over - again)
        return waited[over] - seen

    return min(range(steps + 1), key=lateness) * STEP
