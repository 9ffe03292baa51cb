"""The time from the end of a job to its file, in simulated time: for jobs that take minutes.

The whole command runs against an embedded Krea, and both have one clock that never waits. It moves
in the pauses of the command, so that moments count and the machine does not. The other side is
computed: whoever asks every 2 s learns of an end after 1 s in the mean.
"""

import io
import os
from pathlib import Path
from random import Random
from statistics import mean
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.inside import call_inside
from tests.bench.line import Line
from tests.bench.polling import FIXED_SECONDS, SAVING_SECONDS

PICTURE = ("-m", "bfl/flux-1-dev", "--width", "512", "--height", "512")
VIDEO = ("-m", "minimax/hailuo-2.3-fast")  # pictures do not take minutes
MIN_VIDEO_SECONDS = 100.0
SHORT = (4.5, 5.5, 6.5, 7.5, 8.5)  # typical seconds of models
MEDIUM = (35.0, 50.0, 65.0, 80.0)
LONGEST = (150.0, 210.0, 270.0, 330.0)
NAMES = {SHORT: "4 to 9 s", MEDIUM: "30 to 90 s", LONGEST: "2 to 6 min"}


def measure(checkout: Checkout, *, times: tuple[float, ...], seen: int, jobs: int = 60) -> Line:
    """One line over JOBS jobs of models with typical TIMES, of each of which SEEN came before."""
    late, price = call_inside(
        checkout, "simulated_lateness", "follow_jobs", times=times, seen=seen, jobs=jobs
    )
    fixed = FIXED_SECONDS / 2 + SAVING_SECONDS
    known = f"{seen} jobs seen" if seen else "model never used"
    return Line(
        f"… jobs of {NAMES[times]}, {known}, simulated",
        "polling every 2 s",
        late / fixed,
        " x",
        0.30,
        f"{late:.2f} s, {fixed:.2f} s; {price:.2f} x the requests",
        other_bound_kept=price <= 1,
    )


def follow_jobs(times: list[float], seen: int, jobs: int) -> tuple[float, float]:
    """The mean seconds after the ends, and the requests against those of the other side."""
    late, polls, fixed_polls = [], 0, 0.0
    rounds = max(1, jobs // len(times))
    for number, typical in enumerate(times):
        for batch in range(1 if seen else rounds):
            count = rounds if seen else 1
            each_late, asked, lasted = _follow(typical, seen, count, seed=100 * number + batch)
            late += each_late
            polls += asked
            fixed_polls += sum(seconds / FIXED_SECONDS + 0.5 for seconds in lasted)
    return mean(late) + SAVING_SECONDS, polls / fixed_polls


def _follow(
    typical: float, seen: int, jobs: int, *, seed: int
) -> tuple[list[float], int, list[float]]:
    """The lateness of JOBS jobs after SEEN ones, the requests for them, and their seconds."""
    from krea_cli.env import Env
    from krea_cli.main import main
    from krea_cli.sandbox.server import SandboxServer
    from krea_cli.sandbox.settings import Settings
    from tests.clocks.fake_clock import FakeClock
    from tests.fakes.sandbox_process import sandbox_environ

    clock, late = FakeClock(), []
    options = PICTURE if typical < MIN_VIDEO_SECONDS else VIDEO
    settings = Settings(seconds=typical, seed=seed)
    with TemporaryDirectory() as name, SandboxServer(settings, now=clock.now) as sandbox:
        os.chdir(name)
        environ = sandbox_environ(sandbox.api, Path(name))
        before = 0
        for number in range(seen + jobs):
            if number == seen:
                before = sum(sandbox.state.stats.polls.values())
            out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
            edges = {"environ": environ, "clock": clock, "random": Random(seed + number)}
            env = Env(stdin=io.StringIO(), stdout=out, stderr=err, **edges)  # type: ignore[arg-type]
            code = main(["generate", f"fox {number}", *options], env)
            assert code == 0, err.buffer.getvalue().decode()
            late.append(clock.now() - sandbox.state.jobs.all()[-1].ended_at)
        asked = sum(sandbox.state.stats.polls.values()) - before
        made = sandbox.state.jobs.all()[seen:]
        os.chdir("/")
    return late[seen:], asked, [job.ended_at - job.created_at for job in made]
