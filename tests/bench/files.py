"""Results that take a second each to arrive: saved by a batch, and by `download --missing`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.batch import SIZE, write_prompts
from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import run
from tests.fakes.sandbox_process import Sandbox, SandboxProcess


def of_batch(checkout: Checkout, *, files: int = 40, reach: float = 5) -> Line:
    """One line: seconds from the end of the last job to the last file."""
    with _slow_results(files, 3) as (folder, sandbox):
        write_prompts(folder, files)
        command = [checkout.krea, "batch", "prompts.txt", "-j", str(files), *SIZE]
        run(command, checkout.environ(sandbox.environ(folder)), folder)
        # Publishing changes the inode, not the content.
        saved = [path.stat().st_ctime for path in folder.glob("*.png")]
        assert len(saved) == files, len(saved)
        ended = [job["ended_at"] for job in sandbox.jobs()]
        assert max(ended) - min(ended) < 2, "they did not end at once"  # as each is sent
    name = f"{files} files of 1 s that end at once, -j {files}"
    return Line(name, "1 s", max(saved) - max(ended), " s", reach)


def of_missing(checkout: Checkout, *, files: int = 40, reach: float = 5) -> Line:
    """One line: the whole command, for jobs that ended while nobody waited."""
    with _slow_results(files, 0.1) as (folder, sandbox):
        environment = checkout.environ(sandbox.environ(folder))
        generate = [checkout.krea, "generate", "a fox", "-n", str(files), "--no-wait", *SIZE]
        run(generate, environment, folder)
        while not all(job["ended_at"] < time.time() for job in sandbox.jobs()):
            time.sleep(0.1)
        seconds = run([checkout.krea, "download", "--missing"], environment, folder).seconds
        saved = len(list(folder.glob("*.png")))
        assert saved == files, saved
    return Line(f"krea download --missing, {files} files of 1 s", "1 s", seconds, " s", reach)


@contextmanager
def _slow_results(files: int, seconds: float) -> Iterator[tuple[Path, Sandbox]]:
    """An empty folder, and a service with so many places for jobs of SECONDS."""
    times = ("--concurrency", str(files), "--seconds", str(seconds), "--spread", "0")
    with TemporaryDirectory() as name, SandboxProcess(*times, "--fault", "slow:1s") as sandbox:
        yield Path(name), sandbox
