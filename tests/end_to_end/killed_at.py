"""Run `krea`, and die by SIGKILL at one certain step of it.

    python killed_at.py MODULE:FUNCTION[@CALLER] call|return N -- ARGUMENTS OF KREA

The process kills itself at the N-th entry to FUNCTION, or return from it, in any of its threads;
CALLER narrows it down to those made from one function. FUNCTION is a qualified name; functions of
the system are those of `os`. The product knows nothing of this: the function is wrapped before
anybody imports it. A step that never comes changes nothing, so whoever asks for one must see
whether the process died.
"""

import functools
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn


class Step:
    """The moment to die at: `left` is how often it still comes before that."""

    def __init__(self, place: str, moment: str, number: int) -> None:
        whole, _, self.caller = place.partition("@")
        self.module, _, self.function = whole.partition(":")
        self.moment = moment
        self.left = number

    def arm(self) -> None:
        """Put the function that dies in the place of the one that does not."""
        owner: Any = import_module(self.module)
        *path, name = self.function.split(".")
        for inner in path:
            owner = getattr(owner, inner)
        setattr(owner, name, self._deadly(getattr(owner, name)))

    def _deadly(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def deadly(*arguments: Any, **named: Any) -> Any:
            caller = sys._getframe(1).f_code.co_qualname
            meant = not self.caller or caller == self.caller
            if meant and self.moment == "call":
                self._met()
            answer = function(*arguments, **named)
            if meant and self.moment == "return":
                self._met()
            return answer

        return deadly

    def _met(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> NoReturn:
    """Run the command that follows the `--`."""
    place, moment, number, _, *arguments = sys.argv[1:]
    Step(place, moment, int(number)).arm()
    from krea_cli.main import run

    sys.argv[1:] = arguments
    run()


if __name__ == "__main__":
    main()
