"""The results of an item that was saved before: where they are, or what they can be copied from."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from krea_cli.flows.files.content_type import content_type
from krea_cli.flows.files.destination import Destination, Saved
from krea_cli.flows.files.naming import Facts
from krea_cli.flows.files.publish import holds
from krea_cli.flows.files.result import Result

if TYPE_CHECKING:
    from krea_cli.local.ledger.rows import FileRow, Row


@dataclass(frozen=True)
class OnHand:
    """What is on disk of a saved request: all in place (`saved`), or within reach (`copies`).

    `changed` are those in place that have another size than what was saved there.
    """

    saved: tuple[Saved, ...] = ()
    changed: tuple[str, ...] = ()
    copies: "dict[int, FileRow] | None" = None


def on_hand(
    row: "Row", files: "Sequence[FileRow]", destination: Destination, *, key: str | None
) -> OnHand | None:
    """What of FILES, the results of ROW, is on disk for DESTINATION; None if any is gone.

    KEY is the destination as the ledger writes it: at the row's own target a file counts as it
    is, so that one may edit it; anything else has to be the result, unchanged.
    """
    facts = Facts(row.prompt, row.model, row.seed, row.job_id, row.created_at)
    at_home = row.target == key
    saved: list[Saved] = []
    copies: dict[int, FileRow] = {}
    for index, known in _by_result(files).items():
        wanted = destination.name(facts, _result(known[0], files), _ext(known[0]))
        if place := _in_place(known, destination, wanted, at_home=at_home):
            first = known[0]
            saved.append(Saved(place, first.url, first.sha256, first.size, first.type, index))
        elif source := next((file for file in known if _whole(file)), None):
            copies[index] = source
        else:
            return None
    if not files:
        return None
    if copies:
        return OnHand(copies=copies)
    real = destination.target.real
    changed = (each.path for each in saved if not _has_size(real(each.path), each.size))
    return OnHand(saved=tuple(saved), changed=tuple(changed))


def _by_result(files: "Sequence[FileRow]") -> "dict[int, list[FileRow]]":
    found: dict[int, list[FileRow]] = {}
    for file in files:
        found.setdefault(file.index, []).append(file)
    return found


def _result(file: "FileRow", files: "Sequence[FileRow]") -> Result:
    """FILE as the result that it was, numbered among its like."""
    like = sorted({other.index for other in files if other.preview == file.preview})
    return Result(file.url, file.index, like.index(file.index) + 1, file.preview)


def _ext(file: "FileRow") -> str:
    return content_type(b"", file.type).ext


def _in_place(
    known: "Sequence[FileRow]", destination: Destination, wanted: str, *, at_home: bool
) -> str | None:
    """The path, as it would be typed, of the result where it is wanted."""
    target = destination.target
    for file in known:
        path = Path(file.path)
        at = at_home or os.path.realpath(path) == str(target.real(wanted))
        if at and path.exists():
            return target.shown(path)
    real = target.real(wanted)
    return wanted if holds(real, known[0].sha256, known[0].size) else None


def _whole(file: "FileRow") -> bool:
    return holds(Path(file.path), file.sha256, file.size)


def _has_size(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False
