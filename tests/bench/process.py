"""Commands as a user runs them, and what each costs: seconds, CPU, instructions, peak memory."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

PYTHON = sys.executable
KREA = str(Path(PYTHON).with_name("krea"))
# Counts instructions and simulates no cache: the fastest of its tools, some fifty times slower.
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
SMALL_PARENT = """
import os, sys
nowhere = os.open(os.devnull, os.O_WRONLY)
quiet = [(os.POSIX_SPAWN_DUP2, nowhere, 1), (os.POSIX_SPAWN_DUP2, nowhere, 2)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss, usage.ru_utime + usage.ru_stime)
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
    max_cpu: int | None = None,
) -> Cost:
    """Run COMMAND, which must succeed, and measure it with all its children.

    With MAX_CPU it is ended after so many CPU seconds, and its cost tells so much.
    """
    started = time.perf_counter()
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if max_cpu is not None:
        resource.prlimit(child.pid, resource.RLIMIT_CPU, (max_cpu, max_cpu))
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    is_ended = max_cpu is not None and child.returncode == -signal.SIGKILL
    if child.returncode and not is_ended:
        raise SystemExit(f"failed with {child.returncode}: {' '.join(command)[:200]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime)


class Peak(NamedTuple):
    """The peak memory in MB and the CPU seconds of one run."""

    megabytes: float
    cpu: float


def measure_peak(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Peak:
    """Run COMMAND, which must succeed.

    A child's peak begins with the size of its parent: hence one in between that is small.
    """
    between = [PYTHON, "-c", SMALL_PARENT, *command]
    done = subprocess.run(between, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
    peak, cpu = done.stdout.split()
    return Peak(int(peak) / (1e6 if sys.platform == "darwin" else 1024), float(cpu))


@dataclass(frozen=True)
class Command:
    """A command with its ENVIRONMENT, as often as it is measured."""

    words: Sequence[str]
    environment: Mapping[str, str]


def least_cpu(*commands: Command, rounds: int) -> list[float]:
    """The least CPU seconds of each of COMMANDS in ROUNDS runs in turn, after one unmeasured.

    Whatever else the machine does only adds: the least is the nearest to the truth.
    """
    for command in commands:
        run(command.words, command.environment)
    costs = [[run(each.words, each.environment).cpu for each in commands] for _ in range(rounds)]
    return [min(of_one) for of_one in zip(*costs, strict=True)]


def has_valgrind() -> bool:
    """Tell if instructions can be counted here."""
    return shutil.which(VALGRIND[0]) is not None


def count_instructions(command: Command) -> int:
    """The instructions of COMMAND, a Python script or a Python, in user space."""
    # Hashes of text that are drawn anew would let two runs differ.
    environment = {**command.environment, "PYTHONHASHSEED": "0"}
    words = list(command.words)
    if words[0] != PYTHON:  # a script, whose first line names its Python
        words = [Path(words[0]).read_text().partition("\n")[0].removeprefix("#!"), *words]
    counted = subprocess.run(
        [*VALGRIND, *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    total = re.search(r"I\s+refs:\s+([\d,]+)", counted.stderr)
    if counted.returncode or not total:
        raise SystemExit(f"failed under valgrind: {' '.join(words)[:200]}\n{counted.stderr}")
    return int(total[1].replace(",", ""))
