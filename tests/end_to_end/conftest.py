"""A sandbox, and a desk with the installed command that takes it for the service."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.fakes.sandbox_process import Nearby, Sandbox
from tests.harness.installed_cli import Desk

QUICK = ("--seconds", "0.05", "--spread", "0")
SLOW = ("--seconds", "600", "--spread", "0")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A Krea without faults whose jobs take a twentieth of a second."""
    with Nearby(*QUICK) as running:
        yield running


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    """A desk in front of that Krea."""
    with closing(Desk(tmp_path, sandbox.environment(tmp_path))) as desk:
        yield desk


@pytest.fixture
def against(tmp_path: Path) -> Iterator[Callable[..., tuple[Desk, Sandbox]]]:
    """Makes a Krea with ARGUMENTS for this test alone, and a desk in front of it."""
    with ExitStack() as stack:

        def make(*arguments: str) -> tuple[Desk, Sandbox]:
            running = stack.enter_context(Nearby(*arguments))
            desk = Desk(tmp_path, running.environment(tmp_path))
            return stack.enter_context(closing(desk)), running

        yield make
