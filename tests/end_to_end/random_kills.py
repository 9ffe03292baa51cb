"""Run `krea` again and again on an accelerated clock, and kill each after a while.

Reads orders from stdin, one JSON object a line, and answers each with its exit code on a line:

    {"argv": […], "folder": …, "environ": {…}, "err": FILE, "origin": …, "speed": …,
     "life": SECONDS}

Each order runs in a fork of this process. SIGKILL ends the fork when its life is over.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn


def run_command(order: dict[str, Any]) -> NoReturn:
    """Become the command of ORDER."""
    from krea_cli.env import Env
    from krea_cli.main import exit_now, main
    from tests.clocks.accelerated_clock import AcceleratedClock

    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    with open(os.devnull, "w") as out, open(order["err"], "w") as err:
        clock = AcceleratedClock(order["origin"], order["speed"])
        env = Env(stdout=out, stderr=err, clock=clock)
        code = main(order["argv"], env)
    exit_now(code)


def wait_or_kill(child: int, life: float) -> int:
    """The exit code of the process CHILD, which lives no longer than LIFE seconds."""
    end = time.monotonic() + life
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def serve() -> None:
    """Carry out orders until nobody gives any."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    for library in ("httpx", "platformdirs", "sqlite3", "typer", "krea_cli.commands.batch"):
        __import__(library)
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            run_command(order)
        sys.stdout.write(f"{wait_or_kill(child, order['life'])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
