"""One model on a sheet: what it takes, what it costs, how it is asked."""

import json
import re
from collections.abc import Mapping
from shlex import quote
from typing import Any

from krea_cli.catalog.describe import facts_of, option
from krea_cli.catalog.examples import sample
from krea_cli.catalog.local_files import is_address
from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.prices import span
from krea_cli.catalog.request.validate import check_body
from krea_cli.terminal import formats
from krea_cli.text import one_line

MEDIA_FLAGS = {"image_url": "--image", "image_urls": "--image", "video_url": "--video"}
PLAIN = re.compile(r"[\w ,.'-]+")  # nothing that a shell reads inside double quotes
NAMES = {"string": "text", "array": "list", "boolean": "true or false"}


def brief(model: Model) -> dict[str, object]:
    """MODEL as a line of `krea models --json`."""
    return {
        "id": model.id,
        "kind": model.kind,
        "title": model.title,
        "route": model.route,
        "typical_seconds": model.typical_seconds,
        "price": span(model),
        "deprecated": model.deprecated,
    }


def full(model: Model) -> dict[str, object]:
    """MODEL with its fields, as `krea models MODEL --json` has it."""
    return brief(model) | {
        "fields": [_record(field) for field in model.fields],
        "pricing": model.pricing,
        "aliases": dict(model.aliases),
        "example": model.example,
        "command": command(model),
    }


def row(model: Model) -> tuple[str | None, ...]:
    """MODEL as a row of the table: id, kind, usual time, price, title."""
    seconds = model.typical_seconds
    usual = None if seconds is None else formats.duration(seconds)
    title = f"{model.title} (deprecated)" if model.deprecated else model.title
    price = span(model)
    return model.id, model.kind, usual, None if price == "unknown" else price, title


def sheet(model: Model) -> str:
    """MODEL as text for people."""
    _, _, usual, price, title = row(model)
    facts = [model.kind, f"usually {usual}" if usual else None, f"price {price or 'unknown'}"]
    cells = [_cells(field) for field in model.fields]
    widths = [max((len(line[column]) for line in cells), default=0) for column in (0, 1)]
    lines = [
        f"  {name.ljust(widths[0])}  {kind.ljust(widths[1])}  {takes}".rstrip()
        for name, kind, takes in cells
    ]
    head = [f"{model.id}  {title}", ", ".join(fact for fact in facts if fact)]
    star = ["", "* required"] if any(field.required for field in model.fields) else []
    return "\n".join([*head, "", *lines, *star, "", command(model)])


def _cells(field: Field) -> tuple[str, str, str]:
    takes = [one_line(facts_of(field))]
    if field.has_default and field.default not in (None, "", []):
        takes.append(f"default {_written(field.default)}")
    if field.nullable:
        takes.append("or null")
    takes += [f"when {name} is {_written(value)}" for name, value in field.visible_when]
    if field.deprecated:
        takes.append("deprecated")
    name = field.name + ("*" if field.required else "")
    return name, _type(field), "; ".join(part for part in takes if part)


def _type(field: Field) -> str:
    if field.takes_media:
        return "list of media" if field.is_list else "media"
    return " or ".join(NAMES.get(kind, kind) for kind in field.types) or "anything"


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return one_line(text)[:60]


def _record(field: Field) -> dict[str, object]:
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
        "fields": [_record(inner) for inner in _inner(field)] or None,
        "deprecated": True if field.deprecated else None,
    }
    record = {"name": field.name, "type": list(field.types), "required": field.required}
    record |= {"nullable": field.nullable}
    record |= {"default": field.default} if field.has_default else {}
    return record | {name: fact for name, fact in facts.items() if fact is not None}


def _inner(field: Field) -> tuple[Field, ...]:
    return field.items.properties if field.items is not None else field.properties


def command(model: Model) -> str:
    """A command line that asks MODEL for its example."""
    example: Mapping[str, Any] = model.example or {}
    if check_body(model, dict(example)):
        example = sample(model)  # the document's own would be refused
    parts = ["krea generate"]
    if isinstance(prompt := example.get("prompt"), str):
        parts.append(f'"{prompt}"' if PLAIN.fullmatch(prompt) else quote(prompt))
    parts.append(f"-m {model.id}")
    for name, value in example.items():
        if name != "prompt":
            parts.append(_option(name, value))
    return one_line(" ".join(parts))


def _option(name: str, value: Any) -> str:
    several = value if isinstance(value, list) else [value]
    if name in MEDIA_FLAGS and all(isinstance(one, str) and is_address(one) for one in several):
        return " ".join(f"{MEDIA_FLAGS[name]} {quote(one)}" for one in several)
    return option(name, _plain(value))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
