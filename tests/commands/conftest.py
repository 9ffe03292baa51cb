"""What the tests of commands share."""

import pytest

from tests.commands.batch.batch_helpers import write
from tests.harness.cli import World


@pytest.fixture
def listed(world: World) -> World:
    """A list of six prompts lies in the current folder."""
    write("foxes.txt", range(1, 7))
    return world
