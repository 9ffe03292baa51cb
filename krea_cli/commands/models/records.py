"""Models as objects of `krea models --json`."""

from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.price_ranges import price_bounds, price_range
from krea_cli.catalog.wishes import list_inputs
from krea_cli.commands.models.examples import example_command, second_command
from krea_cli.commands.models.field_options import field_option
from krea_cli.terminal import formats


def to_record(model: Model, *, default_id: str | None) -> dict[str, object]:
    """Return MODEL as an object of the list.

    Keys: id, kind, title, route, inputs, field_names, typical_seconds, price, priced_at,
    deprecated, sunset and default. `price_from` and `price_to` are the dollars of its cheapest
    and its dearest request, None where unknown.

    default_id: the id of the model for requests that name none
    """
    is_priced, bounds = model.priced_at is not None, price_bounds(model)
    high = bounds.high if bounds else None
    return {
        "id": model.id,
        "kind": model.kind,
        "title": model.title,
        "route": model.route,
        "inputs": list(list_inputs(model)),
        "field_names": [field.name for field in model.fields],
        "typical_seconds": model.typical_seconds,
        "price": price_range(model),
        "price_from": None if bounds is None else float(bounds.low),
        "price_to": None if high is None else float(high),
        "price_about": bounds.is_about if bounds else None,
        "priced_at": formats.utc_date(model.priced_at or 0) if is_priced else None,
        "deprecated": model.deprecated,
        "sunset": model.sunset,
        "default": model.id == default_id,
    }


def to_full_record(model: Model, *, default_id: str | None) -> dict[str, object]:
    """Return MODEL as the object of its card.

    More keys than `to_record`: fields, pricing, aliases, example, command and second_command.
    """
    return to_record(model, default_id=default_id) | {
        "fields": [_field_record(field, model) for field in model.fields],
        "pricing": model.pricing,
        "aliases": dict(model.aliases),
        "example": model.example,
        "command": example_command(model),
        "second_command": second_command(model),
    }


def _field_record(field: Field, model: Model | None = None) -> dict[str, object]:
    facts = {
        "option": field_option(model, field) if model else None,
        "choices": list(field.choices) or None,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "multiple_of": field.multiple_of,
        "min_length": field.min_length,
        "max_length": field.max_length,
        "min_items": field.min_items,
        "max_items": field.max_items,
        "media": True if field.takes_media else None,
        "fields": [_field_record(inner) for inner in (field.items or field).properties] or None,
        "deprecated": True if field.deprecated else None,
    }
    record = {
        "name": field.name,
        "type": list(field.types),
        "required": field.required,
        "nullable": field.nullable,
    }
    record |= {"default": field.default} if field.has_default else {}
    return record | {name: fact for name, fact in facts.items() if fact is not None}
