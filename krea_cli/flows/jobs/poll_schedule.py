"""When to look at a job again: close to its likely end often, before and long after it seldom.

The seconds that a job takes are taken as log-normal, around what the catalogue calls typical,
corrected by what earlier jobs took. A poll is late by the time since the end, if the job ended
before it; each poll costs a request. The next poll is the first moment at which the expected
lateness outweighs that price, so polls lie as dense as the square root of the job's hazard rate,
which is the arrangement with the least lateness for a given number of requests.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import erfc, exp, log, sqrt
from random import Random

CLOSEST = 0.5
FARTHEST = {"image": 10.0}
FARTHEST_ELSE = 15.0

# What is known of a kind before anything is known of a model: median seconds.
USUAL = {"image": 20.0, "audio": 30.0, "enhance": 40.0, "3d": 80.0, "video": 90.0}
USUAL_ELSE = 30.0

# The standard deviation of the logarithm of the seconds, before anything was seen.
SPREAD_KNOWN = 0.22
SPREAD_UNKNOWN = 0.8
# How many observations the typical seconds, and the spread, are worth.
WEIGHT_KNOWN = 2.0
WEIGHT_UNKNOWN = 0.2
WEIGHT_SPREAD = 6.0

# A few jobs are nothing like the others. Without them the curve, once it has been outlived,
# would expect the end at every moment, and polling would never back off.
ODD = 0.03
ODD_SPREAD = 1.0

# Requests to spend on a job: so many, and so many for each that asking every 2 seconds takes;
# beyond `LONG` seconds ever fewer, as half a second matters less there.
FEWEST = 0.85
BUDGET = 0.65
LONG = 80.0

# How likely a status is seen when a job has that share of its time behind it. Only the order is
# documented, so these say little more than that a later status is nearer to the end.
LIKELIHOOD: dict[str, Callable[[float], float]] = {
    "processing": lambda share: 1 - 0.4 * share**2,
    "sampling": lambda share: share**1.5,
    "intermediate-complete": lambda share: share**7,
}

# The grid that likelihoods are applied on: steps of 4 % from 1/12 to 20 times the median.
STEP, LOWEST, HIGHEST = 0.04, -62, 75

Cell = tuple[float, float, float]  # from, to (seconds), how likely the job ends between them


class PollSchedule:
    """The rhythm of polling for one job.

    `typical`: usual seconds from submit to end, None when unknown. `seen`: such seconds of
    earlier jobs of the model. `kind`: image, video, audio, 3d, enhance or None.
    """

    def __init__(self, typical: float | None, seen: Sequence[float], kind: str | None) -> None:
        known = typical is not None and typical > 0
        centre = log(typical if typical and known else USUAL.get(kind or "", USUAL_ELSE))
        weight = WEIGHT_KNOWN if known else WEIGHT_UNKNOWN
        spread = SPREAD_KNOWN if known else SPREAD_UNKNOWN
        logs = [log(seconds) for seconds in seen if seconds > 0]
        self._centre = (weight * centre + sum(logs)) / (weight + len(logs))
        self._spread = _spread(logs, spread, self._centre, weight)
        self._farthest = FARTHEST.get(kind or "", FARTHEST_ELSE)
        self._price = self._price_of_a_poll()

    @property
    def expected(self) -> float:
        """The median seconds that the job is thought to take."""
        return exp(self._centre)

    def next(
        self,
        elapsed: float,
        *,
        status: str | None = None,
        sharing: int = 1,
        random: Random | None = None,
    ) -> float:
        """Seconds until the next poll of a job that still runs ELAPSED seconds after its start.

        STATUS is how it was seen just now; SHARING is how many jobs a request is for, which makes
        it cheaper for each. RANDOM blurs the answer by a tenth, so that many clients do not beat
        in step.
        """
        gap = self._gap(max(0.0, elapsed), status, self._price / max(1, sharing))
        blur = random.uniform(0.9, 1.1) if random else 1.0
        return max(CLOSEST, min(self._farthest, gap * blur))

    def _gap(self, elapsed: float, status: str | None, price: float) -> float:
        cells = list(self._ahead(elapsed, status))
        price *= sum(chance for _, _, chance in cells)
        ended = late = 0.0  # the chance to have ended, and the expected lateness, before a cell
        for start, end, chance in cells:
            behind = late + (ended + chance / 2) * (end - start)
            if behind >= price > 0:
                return start + _crossing(end - start, chance, ended, price - late) - elapsed
            ended, late = ended + chance, behind
        # Past everything thought likely, all that is known is how long it has run already.
        return elapsed / 4

    def _ahead(self, elapsed: float, status: str | None) -> Iterator[Cell]:
        """What is left of the grid after ELAPSED seconds, in the light of STATUS."""
        likelihood = LIKELIHOOD.get(status or "")
        for start, end, chance in self._cells:
            if end > elapsed:
                left = max(start, elapsed)
                part = chance * (end - left) / (end - start)
                share = 2 * elapsed / (left + end)
                yield left, end, part * likelihood(share) if likelihood else part

    @cached_property
    def _cells(self) -> list[Cell]:
        edges = [0.0, *(self.expected * exp(STEP * step) for step in range(LOWEST, HIGHEST + 1))]
        alive = [self.survival(edge) for edge in edges]
        return [(edges[n], edges[n + 1], alive[n] - alive[n + 1]) for n in range(len(edges) - 1)]

    def survival(self, elapsed: float) -> float:
        """The chance that the job still runs after ELAPSED seconds."""
        if elapsed <= 0:
            return 1.0
        distance = (log(elapsed) - self._centre) / sqrt(2)
        usual = erfc(distance / self._spread) / 2
        odd = erfc(distance / ODD_SPREAD) / 2
        return (1 - ODD) * usual + ODD * odd

    def _price_of_a_poll(self) -> float:
        """The lateness in seconds that is worth a request, from the requests allowed to the job.

        With polls at the optimal density the expected number of polls squared is
        0.9 * spread * duration / price for a log-normal of spread 0.15 to 0.5.
        """
        duration = self.expected
        polls = FEWEST + BUDGET * (min(duration, LONG) / 2) * sqrt(max(1.0, duration / LONG))
        return 0.9 * self._spread * duration / max(polls, 2.0) ** 2


def _crossing(width: float, chance: float, ended: float, wanted: float) -> float:
    """Seconds into a cell of WIDTH at which the expected lateness has grown by WANTED.

    It grows by ENDED per second, and the faster the more of the cell's CHANCE has passed:
    the root of `ended * t + chance / width * t² / 2 = wanted`.
    """
    rate = chance / width
    return 2 * wanted / (ended + sqrt(ended * ended + 2 * rate * wanted))


def _spread(logs: list[float], prior: float, centre: float, weight: float) -> float:
    """The standard deviation of the logarithm of the next job's seconds."""
    count = len(logs)
    squares = sum((value - centre) ** 2 for value in logs)
    variance = (WEIGHT_SPREAD * prior**2 + squares) / (WEIGHT_SPREAD + count)
    return sqrt(variance * (1 + 1 / (weight + count))) if count else sqrt(variance)
