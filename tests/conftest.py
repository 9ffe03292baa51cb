"""What every test may use: a world of its own, in a folder of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.harness.cli import World
from tests.leaks import leaks

# The same examples in every run, so that the suite says the same thing twice. To look for new
# ones: HYPOTHESIS_PROFILE=default pytest.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session", autouse=True)
def no_secret_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """At the end of the run, or of each worker's part of it: no token lies where none belongs.

    It is an error of the last test, which ends the run with 1 under xdist as well.
    """
    yield
    found = leaks(tmp_path_factory.getbasetemp())
    assert not found, f"a token was written to {', '.join(map(str, found))}"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A home, a clock that never waits and a scripted service; the current folder is empty."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    yield World(tmp_path)
