"""Run `krea`, and die by SIGKILL at one certain step of it.

    python killed_at.py MODULE:FUNCTION[@CALLER] call|return N -- ARGUMENTS OF KREA

The process kills itself at the N-th entry to FUNCTION, or return from it, in any of its threads;
CALLER narrows it down to those made from one function. FUNCTION is a qualified name; MODULE of a
function written in C is what Python calls it (`posix:link`). The product knows nothing of this: it
is watched through the profiler's door. A step that never comes changes nothing, so whoever asks
for one must see whether the process died.
"""

import os
import signal
import sys
import threading
from types import BuiltinFunctionType, FrameType
from typing import Any, NoReturn

# What the profiler calls the same moment of a function in Python and of one in C.
EVENTS = {"call": ("call", "c_call"), "return": ("return", "c_return")}


class Step:
    """The moment to die at: `left` is how often it still comes before that."""

    def __init__(self, place: str, moment: str, number: int) -> None:
        whole, _, self.caller = place.partition("@")
        self.module, _, self.function = whole.partition(":")
        self.event, self.c_event = EVENTS[moment]
        self.left = number
        self._name = self.function.rpartition(".")[2]

    def watch(self, frame: FrameType, event: str, arg: Any) -> None:
        """The profiler's function: quick in all cases but one."""
        if event == self.event:
            if frame.f_code.co_name == self._name and self._is(frame):
                self._met(frame.f_back)
        elif event == self.c_event and arg.__name__ == self._name and self._is_c(arg):
            self._met(frame)

    def _is(self, frame: FrameType) -> bool:
        known = (frame.f_globals.get("__name__"), frame.f_code.co_qualname)
        return known == (self.module, self.function)

    def _is_c(self, called: BuiltinFunctionType) -> bool:
        return (called.__module__, called.__qualname__) == (self.module, self.function)

    def _met(self, caller: FrameType | None) -> None:
        if self.caller and (caller is None or caller.f_code.co_qualname != self.caller):
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> NoReturn:
    """Run the command that follows the `--`."""
    from krea_cli.main import run

    place, moment, number, _, *arguments = sys.argv[1:]
    step = Step(place, moment, int(number))
    sys.argv[1:] = arguments
    threading.setprofile(step.watch)
    sys.setprofile(step.watch)
    run()


if __name__ == "__main__":
    main()
