"""The polling schedule in simulated time, for trying other constants: seconds instead of minutes.

`python -m tests.bench.polling` prints the lateness and the number of requests, against asking every
2 s. The times are drawn at random. The typical seconds of a model are off by a factor, and its jobs
have a spread of their own. Statuses change at random shares of the time, or never ("silent").
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import exp
from random import Random

from krea_cli.flows.jobs.poll_schedule import PollSchedule

FIXED_SECONDS = 2.0
# From the request that notices the end to the file on disk: the same for both.
SAVING_SECONDS = 0.07
TYPICAL_SECONDS = (7.0, 23.0, 38.0, 72.0, 55.0, 22.0, 5.0, 97.0, 113.0, 57.0, 22.0)


@dataclass(frozen=True)
class JobTimes:
    """One job: seconds in the queue, seconds in all, and the shares at which its status changes."""

    queued: float
    total: float
    sampling: float
    intermediate: float

    def status(self, elapsed: float) -> str:
        """Its status ELAPSED seconds after it was made."""
        if elapsed < self.queued:
            return "queued"
        share = (elapsed - self.queued) / (self.total - self.queued)
        if share < self.sampling:
            return "processing"
        return "sampling" if share < self.intermediate else "intermediate-complete"


@dataclass
class Sums:
    """Sums over jobs: seconds too late and requests, of the pace and of the fixed interval."""

    late: float = 0.0
    polls: int = 0
    fixed_late: float = 0.0
    fixed_polls: float = 0.0
    jobs: int = 0

    def add(self, late: float, polls: int, total: float) -> None:
        """One job that took TOTAL seconds; of the fixed interval, the mean over its phase."""
        self.late += late + SAVING_SECONDS
        self.polls += polls
        self.fixed_late += FIXED_SECONDS / 2 + SAVING_SECONDS
        self.fixed_polls += total / FIXED_SECONDS + 0.5
        self.jobs += 1

    def row(self, name: str) -> str:
        """The line of the table."""
        return (
            f"{name:44} {self.late / self.jobs:6.2f} s {self.fixed_late / self.jobs:6.2f} s"
            f" {self.late / self.fixed_late:6.2f} x {self.polls / self.fixed_polls:6.2f} x"
        )


def draw_job(
    chance: Random, typical: float, bias: float, spread: float, *, silent: bool
) -> JobTimes:
    """Draw a job of a model whose seconds are TYPICAL times BIAS, with a log-normal SPREAD."""
    queued = (0.2 + 0.04 * typical) * exp(chance.gauss(0.0, 0.8))
    running = typical * bias * exp(chance.gauss(0.0, spread))
    sampling = 2.0 if silent else chance.uniform(0.2, 0.8)
    return JobTimes(queued, queued + running, sampling, chance.uniform(min(sampling, 1.0), 1.0))


def poll_job(pace: PollSchedule, job: JobTimes, chance: Random) -> tuple[float, int]:
    """Seconds between the end of the job and the poll that sees it, and the number of polls."""
    elapsed = origin = 0.0
    polls = 0
    status: str | None = None
    while True:
        elapsed += pace.next(elapsed - origin, status=status, random=chance)
        polls += 1
        if elapsed >= job.total:
            return elapsed - job.total, polls
        status = job.status(elapsed)
        if status == "queued":
            origin = elapsed


def simulate(
    draw: Callable[[Random], tuple[float, float, float]],
    *,
    seen: int,
    silent: bool = False,
    jobs: int = 400,
) -> Sums:
    """Follow JOBS jobs; DRAW gives typical seconds, bias and spread; SEEN jobs came before."""
    chance = Random(20261122)
    tally = Sums()
    for _ in range(jobs):
        typical, bias, spread = draw(chance)
        past = [draw_job(chance, typical, bias, spread, silent=silent).total for _ in range(seen)]
        job = draw_job(chance, typical, bias, spread, silent=silent)
        pace = PollSchedule(typical, past, "image" if typical < 80 else "video")
        tally.add(*poll_job(pace, job, chance), job.total)
    return tally


def _draw_model(chance: Random) -> tuple[float, float, float]:
    return chance.choice(TYPICAL_SECONDS), exp(chance.gauss(0.0, 0.15)), chance.uniform(0.12, 0.3)


def main() -> None:
    """Print a line per state of knowledge, and per way in which a model is unlike its catalog."""
    _print(f"{'':44} {'late':>8} {'every 2 s':>9} {'ratio':>8} {'requests':>8}")
    for seen in (0, 5, 50):
        _print(simulate(_draw_model, seen=seen).row(f"the catalog, {seen} jobs seen"))
        tally = simulate(_draw_model, seen=seen, silent=True)
        _print(tally.row(f"the same, statuses silent, {seen} jobs seen"))
    for spread, bias, seen in product((0.15, 0.25, 0.35, 0.5), (0.7, 1.0, 1.3), (0, 5, 50)):
        model = (7.0, bias, spread)
        tally = simulate(lambda chance, model=model: model, seen=seen, jobs=200)  # type: ignore[misc]
        _print(tally.row(f"7 s, spread {spread}, typical x {1 / bias:.2f}, {seen} jobs seen"))


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
