"""Mounts of FUSE, for tests marked `machine`."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_fuse = pytest.mark.skipif(
    not Path("/dev/fuse").exists() or os.geteuid() != 0, reason="needs FUSE and root"
)


@contextmanager
def bind_mount(folder: Path, option: str) -> Iterator[Path]:
    """Yield a folder of bindfs below FOLDER, mounted with OPTION and taken down afterwards."""
    source, mount = folder / "source", folder / "mount"
    source.mkdir()
    mount.mkdir()
    command = ["bindfs", "-o", option, os.fspath(source), os.fspath(mount)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", os.fspath(mount)], check=True)
