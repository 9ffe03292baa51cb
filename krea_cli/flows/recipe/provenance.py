"""Where a result comes from: its request in the ledger, or the recipe beside it or in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from krea_cli.flows.recipe.recipe import Recipe
    from krea_cli.local.ledger.account_ledger import AccountLedger

import os
from typing import TYPE_CHECKING

from krea_cli.api.job_id import is_job_id
from krea_cli.errors import UsageError
from krea_cli.flows.files.publish import digest
from krea_cli.flows.recipe.recipe import Recipe, parse_recipe
from krea_cli.flows.recipe.sidecar import MOST_BYTES, read_sidecar

if TYPE_CHECKING:
    from krea_cli.local.ledger.account_ledger import AccountLedger
    from krea_cli.local.ledger.rows import Row


@dataclass(frozen=True)
class Origin:
    """The recipe of what was named; the request of the ledger, where that is known.

    `source` is "ledger", "sidecar" or "metadata"; `changed`: the file is not what was saved there.
    """

    recipe: Recipe
    row: "Row | None" = None
    source: str = "ledger"
    changed: bool = False


def origin(text: str, ledger: "AccountLedger | None", *, cwd: Path) -> Origin | None:
    """What made TEXT: a job's id, a file, or the number of a request. None if nobody knows."""
    if ledger is not None and is_job_id(text) and (row := ledger.by_job(text)):
        return Origin(Recipe.of(row), row)
    path = Path(os.path.abspath(cwd / text))
    if path.is_file():
        return _of_file(path, ledger)
    number = _number(text)
    if ledger is not None and number is not None and (row := ledger.find(number)):
        return Origin(Recipe.of(row), row)
    return _of_absent(path, ledger)


def known_origin(text: str, ledger: "AccountLedger | None", *, cwd: Path) -> Origin:
    """As `origin`. Raises `UsageError` where nobody knows."""
    found = origin(text, ledger, cwd=cwd)
    if found is None:
        where = "the ledger, beside it or in it" if (cwd / text).is_file() else "the ledger"
        raise UsageError(f"nothing about {text} is in {where}", hint="krea history lists what is")
    return found


def _number(text: str) -> int | None:
    digits = text.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None


def _of_file(path: Path, ledger: "AccountLedger | None") -> Origin | None:
    """By content before place: a name may have been given to something else since."""
    try:
        sha256 = digest(path)
    except OSError as failure:
        raise UsageError(f"{path} cannot be read: {failure.strerror}") from failure
    if ledger is not None and (row := ledger.history.holding(sha256)):
        return Origin(Recipe.of(row), row)
    inside, beside = _inside(path), read_sidecar(path)
    if inside is not None:
        return _known(inside, ledger, "metadata")
    if beside is not None and (beside.sha256 == sha256 or path.suffix == ".json"):
        return _known(beside, ledger, "sidecar")
    if ledger is not None and (row := ledger.history.made(os.path.realpath(path))):
        return Origin(Recipe.of(row), row, changed=True)
    return Origin(beside, source="sidecar", changed=True) if beside else None


def _of_absent(path: Path, ledger: "AccountLedger | None") -> Origin | None:
    if ledger is None:
        return None
    row = ledger.history.made(os.path.realpath(path)) or ledger.history.made(str(path))
    return Origin(Recipe.of(row), row) if row else None


def _known(recipe: Recipe, ledger: "AccountLedger | None", source: str) -> Origin:
    """RECIPE, with what the ledger knows beyond it of that job."""
    row = ledger.by_job(recipe.job_id) if ledger and recipe.job_id else None
    return Origin(Recipe.of(row) if row else recipe, row, source)


def _inside(path: Path) -> Recipe | None:
    from krea_cli.flows.recipe.image_metadata import LARGEST, embedded

    try:
        if path.stat().st_size > LARGEST:
            return None
        text = embedded(path.read_bytes())
    except OSError:
        return None
    return _parsed(text) if text and len(text) <= MOST_BYTES else None


def _parsed(text: str) -> Recipe | None:
    import json

    try:
        return parse_recipe(json.loads(text))
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True)
class Likeness:
    """The model, the fields that were given or drawn, and those that were filled in.

    `changed`: the file that was named is not what was saved there.
    """

    model: str | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = False


def likeness(text: str, ledger: "AccountLedger | None", *, cwd: Path) -> Likeness:
    """What the file or job TEXT was made by. Raises `UsageError` where nobody knows."""
    # Only where --like is given: most requests are like no other.
    from krea_cli.flows.recipe.recipe import restored

    found = known_origin(text, ledger, cwd=cwd)
    base, filled = _divided(
        found.recipe, restored(found.recipe, ledger.uploads if ledger else None)
    )
    return Likeness(found.recipe.model, base, filled, found.changed)


def _divided(recipe: "Recipe", fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """FIELDS as those that the user gave, with the seed, and those that were filled in."""
    given = {*recipe.given, "seed"}
    base = {name: value for name, value in fields.items() if name in given}
    return base, {name: value for name, value in fields.items() if name not in given}
