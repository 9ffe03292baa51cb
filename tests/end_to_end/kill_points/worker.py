"""Run `krea` again and again, and let each die by SIGKILL at one certain step of it.

Reads orders from stdin, one JSON object a line, and answers each with its exit code on a line:

    {"step": [PLACE, "call" or "return", N], "argv": […], "folder": …, "environ": {…},
     "origin": …, "speed": …, "out": FILE, "err": FILE}

`origin` and `speed` are those of an accelerated clock.

Each order runs in a fork of this process: libraries are imported once, the product in each fork.
The fork kills itself at the N-th entry to a function, or return from it, in any of its threads.

PLACE is MODULE:FUNCTION[@CALLER]; CALLER narrows it down to the calls from one function. FUNCTION
is a qualified name; functions of the system are those of `os`. The product knows nothing of this:
the function is wrapped before anybody imports it. A step that never comes changes nothing, so
callers must see for themselves if the process died.
"""

import functools
import json
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

LIBRARIES = ("httpx", "platformdirs", "rich.console", "sqlite3", "typer")


class Step:
    """The moment to die at.

    left: how many times it still comes
    """

    def __init__(self, place: str, moment: str, number: int) -> None:
        whole, _, self.caller = place.partition("@")
        self.module, _, self.function = whole.partition(":")
        self.moment = moment
        self.left = number

    def arm(self) -> None:
        """Replace the function by one that dies."""
        owner: Any = import_module(self.module)
        *path, name = self.function.split(".")
        for inner in path:
            owner = getattr(owner, inner)
        setattr(owner, name, self._deadly(getattr(owner, name)))

    def _deadly(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def deadly(*arguments: Any, **named: Any) -> Any:
            caller = sys._getframe(1).f_code.co_qualname
            counts = not self.caller or caller == self.caller
            if counts and self.moment == "call":
                self._met()
            answer = function(*arguments, **named)
            if counts and self.moment == "return":
                self._met()
            return answer

        return deadly

    def _met(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def run_command(order: dict[str, Any]) -> NoReturn:
    """Become the command of ORDER, and die where it says."""
    output = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for stream, (path, flags) in enumerate(
        ((os.devnull, os.O_RDONLY), (order["out"], output), (order["err"], output))
    ):
        os.dup2(os.open(path, flags), stream)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    place, moment, number = order["step"]
    Step(place, moment, int(number)).arm()
    from krea_cli.env import Env
    from tests.clocks.accelerated_clock import AcceleratedClock

    env = Env(clock=AcceleratedClock(order["origin"], order["speed"]))
    # By their names in the module, as each of them may be the function that dies.
    krea = import_module("krea_cli.main")
    krea.exit_now(krea.main(order["argv"], env))


def main() -> None:
    """Carry out orders until nobody gives any."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    for library in LIBRARIES:
        import_module(library)
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            run_command(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
