"""`krea --version`: the CPU time, against a Python that does nothing."""

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import PYTHON, Command, child_environ, least_cpu


def measure(checkout: Checkout, *, rounds: int = 20) -> Line:
    """One line; scripts ask for the version often."""
    krea, python = least_cpu(
        Command([checkout.krea, "--version"], checkout.environ({})),
        Command([PYTHON, "-c", "pass"], child_environ({})),
        rounds=rounds,
    )
    return Line(
        "krea --version, CPU time",
        "python -c pass",
        krea / python,
        " x",
        1.2,
        f"{krea * 1e3:.1f} ms, {python * 1e3:.1f} ms",
    )
