"""A small command tree with everything the help has to know."""

import pytest

from krea_cli.help.command_tree import Command
from tests.harness.small_program import read_small_tree


@pytest.fixture(scope="session")
def root() -> Command:
    """The tree of a small program."""
    return read_small_tree()
