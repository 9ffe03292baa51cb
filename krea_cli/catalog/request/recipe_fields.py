"""A request like an earlier one: its fields, where the user did not give others."""

from collections.abc import Mapping
from typing import Any

from krea_cli.catalog.request.builder import Gathering

# The shape of a picture is given by one of these ways, which goes against the other.
PIXELS, RATIO = frozenset({"width", "height"}), frozenset({"aspect_ratio"})
OF_NO_SIZE = {"prompt", "seed"}  # fields from which nothing is ever filled in


def take_base(gathering: Gathering) -> dict[str, Any]:
    """Give the fields of the base that nothing was given for; the request to fill up from there.

    A width or height that is given now replaces the ratio of before, and the reverse.
    """
    wishes, typed = gathering.wishes, set(gathering.given)
    for name, value in _kept(gathering, wishes.base, typed).items():
        if name == "seed" and gathering.lacks(name):
            gathering.notes.append("this model takes no seed: that of the recipe is left out")
        else:
            gathering.put(name, value, by="the recipe")
    if not typed <= OF_NO_SIZE:
        # What was filled in may follow from what is changed now: a size from its picture, say.
        return dict(gathering.given)
    filled = _kept(gathering, wishes.filled, typed)
    known = {name: value for name, value in filled.items() if gathering.model.field(name)}
    return known | gathering.given


def _kept(gathering: Gathering, fields: Mapping[str, Any], typed: set[str]) -> dict[str, Any]:
    named = {gathering.renamed(name): value for name, value in fields.items()}
    return {
        name: value
        for name, value in named.items()
        if name not in typed and not _replaced(name, typed)
    }


def _replaced(name: str, typed: set[str]) -> bool:
    """Whether NAME says another way what was TYPED: a ratio for pixels, or the reverse."""
    return any(
        name in own and bool(typed & other) for own, other in ((PIXELS, RATIO), (RATIO, PIXELS))
    )
