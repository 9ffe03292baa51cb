"""The card of a model: its fields, price, usual time and an example command."""

import json
import re
from collections.abc import Mapping
from typing import Any

from krea_cli.catalog.describe import describe_field
from krea_cli.catalog.examples import example_body
from krea_cli.catalog.local_files import is_address
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.prices import price_range, price_table
from krea_cli.catalog.request.validate import validate_body
from krea_cli.catalog.request.write_value import write_option
from krea_cli.terminal import formats
from krea_cli.text import one_line, shell_line

MAX_PRICES = 24
MEDIA_FLAGS = {"image_url": "--image", "image_urls": "--image", "video_url": "--video"}
# Text without characters that a shell interprets inside double quotes.
SAFE_IN_QUOTES = r"[\w ,.'-]+"
TYPE_NAMES = {"string": "text", "array": "list", "boolean": "true or false"}


def to_record(model: Model) -> dict[str, object]:
    """Return MODEL as an object of `krea models --json`.

    Keys: id, kind, title, route, typical_seconds, price, priced_at and deprecated.
    """
    is_priced = model.priced_at is not None
    return {
        "id": model.id,
        "kind": model.kind,
        "title": model.title,
        "route": model.route,
        "typical_seconds": model.typical_seconds,
        "price": price_range(model),
        "priced_at": formats.utc_date(model.priced_at or 0) if is_priced else None,
        "deprecated": model.deprecated,
    }


def full_record(model: Model) -> dict[str, object]:
    """Return MODEL as the object of `krea models MODEL --json`.

    More keys than `to_record`: fields, pricing, aliases, example, command, and sunset if the
    document has a date.
    """
    sunset = {"sunset": model.sunset} if model.sunset else {}
    return (
        to_record(model)
        | sunset
        | {
            "fields": [_field_record(field) for field in model.fields],
            "pricing": model.pricing,
            "aliases": dict(model.aliases),
            "example": model.example,
            "command": example_command(model),
        }
    )


def to_row(model: Model) -> tuple[str | None, ...]:
    """Return MODEL as a row of the table: id, kind, usual time, price, title."""
    seconds = model.typical_seconds
    usual_time = None if seconds is None else formats.duration(seconds)
    title = f"{model.title} (deprecated)" if model.deprecated else model.title
    price = price_range(model)
    return model.id, model.kind, usual_time, None if price == "unknown" else price, title


def card_text(model: Model, now: float) -> str:
    """Return the card of MODEL as text; NOW is in seconds since 1970."""
    _, _, usual_time, price, title = to_row(model)
    facts = [
        model.kind,
        f"usually {usual_time}" if usual_time else None,
        f"price {price}{formats.price_age(model.priced_at, now)}" if price else "price unknown",
        f"ends on {model.sunset}" if model.sunset else None,
    ]
    rows = [_field_row(field) for field in model.fields]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    lines = [
        f"  {name.ljust(widths[0])}  {type_name.ljust(widths[1])}  {values}".rstrip()
        for name, type_name, values in rows
    ]
    head = [f"{model.id}  {title}", ", ".join(fact for fact in facts if fact)]
    star = ["", "* required"] if any(field.required for field in model.fields) else []
    return "\n".join([*head, "", *lines, *star, *_price_lines(model), "", example_command(model)])


def _price_lines(model: Model) -> list[str]:
    rows = price_table(model)
    shown = rows[:MAX_PRICES]
    width = max((len(one_line(dimensions)) for dimensions, _ in shown), default=0)
    lines = [f"  {one_line(dimensions).ljust(width)}  {price}" for dimensions, price in shown]
    if len(rows) > len(shown):
        lines.append(f"  and {len(rows) - len(shown)} more: krea models {model.id} --json")
    return ["", "prices", *lines] if lines else []


def _field_row(field: Field) -> tuple[str, str, str]:
    facts = [one_line(describe_field(field))]
    if field.has_default and field.default not in (None, "", []):
        facts.append(f"default {_short_text(field.default)}")
    if field.nullable:
        facts.append("or null")
    facts += [f"when {name} is {_short_text(value)}" for name, value in field.visible_when]
    if field.deprecated:
        facts.append("deprecated")
    name = field.name + ("*" if field.required else "")
    return name, _type_name(field), "; ".join(fact for fact in facts if fact)


def _type_name(field: Field) -> str:
    if field.takes_media:
        return "list of media" if field.is_list else "media"
    return " or ".join(TYPE_NAMES.get(kind, kind) for kind in field.types) or "anything"


def _short_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return one_line(text)[:60]


def _field_record(field: Field) -> dict[str, object]:
    facts = {
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


def example_command(model: Model) -> str:
    """Return a `krea generate` command line for the example of MODEL."""
    example: Mapping[str, Any] = model.example or {}
    if validate_body(model, dict(example)):
        example = example_body(model)  # krea would refuse the document's own
    options, prompt = dict(example), example.get("prompt")
    parts = ["krea generate"]
    if isinstance(prompt, str) and not prompt.startswith("-"):
        del options["prompt"]
        is_plain = re.fullmatch(SAFE_IN_QUOTES, prompt)
        parts.append(f'"{prompt}"' if is_plain else shell_line(prompt))
    parts.append(f"-m {shell_line(model.id)}")
    parts += [_option(name, value, model.field(name)) for name, value in options.items()]
    return " ".join(parts)


def _option(name: str, value: Any, field: Field | None) -> str:
    values = value if isinstance(value, list) else [value]
    if name in MEDIA_FLAGS and all(isinstance(each, str) and is_address(each) for each in values):
        return " ".join(f"{MEDIA_FLAGS[name]} {shell_line(each)}" for each in values)
    return write_option(name, value, field)
