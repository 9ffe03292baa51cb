"""A sandbox, and the installed command that takes it for the service."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.fakes.sandbox_process import Sandbox, SandboxThreads
from tests.harness.installed_cli import InstalledCli

QUICK = ("--seconds", "0.05", "--spread", "0")
SLOW = ("--seconds", "600", "--spread", "0")

StartSandbox = Callable[..., tuple[InstalledCli, Sandbox]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox without faults whose jobs take a twentieth of a second."""
    with SandboxThreads(*QUICK) as sandbox:
        yield sandbox


@pytest.fixture
def installed(sandbox: Sandbox, tmp_path: Path) -> Iterator[InstalledCli]:
    """The installed command in front of that sandbox."""
    with closing(InstalledCli(tmp_path, sandbox.environ(tmp_path))) as installed:
        yield installed


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[StartSandbox]:
    """Start a sandbox with ARGUMENTS for this test alone, and the command in front of it."""
    with ExitStack() as stack:

        def start(*arguments: str) -> tuple[InstalledCli, Sandbox]:
            sandbox = stack.enter_context(SandboxThreads(*arguments))
            installed = InstalledCli(tmp_path, sandbox.environ(tmp_path))
            return stack.enter_context(closing(installed)), sandbox

        yield start
