"""How long jobs take: around what is typical, and never quite it."""

from statistics import median

from krea_cli.sandbox.job_timing import JobTiming, draw_job_timing
from krea_cli.sandbox.openapi import Route
from krea_cli.sandbox.settings import Settings

FLUX = Route("/generate/image/bfl/flux-1-dev", "image", "flux", {}, 7.0)
OTHER = Route("/generate/image/x/y", "image", "xy", {}, 7.0)


def times(settings: Settings, route: Route, seed: str = "a") -> list[float]:
    """How long two hundred jobs run."""
    return [draw_job_timing(settings, route, seed=seed, number=number).running_seconds for number in range(200)]


def test_times_vary_around_the_typical_ones() -> None:
    """A model is off by a factor of its own, its jobs vary around that, and a seed repeats."""
    flux, other = times(Settings(), FLUX), times(Settings(), OTHER)

    assert 7 / 1.7 < median(flux) < 7 * 1.7
    assert median(flux) != median(other)
    assert len(set(flux)) == 200
    assert flux == times(Settings(), FLUX) != times(Settings(), FLUX, "b")


def test_exact_times_can_be_had_for_benches() -> None:
    """No spread: no chance, and no queue; speed divides what is left."""
    settings = Settings(spread=0.0, seconds=30.0, speed=10.0)

    assert draw_job_timing(settings, FLUX, seed="a", number=1) == JobTiming(0.0, 3.0)
