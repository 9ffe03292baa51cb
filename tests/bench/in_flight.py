"""The number of requests that it takes to look at a thousand jobs in flight."""

import subprocess
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.sandbox_client import count_polls, submit
from tests.fakes.sandbox_process import SandboxProcess

STILL_RUNNING_CODE = 4
TICK_SECONDS = 0.25  # requests nearer to each other than this belong to one tick


def measure(checkout: Checkout, *, jobs: int = 1000, seconds: int = 20) -> Line:
    """One line: `krea wait` of JOBS ids for SECONDS, in which none of the jobs ends."""
    sandbox = SandboxProcess("--concurrency", str(jobs), "--seconds", "3000")
    with TemporaryDirectory() as folder, sandbox:
        job_ids = [submit(sandbox) for _ in range(jobs)]
        environment = checkout.environ(sandbox.environ(Path(folder)))
        command = [checkout.krea, "wait", *job_ids, "--timeout", str(seconds), "--verbose"]
        moments = []
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as waiting:
            assert waiting.stdout
            for line in waiting.stdout:
                if "GET /jobs" in line:
                    moments.append(time.monotonic())
        assert waiting.returncode == STILL_RUNNING_CODE, waiting.returncode
        poll_requests = count_polls(sandbox)
    ticks = 1 + sum(after - before > TICK_SECONDS for before, after in pairwise(moments))
    return Line(
        f"requests to poll {jobs:,} jobs in flight",
        "ticks",
        poll_requests / ticks,
        " x",
        1.0,
        f"{poll_requests} in {seconds} s",
        other_bound_kept=ticks <= 2 * seconds + 1,
    )
