"""The recipe beside a result, as JSON: FILE.json."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.flows.files.naming import MAX_NAME_BYTES, shorten
from krea_cli.flows.files.part_file import part_path
from krea_cli.flows.files.part_records import open_recorded_part
from krea_cli.flows.files.publish import PublishedFile, write_file
from krea_cli.flows.recipe.recipe import Recipe, parse_recipe

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger

SIDECAR_SUFFIX = ".json"
MAX_RECIPE_BYTES = 20_000_000  # a recipe may hold a few pictures as data: addresses


def sidecar_path(path: Path) -> Path:
    """Path of the sidecar for the result at PATH."""
    name = path.name
    if len(name.encode(errors="surrogateescape")) > MAX_NAME_BYTES - len(SIDECAR_SUFFIX):
        name = shorten(name, limit=MAX_NAME_BYTES - len(SIDECAR_SUFFIX))
    return path.with_name(name + SIDECAR_SUFFIX)


def write_sidecar(
    path: Path, record: dict[str, Any], *, force: bool, ledger: "AccountLedger | None"
) -> PublishedFile:
    """Write RECORD, a recipe as `Recipe.as_dict` gives it, beside the result at PATH.

    A sidecar with this content stays. Any other file there is replaced with FORCE only. A sidecar
    of the same batch item, whose result was removed, is replaced in any case. LEDGER records the
    part file.
    Raises OSError, KreaError.
    """
    target = sidecar_path(path)
    current = _read_recipe(target) if record.get("item") else None
    force = force or (current is not None and current.item == record["item"])
    content = (json.dumps(record, indent=2) + "\n").encode()
    part = open_recorded_part(part_path(target), ledger, request_id=None)
    return write_file(part, target, [content], force=force)


def read_sidecar_of(path: Path) -> Recipe | None:
    """Read the recipe beside PATH, whether there is a file at PATH or not; None without one."""
    return _read_recipe(sidecar_path(path))


def is_stale(recipe: Recipe, sha256: str) -> bool:
    """Tell if RECIPE is of another file than that of hash SHA256."""
    return recipe.sha256 not in (None, sha256)


def read_sidecar(path: Path) -> Recipe | None:
    """Read the recipe beside PATH, or in PATH if that is a sidecar itself; None without one."""
    for candidate in (sidecar_path(path), path):
        if candidate.name.endswith(SIDECAR_SUFFIX) and (recipe := _read_recipe(candidate)):
            return recipe
    return None


def _read_recipe(path: Path) -> Recipe | None:
    try:
        if not path.is_file():  # to open a FIFO could block for ever
            return None
        with path.open("rb") as file:
            content = file.read(MAX_RECIPE_BYTES + 1)
        return parse_recipe(json.loads(content)) if len(content) <= MAX_RECIPE_BYTES else None
    except (OSError, ValueError, RecursionError):
        return None
