"""Decide when to poll a job: often around its likely end, seldom long before and after it.

The duration of a job is taken as log-normal around the typical seconds of the catalog,
corrected by earlier jobs. A late poll costs the user's time, and each poll costs a request.

The next poll is the first moment at which the expected lateness outweighs the cost of a request.
That makes polls as dense as the square root of the hazard rate of the job. No other arrangement
has less lateness for the same number of requests.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import erfc, exp, log, sqrt
from random import Random

MIN_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS_BY_KIND = {"image": 10.0}
MAX_PAUSE_SECONDS_ELSE = 15.0

# Median seconds of a kind, before anything is known of a model.
USUAL_SECONDS = {"image": 20.0, "audio": 30.0, "enhance": 40.0, "3d": 80.0, "video": 90.0}
USUAL_SECONDS_ELSE = 30.0

# The standard deviation of the logarithm of the seconds, before anything was seen.
SPREAD_KNOWN = 0.22
SPREAD_UNKNOWN = 0.8
# How many observations the typical seconds, and the spread, are worth.
WEIGHT_KNOWN = 2.0
WEIGHT_UNKNOWN = 0.2
WEIGHT_SPREAD = 6.0

# A few jobs are nothing like the others. Without them the curve, once it has been outlived,
# would expect the end at every moment, and polling would never back off.
OUTLIER_SHARE = 0.03
OUTLIER_SPREAD = 1.0

# Requests to spend on a job: so many, and so many for each that asking every 2 seconds takes.
# The statuses that are seen lead to further ones: 0.65 comes to about as many, as the bench shows.
BASE_POLLS = 0.85
POLLS_PER_TWO_SECONDS = 0.65

# How likely a status is seen when a job has that share of its time behind it. Only the order is
# documented, so these say little more than that a later status is nearer to the end.
LIKELIHOOD: dict[str, Callable[[float], float]] = {
    "processing": lambda share: 1 - 0.4 * share**2,
    "sampling": lambda share: share**1.5,
    "intermediate-complete": lambda share: share**7,
}

# The grid that likelihoods are applied on: steps of 4 % from 1/12 to 20 times the median.
GRID_STEP, LOWEST_STEP, HIGHEST_STEP = 0.04, -62, 75

Cell = tuple[float, float, float]  # from, to (seconds), how likely the job ends between them


def usual_seconds(typical: float | None, durations: Sequence[float]) -> tuple[float | None, bool]:
    """Return how long a job usually takes, and True if DURATIONS of earlier jobs alone tell it.

    TYPICAL is what the catalog says. Seconds; None if unknown.
    """
    if typical or not durations:
        return typical, False
    middle = sorted(durations)[len(durations) // 2]
    return middle, True


class PollSchedule:
    """The poll schedule of one job.

    typical: usual seconds from submit to end; None when unknown
    durations: seconds of earlier jobs of the model
    kind: image, video, audio, 3d, enhance or None
    """

    def __init__(self, typical: float | None, durations: Sequence[float], kind: str | None) -> None:
        is_known = typical is not None and typical > 0
        centre = log(
            typical if typical and is_known else USUAL_SECONDS.get(kind or "", USUAL_SECONDS_ELSE)
        )
        weight = WEIGHT_KNOWN if is_known else WEIGHT_UNKNOWN
        spread = SPREAD_KNOWN if is_known else SPREAD_UNKNOWN
        logs = [log(seconds) for seconds in durations if seconds > 0]
        self._centre = (weight * centre + sum(logs)) / (weight + len(logs))
        self._spread = _spread(logs, spread, self._centre, weight)
        self._max_pause = MAX_PAUSE_SECONDS_BY_KIND.get(kind or "", MAX_PAUSE_SECONDS_ELSE)
        self._poll_cost = self._cost_of_poll()

    @property
    def expected(self) -> float:
        """The expected median duration of the job, in seconds."""
        return exp(self._centre)

    def next(
        self,
        elapsed: float,
        *,
        status: str | None = None,
        sharing: int = 1,
        random: Random | None = None,
    ) -> float:
        """The seconds until the next poll of a job that runs ELAPSED seconds after its start.

        STATUS: the status seen just now
        SHARING: the number of jobs that one request is for
        RANDOM: jitter of a tenth, so that many clients do not poll in step
        """
        gap = self._gap(max(0.0, elapsed), status, self._poll_cost / max(1, sharing))
        jitter = random.uniform(0.9, 1.1) if random else 1.0
        return max(MIN_PAUSE_SECONDS, min(self._max_pause, gap * jitter))

    def _gap(self, elapsed: float, status: str | None, poll_cost: float) -> float:
        cells = list(self._ahead(elapsed, status))
        poll_cost *= sum(chance for _, _, chance in cells)
        ended = late = 0.0  # the chance to have ended, and the expected lateness, before a cell
        for start, end, chance in cells:
            behind = late + (ended + chance / 2) * (end - start)
            if behind >= poll_cost > 0:
                return start + _crossing(end - start, chance, ended, poll_cost - late) - elapsed
            ended, late = ended + chance, behind
        # Past everything thought likely, all that is known is how long it has run already.
        return elapsed / 4

    def _ahead(self, elapsed: float, status: str | None) -> Iterator[Cell]:
        """The rest of the grid after ELAPSED seconds, weighted by STATUS."""
        likelihood = LIKELIHOOD.get(status or "")
        for start, end, chance in self._cells:
            if end > elapsed:
                rest = max(start, elapsed)
                part = chance * (end - rest) / (end - start)
                share = 2 * elapsed / (rest + end)
                yield rest, end, part * likelihood(share) if likelihood else part

    @cached_property
    def _cells(self) -> list[Cell]:
        edges = [
            0.0,
            *(
                self.expected * exp(GRID_STEP * step)
                for step in range(LOWEST_STEP, HIGHEST_STEP + 1)
            ),
        ]
        alive = [self.survival(edge) for edge in edges]
        return [(edges[n], edges[n + 1], alive[n] - alive[n + 1]) for n in range(len(edges) - 1)]

    def survival(self, elapsed: float) -> float:
        """The chance that the job still runs after ELAPSED seconds."""
        if elapsed <= 0:
            return 1.0
        distance = (log(elapsed) - self._centre) / sqrt(2)
        usual = erfc(distance / self._spread) / 2
        outlier = erfc(distance / OUTLIER_SPREAD) / 2
        return (1 - OUTLIER_SHARE) * usual + OUTLIER_SHARE * outlier

    def _cost_of_poll(self) -> float:
        """The lateness in seconds that is worth a request, by the requests allowed to the job.

        With optimal polls, `polls² = 0.9 * spread * duration / cost`. Holds for a log-normal of
        spread 0.15 to 0.5.
        """
        duration = self.expected
        polls = BASE_POLLS + POLLS_PER_TWO_SECONDS * duration / 2
        return 0.9 * self._spread * duration / max(polls, 2.0) ** 2


def _crossing(width: float, chance: float, ended: float, wanted: float) -> float:
    """The seconds into a cell of WIDTH at which the expected lateness has grown by WANTED.

    It grows by ENDED per second, and faster as the cell's CHANCE passes. The root of
    `ended * t + chance / width * t² / 2 = wanted`.
    """
    rate = chance / width
    return 2 * wanted / (ended + sqrt(ended * ended + 2 * rate * wanted))


def _spread(logs: list[float], prior: float, centre: float, weight: float) -> float:
    """The standard deviation of the logarithm of the next job's seconds."""
    count = len(logs)
    squares = sum((value - centre) ** 2 for value in logs)
    variance = (WEIGHT_SPREAD * prior**2 + squares) / (WEIGHT_SPREAD + count)
    return sqrt(variance * (1 + 1 / (weight + count))) if count else sqrt(variance)
