"""Times of jobs: near the typical time, and never quite it."""

from statistics import median

from krea_cli.sandbox.job_timing import JobTiming, draw_job_timing
from krea_cli.sandbox.openapi import Route
from krea_cli.sandbox.settings import Settings

FLUX = Route("/generate/image/bfl/flux-1-dev", "image", "flux", {}, 7.0)
OTHER = Route("/generate/image/x/y", "image", "xy", {}, 7.0)


def running_seconds(settings: Settings, route: Route, seed: str = "a") -> list[float]:
    """The running times of two hundred jobs."""
    timings = (draw_job_timing(settings, route, seed=seed, number=number) for number in range(200))
    return [timing.running_seconds for timing in timings]


def test_times_vary_around_the_typical_ones() -> None:
    """Each model has a factor, its jobs vary around that, and a seed repeats all."""
    flux, other = running_seconds(Settings(), FLUX), running_seconds(Settings(), OTHER)

    assert 7 / 1.7 < median(flux) < 7 * 1.7
    assert median(flux) != median(other)
    assert len(set(flux)) == 200
    assert flux == running_seconds(Settings(), FLUX) != running_seconds(Settings(), FLUX, "b")


def test_benches_can_have_exact_times() -> None:
    """Without spread there is no chance and no queue; speed divides the time."""
    settings = Settings(spread=0.0, seconds=30.0, speed=10.0)

    assert draw_job_timing(settings, FLUX, seed="a", number=1) == JobTiming(0.0, 3.0)
