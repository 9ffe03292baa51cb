"""Find the results of a saved request that are on disk already."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from krea_cli.flows.files.existing_results import find_existing_results
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.target import Target, parse_target
from krea_cli.local.ledger.rows import FileRow


@pytest.fixture
def home(tmp_path: Path) -> Target:
    """The target of the results: fox.png, and fox-2.png for a second one."""
    return parse_target("fox.{ext}", cwd=tmp_path)


def result(path: Path, index: int = 1, *, content: bytes = b"fox") -> FileRow:
    """A result that the ledger says is at PATH."""
    sha256 = hashlib.sha256(content).hexdigest()
    return FileRow(
        index=index,
        url=f"https://x/{index}.png",
        path=str(path),
        sha256=sha256,
        size=len(content),
        type="image/png",
        at=0.0,
    )


def find(files: list[FileRow], target: Target) -> tuple[list[str], list[int] | None]:
    """The paths in place, and the positions that can be copied; or None."""
    existing = find_existing_results(files, OutputSlot(target=target), NameFacts(model="m"))
    if not existing.is_complete:
        return [], None
    paths = [existing.saved[position].path for position in sorted(existing.saved)]
    return ([], sorted(existing.copies)) if existing.copies else (paths, [])


def test_an_edited_file_is_not_the_result(tmp_path: Path, home: Target) -> None:
    """The place is occupied; nobody fetches it again over that."""
    (tmp_path / "fox.png").write_bytes(b"fox, with a hat")
    files = [result(tmp_path / "fox.png")]
    assert find(files, home) == ([], None)
    existing = find_existing_results(files, OutputSlot(target=home), NameFacts(model="m"))
    assert existing.occupied == ("fox.png",)


def test_size_and_time_spare_the_reading(tmp_path: Path, home: Target) -> None:
    """A time in whole seconds proves nothing, and another time asks for the content."""
    path = tmp_path / "fox.png"
    path.write_bytes(b"fix")
    for modified, is_done in ((3_000_000_001, True), (3_000_000_000, False), (None, False)):
        os.utime(path, ns=(modified or 0, modified or 0))
        files = [replace(result(path), modified=modified)]
        assert (find(files, home) == (["fox.png"], [])) == is_done


def test_a_moved_file_is_to_be_recorded_at_its_new_place(tmp_path: Path, home: Target) -> None:
    """With its time; the place where nothing is any more is to be forgotten."""
    path = tmp_path / "fox.png"
    path.write_bytes(b"fox")
    files = [result(tmp_path / "old" / "fox.png")]
    existing = find_existing_results(files, OutputSlot(target=home), NameFacts(model="m"))
    modified = path.stat().st_mtime_ns
    assert existing.moved == (replace(files[0], path=str(path), modified=modified),)
    assert existing.gone == (files[0].path,)


def test_under_another_name_it_is_copied_if_it_is_unchanged(tmp_path: Path, home: Target) -> None:
    """And what was edited is not taken for the result."""
    new = parse_target("new/fox.{ext}", cwd=tmp_path)
    files = [result(tmp_path / "fox.png")]
    (tmp_path / "fox.png").write_bytes(b"fox")
    assert find(files, new) == ([], [1])
    (tmp_path / "fox.png").write_bytes(b"fix")
    assert find(files, new) == ([], None)


def test_what_was_copied_before_is_in_place(tmp_path: Path, home: Target) -> None:
    """Also where the ledger does not know of the copy."""
    new = parse_target("new/fox.{ext}", cwd=tmp_path)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "fox.png").write_bytes(b"fox")
    assert find([result(tmp_path / "fox.png")], new) == (["new/fox.png"], [])


def test_one_missing_result_of_two_is_missing(tmp_path: Path, home: Target) -> None:
    """All of them are fetched then; with both there, both are told."""
    files = [result(tmp_path / "fox.png"), result(tmp_path / "fox-2.png", 2, content=b"two")]
    (tmp_path / "fox.png").write_bytes(b"fox")
    assert find(files, home) == ([], None)
    (tmp_path / "fox-2.png").write_bytes(b"two")
    assert find(files, home) == (["fox.png", "fox-2.png"], [])


def test_a_saved_request_without_files_is_not_there(home: Target) -> None:
    """The ledger of a style, say."""
    assert find([], home) == ([], None)
