"""A small command tree with everything the manual has to know."""

import pytest

from krea_cli.help.command_tree import Command
from tests.harness.small_program import read_small_tree

MODELS = ("bfl/flux-1-dev", "krea/krea-2/large")


@pytest.fixture(scope="session")
def root() -> Command:
    """The tree of a small program."""
    return read_small_tree()


@pytest.fixture(scope="session")
def models() -> tuple[str, ...]:
    """The ids embedded in the scripts."""
    return MODELS
