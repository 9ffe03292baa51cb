"""Provenance of a result: its request in the ledger, or the recipe beside it or in it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from krea_cli.errors import UsageError
from krea_cli.flows.files.publish import hash_file
from krea_cli.flows.recipe.recipe import Recipe, parse_recipe, restore_files
from krea_cli.flows.recipe.selector import LISTING_HINT, find_request, unknown_prefix_error
from krea_cli.flows.recipe.sidecar import MAX_RECIPE_BYTES, SIDECAR_SUFFIX, read_sidecar

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import RequestRow


@dataclass(frozen=True)
class Provenance:
    """The recipe of a result or job, and where it was found.

    row: its request in the ledger, if known
    source: "ledger", "sidecar" or "metadata"
    is_changed: the file has other content than was saved under its name
    file: path and sha256 of the file that was asked for, if the ledger knows its content
    """

    recipe: Recipe
    row: "RequestRow | None" = None
    source: str = "ledger"
    is_changed: bool = False
    file: tuple[Path, str] | None = None

    @property
    def is_erased(self) -> bool:
        """True if the user let the recipe be erased, and no file was found with it."""
        erased_at = self.row.erased_at if self.row else None
        return self.source == "ledger" and erased_at is not None


@dataclass(frozen=True)
class BaseRecipe:
    """The recipe that a new request starts from.

    base: fields that were given, and the seed, given or drawn
    filled: fields that were filled in with defaults
    is_changed: the file has other content than was saved under its name
    avoided_seed: a seed that the new request is not to draw
    """

    model: str | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    is_changed: bool = False
    avoided_seed: int | None = None

    def without_seed(self) -> "BaseRecipe":
        """Return this recipe for a result with another seed."""
        base, filled = (
            {name: value for name, value in fields.items() if name != "seed"}
            for fields in (self.base, self.filled)
        )
        seed = self.base.get("seed")
        avoided = seed if isinstance(seed, int) else None
        return replace(self, base=base, filled=filled, avoided_seed=avoided)


def find_provenance(text: str, ledger: "AccountLedger | None", *, cwd: Path) -> Provenance | None:
    """Find the provenance of TEXT: a file, or what `find_request` takes.

    A word with a slash or a dot is a file; any other only if it means nothing else. Returns None
    if nothing is known. Raises `UsageError` for a file that cannot be read, and as `find_request`.
    """
    row = None if is_path(text) else find_request(text, ledger)
    if row:
        return Provenance(Recipe.from_row(row), row)
    path = Path(os.path.abspath(cwd / text))
    return _of_file(path, ledger) if path.is_file() else _of_missing_file(path, ledger)


def is_path(text: str) -> bool:
    """Tell if TEXT can only be a file: it has a slash or a dot, which no id has."""
    return "/" in text or "." in text


def require_provenance(text: str, ledger: "AccountLedger | None", *, cwd: Path) -> Provenance:
    """Find the provenance of TEXT. Raises `UsageError` if nothing is known."""
    provenance = find_provenance(text, ledger, cwd=cwd)
    if provenance is None:
        if not (is_file := (cwd / text).is_file()) and (error := unknown_prefix_error(text)):
            raise error
        where = "this ledger, beside it or in it" if is_file else "this ledger"
        raise UsageError(f"nothing about {text} is in {where}", hint=LISTING_HINT)
    return provenance


def read_base_recipe(provenance: Provenance, ledger: "AccountLedger | None") -> BaseRecipe:
    """Return the recipe of PROVENANCE for a new request, with the local files of LEDGER.

    Raises `UsageError` if the user let it be erased.
    """
    recipe, row = provenance.recipe, provenance.row
    if row is not None and provenance.is_erased:
        raise UsageError(
            f"the text and recipe of request {row.id} were erased",
            hint="a sidecar or a picture with the recipe inside still tells: krea history FILE",
        )
    fields = restore_files(recipe, ledger.uploads if ledger else None)
    given = {*recipe.given, "seed"}
    return BaseRecipe(
        recipe.model,
        base={name: value for name, value in fields.items() if name in given},
        filled={name: value for name, value in fields.items() if name not in given},
        is_changed=provenance.is_changed,
    )


def _of_file(path: Path, ledger: "AccountLedger | None") -> Provenance | None:
    """Look for the content before the path: another file may have that name by now."""
    try:
        sha256 = hash_file(path)
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror}") from failure
    real_path = os.path.realpath(path)
    row = ledger.history.find_by_file_hash(sha256, real_path) if ledger else None
    if row is not None and row.erased_at is None:
        return Provenance(Recipe.from_row(row), row, file=(path, sha256))
    embedded, sidecar = _read_embedded(path), read_sidecar(path)
    if row is not None:
        # The user's own files keep what the ledger was to forget.
        own, source = (embedded, "metadata") if embedded else (sidecar, "sidecar")
        if own is None:
            return Provenance(Recipe.from_row(row), row, file=(path, sha256))
        return Provenance(own, row, source, file=(path, sha256))
    if embedded is not None:
        return _with_row(embedded, ledger, "metadata")
    if sidecar is not None and (sidecar.sha256 == sha256 or path.suffix == SIDECAR_SUFFIX):
        return _with_row(sidecar, ledger, "sidecar")
    if ledger is not None and (row := ledger.history.find_by_path(real_path)):
        return Provenance(Recipe.from_row(row), row, is_changed=True)
    return Provenance(sidecar, source="sidecar", is_changed=True) if sidecar else None


def _of_missing_file(path: Path, ledger: "AccountLedger | None") -> Provenance | None:
    if ledger is None:
        return None
    paths = (os.path.realpath(path), str(path))
    # A request that still runs has no file yet, and is to have one there.
    finders = (ledger.history.find_by_path, ledger.sightings.find_by_target)
    rows = (find(each) for find in finders for each in paths)
    row = next(filter(None, rows), None)
    return Provenance(Recipe.from_row(row), row) if row else None


def _with_row(recipe: Recipe, ledger: "AccountLedger | None", source: str) -> Provenance:
    """Provenance of RECIPE, which gives way to the request of its job in the ledger."""
    row = ledger.requests.find_by_job(recipe.job_id) if ledger and recipe.job_id else None
    is_known = row is not None and row.erased_at is None
    return Provenance(Recipe.from_row(row) if row and is_known else recipe, row, source)


def _read_embedded(path: Path) -> Recipe | None:
    from krea_cli.flows.recipe.image_metadata import MAX_IMAGE_BYTES, extract_recipe

    try:
        if path.stat().st_size > MAX_IMAGE_BYTES:
            return None
        text = extract_recipe(path.read_bytes())
    except OSError:
        return None
    return _parse_text(text) if text and len(text) <= MAX_RECIPE_BYTES else None


def _parse_text(text: str) -> Recipe | None:
    try:
        return parse_recipe(json.loads(text))
    except (ValueError, RecursionError):
        return None
