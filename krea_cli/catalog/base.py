"""A request like an earlier one: its fields, where the user did not give others."""

from typing import Any

from krea_cli.catalog.gather import Gathering

# What the size of a picture is given by; one way goes against the other.
SIZES = (frozenset({"width", "height"}), frozenset({"aspect_ratio"}), frozenset({"resolution"}))
RATIO = SIZES[0] | SIZES[1]
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
    # What was filled in may follow from what is changed now: a size from its picture, say.
    filled = _kept(gathering, wishes.filled, typed)
    known = {
        name: value
        for name, value in filled.items()
        if gathering.model.field(name) is not None and typed <= OF_NO_SIZE
    }
    return {**known, **gathering.given} if known else dict(gathering.given)


def _kept(gathering: Gathering, fields: Any, typed: set[str]) -> dict[str, Any]:
    named = {gathering.renamed(name): value for name, value in fields.items()}
    return {
        name: value
        for name, value in named.items()
        if name not in typed and not _replaced(name, typed)
    }


def _replaced(name: str, typed: set[str]) -> bool:
    """Whether NAME says another way what was TYPED: a ratio for pixels, or the reverse."""
    if name not in RATIO:
        return False
    own = next(way for way in SIZES if name in way)
    return bool(typed & (RATIO - own))
