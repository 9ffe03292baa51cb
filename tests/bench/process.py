"""Commands as a user runs them, and what each costs: seconds, CPU seconds, peak memory."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

PYTHON = sys.executable
KREA = str(Path(PYTHON).with_name("krea"))
SMALL_PARENT = """
import os, sys
nowhere = os.open(os.devnull, os.O_WRONLY)
quiet = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Cost:
    """The wall and CPU seconds of one run."""

    seconds: float
    cpu: float


def child_environ(own: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child, with OWN on top.

    A user's Python keeps its byte code: without that, each run would compile every module anew.
    """
    inherited = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    return inherited | dict(own)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path | None = None,
    *,
    stdin: IO[str] | None = None,
) -> Cost:
    """Run COMMAND, which must succeed, and measure it with all its children."""
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"failed with {child.returncode}: {' '.join(command)[:200]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime)


def peak_megabytes(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> float:
    """The peak memory in MB of COMMAND, which must succeed.

    A child's peak begins with the size of its parent: hence one in between that is small.
    """
    between = [PYTHON, "-c", SMALL_PARENT, *command]
    peak = subprocess.run(between, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
    return int(peak.stdout) / (1e6 if sys.platform == "darwin" else 1024)


def compare(
    one: Sequence[str],
    other: Sequence[str],
    environment: Mapping[str, str],
    figure: Callable[[Cost], float],
    *,
    rounds: int,
) -> tuple[float, float]:
    """The medians of FIGURE over alternating runs of ONE and OTHER, after one run unmeasured."""
    commands = (one, other)
    for command in commands:
        run(command, environment)
    costs = [[figure(run(command, environment)) for command in commands] for _ in range(rounds)]
    mine, theirs = zip(*costs, strict=True)
    return median(mine), median(theirs)
