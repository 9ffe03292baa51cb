"""Random times of jobs, so that no client can know them and no bench can cheat."""

import math
import random
from dataclasses import dataclass

from krea_cli.sandbox.openapi import Route
from krea_cli.sandbox.settings import Settings


@dataclass(frozen=True)
class JobTiming:
    """The phases of a job after the backlog.

    queued_seconds: from leaving the backlog to the start
    running_seconds: from the start to the end
    """

    queued_seconds: float
    running_seconds: float

    @property
    def total_seconds(self) -> float:
        """Seconds from leaving the backlog to the end."""
        return self.queued_seconds + self.running_seconds


def draw_job_timing(settings: Settings, route: Route, *, seed: str, number: int) -> JobTiming:
    """The times of job NUMBER: log-normal around the typical time, with a bias per model.

    The service's own "average time" is never quite right: all jobs of a model are off by one
    factor. A client can learn it only by watching.
    """
    model_random = random.Random(f"{seed}:{route.path}")
    job_random = random.Random(f"{seed}:{route.path}:{number}")
    typical = route.typical_seconds if settings.seconds is None else settings.seconds
    bias = math.exp(settings.spread * model_random.gauss(0.0, 0.15))
    deviation = settings.spread * model_random.uniform(0.12, 0.3)
    running = typical * bias * math.exp(job_random.gauss(0.0, deviation))
    queued = settings.spread * (0.2 + 0.04 * typical) * math.exp(job_random.gauss(0.0, 0.8))
    return JobTiming(queued / settings.speed, running / settings.speed)
