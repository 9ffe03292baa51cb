"""Schedules of commands, kills, lost answers and odd services: no promise is broken in any.

Each run is a process of its own, without threads: commands are forks of it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.schedules.mends import MENDS
from tests.schedules.service import WORLDS

pytestmark = pytest.mark.machine

ROOT = Path(__file__).parents[2]
SCHEDULES = 60  # of each world: 540 in all, in three minutes of one core
SEED = 1


def draw_schedules(*options: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m tests.schedules OPTIONS`."""
    # Without --no-shrink, the same command makes what it finds as short as it can be.
    options = ("--seed", str(SEED), "--no-shrink", *options)
    command = [sys.executable, "-m", "tests.schedules"]
    return subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("world", WORLDS)
def test_no_schedule_breaks_a_promise(world: str) -> None:
    """Nothing is paid twice, no picture is wrong or lost, and all that may be ours is named."""
    run = draw_schedules("--world", world, "--schedules", str(SCHEDULES), "--steps", "4")
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("mend", MENDS)
def test_the_lack_of_a_mend_is_found(mend: str) -> None:
    """The schedules can fail: without a mend, its promise is broken."""
    run = draw_schedules("--without", mend, "--schedules", "1000", "--steps", "6")
    assert MENDS[mend].broken in run.stderr, run.stdout + run.stderr
    assert run.returncode == 1
