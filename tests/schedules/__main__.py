"""Draw schedules, and stop at the first that breaks a promise, made as short as it can be.

python -m tests.schedules --world late --seed 3 --schedules 2000
"""

import argparse
import sys
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.schedules.machine import machine_of
from tests.schedules.mends import MENDS
from tests.schedules.processes import preload
from tests.schedules.service import WORLDS


def main() -> None:
    """Run schedules of the worlds that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--world", choices=WORLDS, action="append", help="default: each in turn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--schedules", type=int, default=300, help="in all")
    parser.add_argument("--no-shrink", action="store_true", help="tell the first that is found")
    parser.add_argument("--steps", type=int, default=12, help="of a schedule, at most")
    parser.add_argument("--without", choices=MENDS, help="take out a mend; its world by default")
    options = parser.parse_args()
    preload()
    names, rules = options.world or list(WORLDS), ()
    if options.without:
        mend = MENDS[options.without]
        names, rules = options.world or [mend.world], mend.rules
        mend.take_out()
    for name in names:
        began = time.monotonic()
        count = -(-options.schedules // len(names))
        machine = seed(options.seed)(machine_of(WORLDS[name], rules))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=count,
                stateful_step_count=options.steps,
                deadline=None,
                database=None,
                phases=[Phase.generate, *([] if options.no_shrink else [Phase.shrink])],
                suppress_health_check=list(HealthCheck),
            ),
        )
        seconds = time.monotonic() - began
        line = f"{name}: {count} schedules of seed {options.seed} in {seconds:.0f} s"
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
