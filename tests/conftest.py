"""Fixtures for all tests: the command with a home of its own."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.harness.cli import Cli
from tests.harness.hints import take_problems
from tests.leaks import find_leaks

# The same examples in every run, so that the suite says the same thing twice. To look for new
# ones: HYPOTHESIS_PROFILE=default pytest.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


MEMORY = Path("/dev/shm")
MEMORY_BYTES = 2**31  # a run leaves half a GB


def pytest_configure() -> None:
    """Put the folders of tests in memory where there is room: thousands of ledgers are synced.

    Ctrl-C and a hangup count in the commands of the tests, though `nohup pytest &` ignores both.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        # With a handler it is not ignored in what is started, and the run outlives its terminal.
        signal.signal(signal.SIGHUP, lambda *_: None)
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", os.fspath(MEMORY))


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Look for tokens in wrong places at the end of the run, or of each worker's part of it.

    A leak is an error of the last test, so that the run ends with 1 under xdist as well.
    """
    yield
    paths = find_leaks(tmp_path_factory.getbasetemp())
    assert not paths, f"a token was written to {', '.join(map(str, paths))}"


@pytest.fixture(autouse=True)
def hints_are_commands() -> Iterator[None]:
    """Type each hint that was printed: the parser knows all commands and options in it."""
    yield
    problems = take_problems()
    assert not problems, "\n".join(problems)


@pytest.fixture
def universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set the time zone of this machine to UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """`krea` with a home, a clock that never waits, and a scripted service, in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield Cli(tmp_path)
