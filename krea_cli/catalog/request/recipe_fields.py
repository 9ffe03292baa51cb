"""Fields of an earlier recipe, or of a preset: they count unless the user gives others."""

from collections.abc import Mapping
from typing import Any

from krea_cli.catalog.request.builder import PRESET, RequestBuilder

# Two ways to give the shape of a picture; one of them excludes the other.
PIXEL_FIELDS, RATIO_FIELDS = frozenset({"width", "height"}), frozenset({"aspect_ratio"})
# No default of another field ever follows from these.
INDEPENDENT_FIELDS = {"prompt", "seed"}


def apply_base(builder: RequestBuilder) -> dict[str, Any]:
    """Add the base to the given fields; return them with the recipe's defaults.

    A width or height of the user replaces the aspect ratio of the base, and the reverse.
    The defaults are dropped if the user gave more than prompt and seed.
    """
    inputs, user_fields = builder.inputs, set(builder.given)
    for name, value in _unreplaced(builder, inputs.base, user_fields).items():
        if name == "seed" and builder.has_no_field(name):
            builder.notes.append("this model takes no seed: that of the recipe is left out")
        else:
            builder.set_value(name, value, source="the recipe")
    _apply_preset(builder)
    if not user_fields <= INDEPENDENT_FIELDS:
        # A default may follow from a field that is changed now: a size from its picture, say.
        return dict(builder.given)
    defaults = _unreplaced(builder, inputs.filled, user_fields)
    usable = {name: value for name, value in defaults.items() if builder.model.field(name)}
    return usable | builder.given


def _apply_preset(builder: RequestBuilder) -> None:
    """Add the fields of the preset that are given nowhere else. None may be a file or address."""
    preset, given = builder.inputs.preset, set(builder.given)
    for name, value in _unreplaced(builder, preset, given).items():
        field = builder.model.field(name)
        if field is not None and field.takes_media:
            message = "given by the preset, which holds no files and no addresses"
            builder.report_problem(name, message)
        else:
            builder.set_value(name, value, source=PRESET)


def _unreplaced(
    builder: RequestBuilder, fields: Mapping[str, Any], user_fields: set[str]
) -> dict[str, Any]:
    """Return FIELDS under today's names, without those that USER_FIELDS replace."""
    today = {builder.translate_name(name): value for name, value in fields.items()}
    return {
        name: value
        for name, value in today.items()
        if name not in user_fields and not _is_replaced(name, user_fields)
    }


def _is_replaced(name: str, user_fields: set[str]) -> bool:
    """Return True for a ratio if USER_FIELDS has pixels, and the reverse."""
    if name in PIXEL_FIELDS:
        return bool(user_fields & RATIO_FIELDS)
    return name in RATIO_FIELDS and bool(user_fields & PIXEL_FIELDS)
