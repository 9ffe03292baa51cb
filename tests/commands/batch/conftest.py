"""Fixtures for the tests of `krea batch`."""

import pytest

from tests.commands.batch.batch_helpers import write_list
from tests.harness.cli import Cli


@pytest.fixture
def batch_cli(cli: Cli) -> Cli:
    """`krea` with a list of six prompts in the current folder."""
    write_list("foxes.txt", range(1, 7))
    return cli
