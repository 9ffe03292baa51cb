"""Find the results of a saved request that are on disk already."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from krea_cli.flows.files.existing_results import find_existing_results
from krea_cli.flows.files.naming import NameFacts
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.target import Target, parse_target
from krea_cli.local.ledger.rows import FileRow, RequestRow


@pytest.fixture
def home(tmp_path: Path) -> Target:
    """The target of the results: fox.png, and fox-2.png for a second one."""
    return parse_target("fox.{ext}", cwd=tmp_path)


def row(target: Target) -> RequestRow:
    """A saved request for TARGET."""
    empty: dict[str, Any] = dict.fromkeys(RequestRow.__dataclass_fields__)
    return RequestRow(**empty | {"id": 1, "created_at": 0.0, "model": "m", "target": target.key()})


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


def find(files: list[FileRow], target: Target, *, saved_for: Target) -> tuple[list[str], Any]:
    """The paths in place, and the positions that can be copied; or None."""
    slot, request = OutputSlot(target=target), row(saved_for)
    facts = NameFacts(request.prompt, request.model, request.seed, request.job_id, 0.0)
    existing = find_existing_results(files, slot, facts, row=request)
    if not existing.is_complete:
        return [], None
    paths = [existing.saved[position].path for position in sorted(existing.saved)]
    return ([], sorted(existing.copies)) if existing.copies else (paths, [])


def test_a_file_at_its_own_place_counts_as_it_is(tmp_path: Path, home: Target) -> None:
    """One may have edited it since: nobody fetches it again over that."""
    (tmp_path / "fox.png").write_bytes(b"fox, with a hat")
    files = [result(tmp_path / "fox.png")]
    assert find(files, home, saved_for=home) == (["fox.png"], [])


def test_under_another_name_it_is_copied_if_it_is_unchanged(tmp_path: Path, home: Target) -> None:
    """And what was edited is not taken for the result."""
    new = parse_target("new/fox.{ext}", cwd=tmp_path)
    files = [result(tmp_path / "fox.png")]
    (tmp_path / "fox.png").write_bytes(b"fox")
    assert find(files, new, saved_for=home) == ([], [1])
    (tmp_path / "fox.png").write_bytes(b"fix")
    assert find(files, new, saved_for=home) == ([], None)


def test_what_was_copied_before_is_in_place(tmp_path: Path, home: Target) -> None:
    """Also where the ledger does not know of the copy."""
    new = parse_target("new/fox.{ext}", cwd=tmp_path)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "fox.png").write_bytes(b"fox")
    assert find([result(tmp_path / "fox.png")], new, saved_for=home) == (["new/fox.png"], [])


def test_one_missing_result_of_two_is_missing(tmp_path: Path, home: Target) -> None:
    """All of them are fetched then; with both there, both are told."""
    files = [result(tmp_path / "fox.png"), result(tmp_path / "fox-2.png", 2, content=b"two")]
    (tmp_path / "fox.png").write_bytes(b"fox")
    assert find(files, home, saved_for=home) == ([], None)
    (tmp_path / "fox-2.png").write_bytes(b"two")
    assert find(files, home, saved_for=home) == (["fox.png", "fox-2.png"], [])


def test_a_saved_request_without_files_is_not_there(home: Target) -> None:
    """The ledger of a style, say."""
    assert find([], home, saved_for=home) == ([], None)
