"""An entry of a report: one JSON object for an item of a batch, as the ledger knows it.

- schema: 1
- line, index, n: as in `Item`
- model: its id
- request: the fields that were sent, with `sha256:…` for local files
- seed: given or drawn
- tags: value by name, empty for a bare name
- state: "waiting", "running", "saved" …
- job_id: null if there is no job yet
- files: path, sha256, bytes and type of each
- price: text for people
- cost: dollars that were paid or may have been; null if unknown
- charged: "yes", "no" or "unknown"
- error: the message
- created_at, completed_at: in ISO 8601

Paths below the folder of the report are relative to it, so that both can be moved.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.api.job_id import is_job_id
from krea_cli.catalog.local_files import replace_local_files
from krea_cli.dollars import to_dollars
from krea_cli.flows.files.content_type import SNIFF_BYTES, content_type
from krea_cli.flows.files.existing_results import list_own_paths
from krea_cli.flows.files.kept_files import is_kept
from krea_cli.flows.files.naming import NameFacts, static_folder
from krea_cli.flows.files.originals import is_original
from krea_cli.flows.files.output_slot import OutputSlot
from krea_cli.flows.files.publish import hash_file
from krea_cli.flows.files.target import parse_target
from krea_cli.flows.recipe.recipe import HASH_PREFIX, Recipe
from krea_cli.flows.recipe.sidecar import read_sidecar
from krea_cli.local.ledger.history import has_ended_empty

if TYPE_CHECKING:
    from krea_cli.flows.batch.item import Item
    from krea_cli.flows.submit.elsewhere import Elsewhere
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import FileRow, RequestRow

FindElsewhere = Callable[["Item"], "Elsewhere | None"]
REPORT_SCHEMA = 1
MAX_ENTRY_BYTES = 50_000_000  # a request may hold a few pictures as data: addresses
# Words for the states of a request; the other states keep their names.
STATE_WORDS = {
    "checked": "waiting",
    "sending": "in doubt",
    "unknown": "in doubt",
    "unfound": "in doubt",
    "submitted": "running",
    "completed": "not saved",
}


@dataclass(frozen=True)
class ReportedFile:
    """A file in a report.

    path: as written in the report
    sha256, size: hash and bytes of its content
    """

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ReportEntry:
    """The part of an entry about the files of an item."""

    line: int
    state: str
    job_id: str | None
    files: tuple[ReportedFile, ...]


def report_records(
    items: "Iterable[Item]",
    ledger: "AccountLedger",
    *,
    cwd: Path,
    folder: Path | None,
    find_elsewhere: "FindElsewhere",
) -> Iterator[dict[str, Any]]:
    """Yield the entry of each of ITEMS: a JSON object, as the docstring of this module says.

    Raises LedgerUnusable.

    cwd: the folder that targets of items are relative to
    folder: paths below it become relative to it; None makes all absolute
    find_elsewhere: finds what another host has sent for an item
    """
    for item in items:
        row = ledger.items.find_latest(item.fingerprint)
        if row is not None:
            record = _ledger_record(item, row, ledger, cwd)
            if row.erased_at is not None:  # the list has the text still
                del record["request"], record["seed"]
        elif item.existing_file is not None:
            record = _sidecar_record(item, cwd)
        elif found := find_elsewhere(item):
            request = found.request
            record = _ledger_record(item, request.row, request.ledger, cwd) | {"cost": 0.0}
        else:
            record = {"state": "waiting", "cost": 0.0, "charged": "no"}
        for file in record.get("files", ()):
            file["path"] = _relative_path(file["path"], folder)
        yield _blank_record(item) | record


def _blank_record(item: "Item") -> dict[str, Any]:
    """Entry with all its keys, as far as the item says."""
    hashes = {path: HASH_PREFIX + sha256 for path, sha256 in item.file_hashes.items()}
    return {
        "schema": REPORT_SCHEMA,
        "line": item.line,
        "index": item.index,
        "n": item.n,
        "model": item.model,
        "request": replace_local_files(item.body, hashes),
        "seed": item.body.get("seed"),
        "tags": {name: value for name, value in item.tags.items() if value is not None},
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


def _ledger_record(
    item: "Item", row: "RequestRow", ledger: "AccountLedger", cwd: Path
) -> dict[str, Any]:
    recipe = Recipe.from_row(row, uploads=ledger.uploads)
    files = ledger.history.list_files(row.job_id) if row.job_id else []
    if len(files) > 1:
        files = _choose_files(files, item, row, cwd)
    is_free = row.charged == "no" or item.shares_payment
    cost = 0 if is_free else row.cost  # of the request, at most
    return {
        "request": recipe.request,
        "seed": row.seed if row.seed is not None else recipe.request.get("seed"),
        "tags": _join_tags(item, row),
        "state": "empty" if has_ended_empty(row) else STATE_WORDS.get(row.state, row.state),
        "job_id": row.job_id,
        "files": [_file_record(file.path, file.sha256, file.size, file.type) for file in files],
        "price": row.price or item.price,
        "cost": None if cost is None else to_dollars(cost),
        "charged": row.charged,
        "error": row.error,
        "created_at": recipe.created_at,
        "completed_at": recipe.completed_at,
    }


def _join_tags(item: "Item", row: "RequestRow") -> dict[str, str]:
    """Return the tags of ITEM and of its request, which is another item's if it shares it."""
    tags: dict[str, str | None] = {**({} if item.shares_payment else row.tags), **item.tags}
    return {name: value for name, value in tags.items() if value is not None}


def _choose_files(
    files: "list[FileRow]", item: "Item", row: "RequestRow", cwd: Path
) -> "list[FileRow]":
    """Choose a file for each result: at the item's place, else in its folder, else the last."""
    target = parse_target(item.target, cwd=cwd)
    slot = OutputSlot(target=target, n=item.n, count=item.count)
    facts = NameFacts.of_row(row)
    folder = os.path.join(os.path.abspath(cwd / static_folder(item.target)), "")
    file_by_index: dict[int, FileRow] = {}

    def rank(file: "FileRow") -> tuple[bool, bool, bool, float]:
        own = {str(target.absolute_path(path)) for path in list_own_paths(file, files, slot, facts)}
        is_in_folder = file.path.startswith(folder)
        is_result = not (is_kept(file.path) or is_original(file.path))
        return is_result, file.path in own, is_in_folder, file.at

    for file in sorted(files, key=rank):
        file_by_index[file.index] = file
    chosen = [file_by_index[index] for index in sorted(file_by_index)]
    folders = {os.path.dirname(file.path) for file in chosen}
    others = (file for file in files if file not in chosen)
    # What stays beside a picture that was converted is a file of the item as well.
    return chosen + [
        file for file in others if is_original(file.path) and os.path.dirname(file.path) in folders
    ]


def _sidecar_record(item: "Item", cwd: Path) -> dict[str, Any]:
    """Entry of an item that another machine made, by its file and the sidecar."""
    assert item.existing_file is not None
    path = Path(os.path.abspath(cwd / item.existing_file))
    recipe = read_sidecar(path)
    record: dict[str, Any] = {"charged": "yes"}
    if recipe is not None:
        record |= {
            "request": recipe.request,
            "seed": recipe.seed,
            "job_id": recipe.job_id,
            "price": recipe.price or item.price,
            "created_at": recipe.created_at,
            "completed_at": recipe.completed_at,
        }
    try:
        with path.open("rb") as file:
            kind = content_type(file.read(SNIFF_BYTES), None).mime
        size, sha256 = path.stat().st_size, hash_file(path)
    except OSError as failure:
        return record | {"state": "not saved", "error": f"{item.existing_file}: {failure.strerror}"}
    return record | {"state": "saved", "files": [_file_record(str(path), sha256, size, kind)]}


def _file_record(path: str, sha256: str, size: int, type: str | None) -> dict[str, Any]:
    return {"path": path, "sha256": sha256, "bytes": size, "type": type}


def _relative_path(path: str, folder: Path | None) -> str:
    if folder is None:
        return path
    prefix = os.path.join(folder, "")
    if not path.startswith(prefix):  # perhaps it does with links followed
        head, name = os.path.split(path)
        real = os.path.join(os.path.realpath(head), name)
        return real.removeprefix(prefix) if real.startswith(prefix) else path
    return path.removeprefix(prefix)


def parse_entry(text: bytes) -> ReportEntry | None:
    """Parse TEXT, a line of any file; None if it is not an entry."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or record.get("schema") != REPORT_SCHEMA:
        return None
    line, state, job_id = record.get("line"), record.get("state"), record.get("job_id")
    files = record.get("files")
    if not isinstance(line, int) or not isinstance(state, str) or not isinstance(files, list):
        return None
    reported = tuple(file for each in files if (file := _parse_file(each)) is not None)
    if len(reported) < len(files):
        return None
    return ReportEntry(line, state, str(job_id) if is_job_id(str(job_id)) else None, reported)


def _parse_file(file: Any) -> ReportedFile | None:
    if not isinstance(file, dict):
        return None
    path, sha256, size = file.get("path"), file.get("sha256"), file.get("bytes")
    if not isinstance(path, str) or not path or "\0" in path:
        return None
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        return None
    return ReportedFile(path, sha256, size) if isinstance(size, int) else None
