"""Fill in fields without guessing at the user's intent, with a note for each."""

from typing import Any

from krea_cli.catalog.local_files import LocalFile, find_local_files
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.request.inputs import RequestInputs
from krea_cli.catalog.request.sizes import equal_ratio, nearest_allowed, resolution_rank

DEFAULT_SIDE_PIXELS = 1024


def fill_defaults(
    model: Model, given: dict[str, Any], inputs: RequestInputs
) -> tuple[dict[str, Any], list[str]]:
    """Return GIVEN with defaults filled in, and a note for each default."""
    notes: list[str] = []
    body = {
        name: _fill_properties(model.field(name), value, name, notes)
        for name, value in given.items()
    }
    defaults = _upscaled_size(model, body, inputs)
    for field in model.fields:
        if field.name not in body and field.name not in defaults:
            value = _default(model, field, body)
            if value is not None:
                defaults[field.name] = value
    notes += [f"{name} {format_value(value)} filled in" for name, value in defaults.items()]
    return body | defaults, notes


def format_value(value: Any) -> str:
    """Return VALUE as it is typed: true, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _default(model: Model, field: Field, body: dict[str, Any]) -> Any:
    """Return the only sensible value of the missing FIELD; None instead of a guess."""
    if field.name == "input_mode" and _works_from_text(model, field, body):
        return "text"
    if not field.required or field.name in ("seed", "prompt"):
        return None
    if (value := _stated_default(field)) is not None:
        return value
    if field.name == "aspect_ratio":
        return "1:1" if "1:1" in field.choices else equal_ratio(field, 1.0)
    if field.name == "resolution" and field.choices:
        return min(field.choices, key=resolution_rank)
    if field.name in ("width", "height") and model.kind != "enhance":
        return nearest_allowed(field, DEFAULT_SIDE_PIXELS)
    return None


def _stated_default(field: Field) -> Any:
    """Return the only choice of FIELD, else its default; None without."""
    if len(field.choices) == 1:
        return field.choices[0]
    return field.default if field.has_default else None


def _works_from_text(model: Model, field: Field, body: dict[str, Any]) -> bool:
    """Return True if a model that works from pictures by default was given only a prompt."""
    media = [other for other in model.fields if other.takes_media and body.get(other.name)]
    return "text" in field.choices and field.default != "text" and "prompt" in body and not media


def _upscaled_size(model: Model, body: dict[str, Any], inputs: RequestInputs) -> dict[str, Any]:
    """Return width and height of an upscaled picture: its own times the factor, within bounds."""
    width, height = model.field("width"), model.field("height")
    if model.kind != "enhance" or width is None or height is None:
        return {}
    missing = [side for side in (width, height) if side.required and side.name not in body]
    pictures = find_local_files({name: body[name] for name in body if name.startswith("image_url")})
    if not missing or len(pictures) != 1 or not inputs.is_file(pictures[0].path):
        return {}
    size = inputs.image_size(pictures[0].path)
    if size is None:
        return {}
    if len(missing) == 1:
        return _other_side(missing[0], body, {"width": size[0], "height": size[1]})
    factor = _scaling_factor(model, body)
    sides = list(zip((width, height), size, strict=True))
    # Both sides shrink alike if one of them would leave its bounds.
    for side, pixels in sides:
        if side.maximum is not None and pixels * factor > side.maximum:
            factor = side.maximum / pixels
    return {side.name: nearest_allowed(side, pixels * factor, step=1) for side, pixels in sides}


def _other_side(missing: Field, body: dict[str, Any], size: dict[str, int]) -> dict[str, Any]:
    """Return the MISSING side in proportion to the side in BODY.

    size: width and height of the picture
    """
    (other,) = size.keys() - {missing.name}
    stated = body.get(other)
    if isinstance(stated, bool) or not isinstance(stated, (int, float)) or stated <= 0:
        return {}
    wanted = stated * size[missing.name] / size[other]
    return {missing.name: nearest_allowed(missing, wanted, step=1)}


def _scaling_factor(model: Model, body: dict[str, Any]) -> float:
    field = model.field("image_scaling_factor")
    stated = body.get("image_scaling_factor", field.default if field else None)
    if isinstance(stated, (int, float)) and not isinstance(stated, bool) and stated > 0:
        return float(stated)
    return 1.0


def _fill_properties(field: Field | None, value: Any, path: str, notes: list[str]) -> Any:
    """Copy VALUE with missing required properties of its objects filled in, at any depth."""
    if field is None or isinstance(value, LocalFile):
        return value
    if isinstance(value, list) and field.items is not None:
        items = field.items
        return [
            _fill_properties(items, element, f"{path}[{index}]", notes)
            for index, element in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    filled = {
        name: _fill_properties(field.property(name), inner, f"{path}.{name}", notes)
        for name, inner in value.items()
    }
    for inner in field.properties:
        if inner.required and inner.name not in filled:
            default = _property_default(inner)
            if default is not None:
                filled[inner.name] = default
                notes.append(f"{path}.{inner.name} {format_value(default)} filled in")
    return filled


def _property_default(field: Field) -> Any:
    if (value := _stated_default(field)) is not None:
        return value
    if field.name != "strength" or not {"number", "integer"} & set(field.types):
        return None
    strength = 1 if field.maximum is None else min(1, field.maximum)
    return strength if field.minimum is None else max(strength, field.minimum)
