"""How many requests a look at all of a thousand jobs in flight costs."""

import subprocess
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.line import Line
from tests.bench.process import KREA, surroundings
from tests.bench.service import polls, submit
from tests.fakes.sandbox_process import Sandbox

STILL_RUNNING = 4  # the exit code
CLOSEST = 0.25  # seconds; requests nearer to each other than this belong to one tick


def measure(*, jobs: int = 1000, seconds: int = 20) -> Line:
    """One line: `krea wait` of JOBS ids for SECONDS, in which none of the jobs ends."""
    sandbox = Sandbox("--concurrency", str(jobs), "--seconds", "3000")
    with TemporaryDirectory() as folder, sandbox:
        job_ids = [submit(sandbox) for _ in range(jobs)]
        environment = surroundings(sandbox.environment(Path(folder)))
        command = [KREA, "wait", *job_ids, "--timeout", str(seconds), "--verbose"]
        moments = []
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as waiting:
            assert waiting.stdout
            for line in waiting.stdout:
                if "GET /jobs" in line:
                    moments.append(time.monotonic())
        assert waiting.returncode == STILL_RUNNING, waiting.returncode
        asked = polls(sandbox)
    ticks = 1 + sum(after - before > CLOSEST for before, after in pairwise(moments))
    return Line(
        f"requests to poll {jobs:,} jobs in flight",
        "ticks",
        asked / ticks,
        " x",
        1.0,
        f"{asked} in {seconds} s",
        kept=ticks <= 2 * seconds + 1,
    )
