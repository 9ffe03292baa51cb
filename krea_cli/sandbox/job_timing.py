"""How long a job takes: drawn, so that no client can know it and no bench can prove itself."""

import math
import random
from dataclasses import dataclass

from krea_cli.sandbox.openapi import Route
from krea_cli.sandbox.settings import Settings


@dataclass(frozen=True)
class Course:
    """The seconds that a job is queued and then runs, once it has left the backlog."""

    queued: float
    running: float

    @property
    def total(self) -> float:
        """Seconds from leaving the backlog to the end."""
        return self.queued + self.running


def draw(settings: Settings, route: Route, *, seed: str, number: int) -> Course:
    """The course of job NUMBER: log-normal around what is typical, with a bias per model.

    The service's own "average time" is never quite right: a model is off by a factor that is
    the same for all its jobs, and that a client can only learn by watching.
    """
    model = random.Random(f"{seed}:{route.path}")
    chance = random.Random(f"{seed}:{route.path}:{number}")
    typical = route.typical if settings.seconds is None else settings.seconds
    bias = math.exp(settings.spread * model.gauss(0.0, 0.15))
    width = settings.spread * model.uniform(0.12, 0.3)
    running = typical * bias * math.exp(chance.gauss(0.0, width))
    wait = settings.spread * (0.2 + 0.04 * typical) * math.exp(chance.gauss(0.0, 0.8))
    return Course(wait / settings.speed, running / settings.speed)
