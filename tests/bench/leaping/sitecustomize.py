"""A wall clock that leaps: Python loads this before the program, when its folder is on PYTHONPATH.

The file LEAP_FILE holds the seconds by which the wall clock is wrong. It is read each time, so a
process sees the clock leap while it runs. The monotonic clock and the clock of the boot stay right.
"""

import os
import time

_LEAP_FILE = os.environ["LEAP_FILE"]
_right_time = time.time


def _leaping_time() -> float:
    with open(_LEAP_FILE, encoding="ascii") as file:
        return _right_time() + float(file.read())


time.time = _leaping_time
