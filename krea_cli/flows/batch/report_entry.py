"""An entry of a report: a line of JSON for an item of a batch, as the ledger knows it by then.

It holds `schema` (1), `line`, `index`, `n`, `model`, `request` (as sent, with `sha256:…` for local
files), `seed`, `state`, `job_id`, `files` (path, sha256, bytes, type of each), `price`, `cost`
(dollars that were paid or may have been; null: unknown), `charged`, `error`, `created_at` and
`completed_at`. Paths below the folder of the report are relative to it: both can be moved.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.api.job_id import is_job_id
from krea_cli.catalog.local_files import replaced
from krea_cli.flows.files.content_type import HEAD, content_type
from krea_cli.flows.files.publish import digest
from krea_cli.flows.recipe.recipe import CONTENT, Recipe
from krea_cli.flows.recipe.sidecar import read_sidecar

if TYPE_CHECKING:
    from krea_cli.flows.batch.item import Item
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, Row

SCHEMA = 1
LONGEST_LINE = 50_000_000  # bytes; a request may hold a few pictures as data: addresses
# The words of the report for the states of a request; the others are called the same.
STATES = {
    "checked": "waiting",
    "sending": "in doubt",
    "unknown": "in doubt",
    "unfound": "in doubt",
    "submitted": "running",
    "completed": "not saved",
}


@dataclass(frozen=True)
class Reported:
    """A file of a report: its path as written there, and what it held; size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Entry:
    """What a line of a report says of the files of an item."""

    line: int
    state: str
    job_id: str | None
    files: tuple[Reported, ...]


def entries(
    items: "Iterable[Item]", ledger: "AccountLedger", *, cwd: Path, folder: Path | None
) -> Iterator[dict[str, Any]]:
    """The entries of a report, in the order of ITEMS.

    CWD is what their targets are relative to, FOLDER what the paths of files shall be relative to
    where they lie below it; None: all are absolute. Raises LedgerUnusable.
    """
    for item in items:
        row = ledger.items.latest(item.digest)
        if row is not None:
            known = _by_ledger(item, row, ledger, cwd)
        elif item.found is not None:
            known = _by_file(item, cwd)
        else:
            known = {"state": "waiting", "cost": 0.0, "charged": "no"}
        for file in known.get("files", ()):
            file["path"] = _told(file["path"], folder)
        yield _blank(item) | known


def _blank(item: "Item") -> dict[str, Any]:
    """All names of an entry, with what the file of the batch alone says."""
    return {
        "schema": SCHEMA,
        "line": item.line,
        "index": item.index,
        "n": item.n,
        "model": item.model,
        "request": replaced(item.body, {path: CONTENT + it for path, it in item.prints.items()}),
        "seed": item.body.get("seed"),
        "state": None,
        "job_id": None,
        "files": [],
        "price": item.price,
        "cost": None,
        "charged": "unknown",
        "error": None,
        "created_at": None,
        "completed_at": None,
    }


def _by_ledger(item: "Item", row: "Row", ledger: "AccountLedger", cwd: Path) -> dict[str, Any]:
    recipe = Recipe.of(row, uploads=ledger.uploads)
    files = _chosen(ledger.history.files(row.job_id), item, cwd) if row.job_id else []
    return {
        "request": recipe.request,
        "seed": row.seed if row.seed is not None else recipe.request.get("seed"),
        "state": _state(row),
        "job_id": row.job_id,
        "files": [_file(file.path, file.sha256, file.size, file.type) for file in files],
        "price": row.price or item.price,
        "cost": _paid(row),
        "charged": row.charged,
        "error": row.error,
        "created_at": recipe.created_at,
        "completed_at": recipe.completed_at,
    }


def _state(row: "Row") -> str:
    if row.state == "completed" and row.error is not None:
        return "empty"  # the service gave no result; nothing is left to be saved
    return STATES.get(row.state, row.state)


def _paid(row: "Row") -> float | None:
    """Dollars that the request has cost or may have; sums of it are what was spent at most."""
    if row.charged == "no":
        return 0.0
    return None if row.cost is None else row.cost / 1_000_000


def _chosen(files: "list[FileRow]", item: "Item", cwd: Path) -> "list[FileRow]":
    """One file for each result: the last one saved where the item goes, else the last of all."""
    static = item.target.partition("{")[0]
    home = os.path.join(os.path.abspath(cwd / os.path.dirname(static)), "")
    chosen: dict[int, FileRow] = {}
    for file in sorted(files, key=lambda file: (file.path.startswith(home), file.at)):
        chosen[file.index] = file
    return [chosen[index] for index in sorted(chosen)]


def _by_file(item: "Item", cwd: Path) -> dict[str, Any]:
    """What another machine made, as the file and its sidecar tell."""
    assert item.found is not None
    path = Path(os.path.abspath(cwd / item.found))
    recipe = read_sidecar(path)
    told: dict[str, Any] = {"charged": "yes"}
    if recipe is not None:
        told |= {
            "request": recipe.request,
            "seed": recipe.seed,
            "job_id": recipe.job_id,
            "price": recipe.price or item.price,
            "created_at": recipe.created_at,
            "completed_at": recipe.completed_at,
        }
    try:
        with path.open("rb") as file:
            kind = content_type(file.read(HEAD), None).mime
        size, sha256 = path.stat().st_size, digest(path)
    except OSError as failure:
        return told | {"state": "not saved", "error": f"{item.found}: {failure.strerror}"}
    return told | {"state": "saved", "files": [_file(str(path), sha256, size, kind)]}


def _file(path: str, sha256: str, size: int, type: str | None) -> dict[str, Any]:
    return {"path": path, "sha256": sha256, "bytes": size, "type": type}


def _told(path: str, folder: Path | None) -> str:
    if folder is None:
        return path
    inside = os.path.join(folder, "")
    if not path.startswith(inside):  # by another name, perhaps: through a link
        head, name = os.path.split(path)
        real = os.path.join(os.path.realpath(head), name)
        return real.removeprefix(inside) if real.startswith(inside) else path
    return path.removeprefix(inside)


def parse_entry(text: bytes) -> Entry | None:
    """The entry that TEXT is, a line of a file from anywhere; None if it is none."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        return None
    line, state, job_id = told.get("line"), told.get("state"), told.get("job_id")
    files = told.get("files")
    if not isinstance(line, int) or not isinstance(state, str) or not isinstance(files, list):
        return None
    reported = [_reported(file) for file in files]
    if None in reported:
        return None
    known = tuple(file for file in reported if file is not None)
    return Entry(line, state, str(job_id) if is_job_id(str(job_id)) else None, known)


def _reported(file: Any) -> Reported | None:
    if not isinstance(file, dict):
        return None
    path, sha256, size = file.get("path"), file.get("sha256"), file.get("bytes")
    if not isinstance(path, str) or not path or "\0" in path:
        return None
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        return None
    return Reported(path, sha256, size) if isinstance(size, int) else None
