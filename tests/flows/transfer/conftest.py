"""A part file for results to come into."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from krea_cli.flows.files.part_file import PartFile, open_part


@pytest.fixture
def part(tmp_path: Path) -> Iterator[PartFile]:
    """An empty part file."""
    part = open_part(tmp_path / ".a.png.part")
    assert part
    yield part
    part.release()


def read_part(part: PartFile) -> bytes:
    """Read all bytes in the part file."""
    return os.pread(part.fd, 1 << 24, 0)
