"""Measure inside the code of a checkout: a function of the bench runs in a process of its own.

`python tests/bench/inside.py CHECKOUT MODULE FUNCTION ARGUMENTS` is what `call_inside` starts. The
product is imported from the checkout, and all of `tests` from here.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.checkout import Checkout

ROOT = Path(__file__).parents[2]


def call_inside(checkout: "Checkout", module: str, function: str, **arguments: Any) -> Any:
    """The value of `tests.bench.MODULE.FUNCTION(**ARGUMENTS)` with the code of CHECKOUT.

    Arguments and value go through JSON.
    """
    command = [checkout.python, "-P", __file__, str(checkout.folder), module, function]
    done = subprocess.run(
        [*command, json.dumps(arguments)],
        env=checkout.environ({}),
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{module}.{function} failed in {checkout.folder}")
    return json.loads(done.stdout.splitlines()[-1])


def main(checkout: str, module: str, function: str, arguments: str) -> None:
    """Run one function and print its value as JSON."""
    sys.path.insert(0, checkout)
    importlib.import_module("krea_cli")  # its modules come from its folder from now on
    sys.path[0] = str(ROOT)
    measure = getattr(importlib.import_module(f"tests.bench.{module}"), function)
    sys.stdout.write(json.dumps(measure(**json.loads(arguments))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
