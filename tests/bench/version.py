"""`krea --version`: the CPU time, against a Python that does nothing."""

from tests.bench.line import Line
from tests.bench.process import KREA, PYTHON, child_environ, compare


def measure(*, rounds: int = 31) -> Line:
    """One line; scripts ask for the version often."""
    krea, python = compare(
        [KREA, "--version"],
        [PYTHON, "-c", "pass"],
        child_environ({}),
        lambda cost: cost.cpu,
        rounds=rounds,
    )
    return Line(
        "krea --version, CPU time",
        "python -c pass",
        krea / python,
        " x",
        2.5,
        f"{krea * 1e3:.0f} ms, {python * 1e3:.0f} ms",
    )
