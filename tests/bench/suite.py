"""The whole test suite on two cores, as the README runs it."""

from tests.bench.checkout import Checkout
from tests.bench.line import Line
from tests.bench.process import run

PYTEST = ("-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "not machine", "-q")


def measure(checkout: Checkout) -> Line:
    """One line: the wall time, when nothing else runs."""
    command = [checkout.python, *PYTEST, "-p", "no:cacheprovider"]
    seconds = run(command, checkout.environ({}), checkout.folder).seconds
    return Line("the whole test suite, pytest -n 2", "", seconds, " s", 120)
