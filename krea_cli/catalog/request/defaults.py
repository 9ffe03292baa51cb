"""What may be filled in without guessing what the user wants, and the words that say so."""

from typing import Any

from krea_cli.catalog.local_files import LocalFile, local_files
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.request.inputs import Wishes
from krea_cli.catalog.request.sizes import equal_ratio, magnitude, within

SIDE = 1024


def fill(model: Model, given: dict[str, Any], wishes: Wishes) -> tuple[dict[str, Any], list[str]]:
    """The body made from GIVEN, and what was filled in, told."""
    notes: list[str] = []
    body = {name: _siblings(model.field(name), value, name, notes) for name, value in given.items()}
    filled = _size_of_source(model, body, wishes)
    for field in model.fields:
        if field.name not in body and field.name not in filled:
            value = _sensible(model, field, body)
            if value is not None:
                filled[field.name] = value
    notes += [f"{name} {spoken(value)} filled in" for name, value in filled.items()]
    return body | filled, notes


def spoken(value: Any) -> str:
    """A value as it is typed: true, not True."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sensible(model: Model, field: Field, body: dict[str, Any]) -> Any:
    """The one value that the missing FIELD can sensibly have; None if that would be a guess."""
    if field.name == "input_mode" and _from_text(model, field, body):
        return "text"
    if not field.required or field.name in ("seed", "prompt"):
        return None
    if len(field.choices) == 1:
        return field.choices[0]
    if field.has_default and field.default is not None:
        return field.default
    if field.name == "aspect_ratio":
        return "1:1" if "1:1" in field.choices else equal_ratio(field, 1.0)
    if field.name == "resolution" and field.choices:
        return min(field.choices, key=magnitude)
    if field.name in ("width", "height") and model.kind != "enhance":
        return within(field, SIDE)
    return None


def _from_text(model: Model, field: Field, body: dict[str, Any]) -> bool:
    """True for a model that works from a picture unless told, and was given only a prompt."""
    media = [known.name for known in model.fields if known.takes_media and body.get(known.name)]
    return "text" in field.choices and field.default != "text" and "prompt" in body and not media


def _size_of_source(model: Model, body: dict[str, Any], wishes: Wishes) -> dict[str, Any]:
    """Width and height of an upscaled picture: its own times the scaling factor, within bounds."""
    width, height = model.field("width"), model.field("height")
    if model.kind != "enhance" or width is None or height is None:
        return {}
    missing = [known for known in (width, height) if known.required and known.name not in body]
    pictures = local_files({name: body[name] for name in body if name.startswith("image_url")})
    if not missing or len(pictures) != 1 or not wishes.is_file(pictures[0].path):
        return {}
    size = wishes.measure(pictures[0].path)
    if size is None:
        return {}
    if len(missing) == 1:
        return _other_side(missing[0], body, dict(zip(("width", "height"), size, strict=True)))
    factor = _factor(model, body)
    # Both sides shrink alike where one of them would leave its bounds.
    for side, known in zip(size, (width, height), strict=True):
        if known.maximum is not None and side * factor > known.maximum:
            factor = known.maximum / side
    sides = zip((width, height), size, strict=True)
    return {known.name: within(known, side * factor, step=1) for known, side in sides}


def _other_side(missing: Field, body: dict[str, Any], size: dict[str, int]) -> dict[str, Any]:
    """The MISSING side, in the proportion of a picture of SIZE to the side that BODY has."""
    (known,) = size.keys() - {missing.name}
    stated = body.get(known)
    if isinstance(stated, bool) or not isinstance(stated, (int, float)) or stated <= 0:
        return {}
    return {missing.name: within(missing, stated * size[missing.name] / size[known], step=1)}


def _factor(model: Model, body: dict[str, Any]) -> float:
    field = model.field("image_scaling_factor")
    stated = body.get("image_scaling_factor", field.default if field else None)
    if isinstance(stated, (int, float)) and not isinstance(stated, bool) and stated > 0:
        return float(stated)
    return 1.0


def _siblings(field: Field | None, value: Any, path: str, notes: list[str]) -> Any:
    """VALUE with the missing required properties of its objects filled in, at any depth."""
    if field is None or isinstance(value, LocalFile):
        return value
    if isinstance(value, list) and field.items is not None:
        items = field.items
        return [_siblings(items, one, f"{path}[{i}]", notes) for i, one in enumerate(value)]
    if not isinstance(value, dict):
        return value
    whole = {
        name: _siblings(field.property(name), inner, f"{path}.{name}", notes)
        for name, inner in value.items()
    }
    for known in field.properties:
        if known.required and known.name not in whole:
            sensible = _sibling(known)
            if sensible is not None:
                whole[known.name] = sensible
                notes.append(f"{path}.{known.name} {spoken(sensible)} filled in")
    return whole


def _sibling(field: Field) -> Any:
    if len(field.choices) == 1:
        return field.choices[0]
    if field.has_default and field.default is not None:
        return field.default
    if field.name != "strength" or not {"number", "integer"} & set(field.types):
        return None
    strength = 1 if field.maximum is None else min(1, field.maximum)
    return strength if field.minimum is None else max(strength, field.minimum)
