"""A request like an earlier one: what `generate --like` starts from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from krea_cli.flows.recipe import Recipe
    from krea_cli.local.ledger.account_ledger import Book


@dataclass(frozen=True)
class Likeness:
    """The model, the fields that were given or drawn, and those that were filled in.

    `changed`: the file that was named is not what was saved there.
    """

    model: str | None = None
    base: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, Any] = field(default_factory=dict)
    changed: bool = False


def likeness(text: str, book: "Book | None", *, cwd: Path) -> Likeness:
    """What the file or job TEXT was made by. Raises `UsageError` where nobody knows."""
    # Only where --like is given: most requests are like no other.
    from krea_cli.flows.origin import known_origin
    from krea_cli.flows.recipe import restored

    found = known_origin(text, book, cwd=cwd)
    base, filled = _divided(found.recipe, restored(found.recipe, book.uploads if book else None))
    return Likeness(found.recipe.model, base, filled, found.changed)


def _divided(recipe: "Recipe", fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """FIELDS as those that the user gave, with the seed, and those that were filled in."""
    given = {*recipe.given, "seed"}
    base = {name: value for name, value in fields.items() if name in given}
    return base, {name: value for name, value in fields.items() if name not in given}
