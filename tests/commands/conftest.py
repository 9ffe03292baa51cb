"""What the tests of commands share."""

import pytest

from tests.command import World
from tests.commands.batch_desk import write


@pytest.fixture
def listed(world: World) -> World:
    """A list of six prompts lies in the current folder."""
    write("foxes.txt", range(1, 7))
    return world
