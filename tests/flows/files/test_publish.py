"""Publishing: whole or not at all, and never over another file."""

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from krea_cli.flows.files import publish as module
from krea_cli.flows.files.part_file import PartFile, open_part
from krea_cli.flows.files.publish import PublishedFile, publish

CONTENT = b"a whole picture"


@pytest.fixture
def part(tmp_path: Path) -> PartFile:
    """A finished part file."""
    part = open_part(tmp_path / ".out.png.part")
    assert part
    os.pwrite(part.fd, CONTENT, 0)
    return part


def put(part: PartFile, path: Path, *, force: bool = False) -> PublishedFile:
    """Publish PART at PATH."""
    return publish(part, path, sha256=sha256(CONTENT).hexdigest(), force=force)


def names(folder: Path) -> list[str]:
    """List all files in FOLDER, hidden ones as well."""
    return sorted(os.listdir(folder))


def test_a_free_name(tmp_path: Path, part: PartFile) -> None:
    """The part gets its final name, and nothing stays beside it."""
    assert put(part, tmp_path / "out.png") == PublishedFile(tmp_path / "out.png")
    assert names(tmp_path) == ["out.png"]
    assert (tmp_path / "out.png").read_bytes() == CONTENT


def test_missing_folders_are_made(tmp_path: Path, part: PartFile) -> None:
    """The folders of a template are made with its first file."""
    put(part, tmp_path / "a" / "b" / "out.png")
    assert (tmp_path / "a" / "b" / "out.png").read_bytes() == CONTENT


def test_a_name_taken_meanwhile(tmp_path: Path, part: PartFile) -> None:
    """Another file is never overwritten: ours gets a number."""
    (tmp_path / "out.png").write_bytes(b"other")
    (tmp_path / "out-2.png").write_bytes(b"another")
    assert put(part, tmp_path / "out.png") == PublishedFile(
        tmp_path / "out-3.png", name_was_taken=True
    )
    assert (tmp_path / "out.png").read_bytes() == b"other"
    assert names(tmp_path) == ["out-2.png", "out-3.png", "out.png"]


def test_a_file_of_equal_content_is_ours(tmp_path: Path, part: PartFile) -> None:
    """A kill between publishing and the ledger leaves the file: that counts as published."""
    (tmp_path / "out.png").write_bytes(CONTENT)
    assert put(part, tmp_path / "out.png") == PublishedFile(tmp_path / "out.png")
    assert names(tmp_path) == ["out.png"]


def test_force_overwrites(tmp_path: Path, part: PartFile) -> None:
    """With --force the file is replaced in one step."""
    (tmp_path / "out.png").write_bytes(b"old")
    assert put(part, tmp_path / "out.png", force=True) == PublishedFile(tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes() == CONTENT
    assert names(tmp_path) == ["out.png"]


def refuse_links(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Let `os.link` fail as on a file system without hard links."""

    def link(source: object, target: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module.os, "link", link)


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_file_system_without_links(
    tmp_path: Path, part: PartFile, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Without hard links, files are published as well, and none is overwritten."""
    refuse_links(monkeypatch, code)
    (tmp_path / "out.png").write_bytes(b"other")
    assert put(part, tmp_path / "out.png").path == tmp_path / "out-2.png"
    assert (tmp_path / "out-2.png").read_bytes() == CONTENT
    assert names(tmp_path) == ["out-2.png", "out.png"]


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="needs a second file system")
def test_another_file_system(tmp_path: Path) -> None:
    """A template's folder may lie elsewhere: the part is copied there, then published."""
    import tempfile

    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        part = open_part(Path(elsewhere) / ".krea-1.part")
        assert part
        os.pwrite(part.fd, CONTENT, 0)
        (tmp_path / "out.png").write_bytes(b"other")
        assert put(part, tmp_path / "out.png").path == tmp_path / "out-2.png"
        assert (tmp_path / "out-2.png").read_bytes() == CONTENT
        assert names(tmp_path) == ["out-2.png", "out.png"]
        assert names(Path(elsewhere)) == []
