"""Read an operation of an OpenAPI document as a Model, no matter what the document holds."""

import re
from contextlib import suppress
from typing import Any

from krea_cli.catalog.model import Field, Model
from krea_cli.catalog.openapi.json_schema import (
    FlatSchema,
    Schema,
    StepLimit,
    as_list,
    flatten,
    is_usable_name,
    usable_number,
)
from krea_cli.text import excerpt

MAX_MODEL_TITLE_CHARACTERS = 80
MAX_SUNSET_CHARACTERS = 40
MAX_CHOICES = 1000
MAX_TABLE_CHARACTERS = 20_000
MAX_TYPICAL_SECONDS = 86_400
VISIBLE_WHEN_KEY = "x-krea-visible-when"
TIME_HEADING = "average completion time"
TIME_CELL = r"~?\s{0,3}(\d{1,5}(?:\.\d{1,3})?)\s{0,3}(s|sec|seconds?|m|min|minutes?)?"


def read_model(
    route: str,
    operation: dict[str, Any],
    root: Schema,
    *,
    name: str,
    step_limit: StepLimit,
    fetched_at: float | None = None,
) -> Model:
    """Read the model at ROUTE, with NAME as its id, from OPERATION of the document ROOT.

    FETCHED_AT is the time of the document, in seconds since 1970; None for the snapshot.

    Raises `UnreadableDocument` for an endless schema.
    """
    content = request_content(operation)
    schema = flatten(get_path(content, "schema"), root, step_limit)
    body = _build_field("", schema, required=True)
    example = get_path(content, "example")
    aliases = _named_pairs(operation.get("x-krea-deprecated-field-aliases"), "from", "to")
    pricing = operation.get("x-krea-pricing")
    sunset = operation.get("x-krea-sunset-date", operation.get("x-sunset"))
    return Model(
        id=name,
        kind=route.split("/")[2],
        route=route,
        title=read_title(operation, name),
        fields=body.properties,
        closed=body.closed,
        aliases={old: new for old, new in aliases if is_usable_name(new)},
        pricing=pricing if isinstance(pricing, dict) else None,
        priced_at=_price_time(pricing, fetched_at),
        typical_seconds=typical_seconds(operation),
        deprecated=operation.get("deprecated") is True,
        sunset=excerpt(sunset, limit=MAX_SUNSET_CHARACTERS) if isinstance(sunset, str) else None,
        example=example if isinstance(example, dict) else None,
    )


def read_title(operation: dict[str, Any], name: str) -> str:
    """Return the title of the model in OPERATION; NAME, which is its id, if it has none."""
    return excerpt(str(operation.get("summary") or name), limit=MAX_MODEL_TITLE_CHARACTERS)


def _price_time(pricing: object, fetched_at: float | None) -> float | None:
    """Return the time of PRICING: its own date, as the snapshot has it, else FETCHED_AT."""
    date = get_path(pricing, "date")
    if isinstance(date, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", date, re.ASCII):
        from datetime import UTC, datetime  # most documents have no dates

        with suppress(ValueError):
            return datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()
    return fetched_at if isinstance(pricing, dict) else None


def request_content(operation: dict[str, Any]) -> Any:
    """Return the description of OPERATION's JSON body, with schema and example; None without."""
    return get_path(operation, "requestBody", "content", "application/json")


def get_path(node: object, *keys: str) -> Any:
    """Return the value behind KEYS in nested objects; None if one of them is missing."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _build_field(name: str, flat: FlatSchema, *, required: bool) -> Field:
    own = flat.keywords
    return Field(
        name=name,
        types=flat.types,
        required=required,
        nullable=flat.nullable,
        default=own.get("default"),
        # A default seed is a random number, drawn when the document was rendered.
        has_default=flat.has_default and name != "seed",
        choices=flat.choices[:MAX_CHOICES],
        **flat.bounds,
        format=_nonempty_text(own.get("format")),
        pattern=_nonempty_text(own.get("pattern")),
        items=_build_field(name, flat.items, required=True) if flat.items else None,
        properties=tuple(
            _build_field(each, inner, required=each in flat.required)
            for each, inner in flat.properties.items()
        ),
        closed=own.get("additionalProperties") is False,
        variants=tuple(_build_field(name, each, required=False) for each in flat.variants),
        deprecated=own.get("deprecated") is True,
        visible_when=_named_pairs(own[VISIBLE_WHEN_KEY], "field", "equals")
        if VISIBLE_WHEN_KEY in own
        else (),
    )


def _nonempty_text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _named_pairs(entries: object, name_key: str, value_key: str) -> tuple[tuple[str, Any], ...]:
    """Return the two values of each of ENTRIES whose first is a usable name."""
    pairs = [(get_path(entry, name_key), get_path(entry, value_key)) for entry in as_list(entries)]
    return tuple((name, value) for name, value in pairs if is_usable_name(name))


def typical_seconds(operation: dict[str, Any]) -> float | None:
    """Return the usual seconds of a job: x-krea-typical-seconds, else the description's table."""
    seconds = usable_number(operation.get("x-krea-typical-seconds"))
    if seconds is not None and 0 < seconds < MAX_TYPICAL_SECONDS:
        return float(seconds)
    return table_seconds(operation.get("description"))


def table_seconds(description: object) -> float | None:
    """Return the shortest time in a Markdown table's column "Average Completion Time".

    Rows differ by duration and resolution. The shortest counts: an early poll costs one request,
    a late one costs the user's time.
    """
    if not isinstance(description, str):
        return None
    column: int | None = None
    times: list[float] = []
    for line in description[:MAX_TABLE_CHARACTERS].splitlines():
        cells = [cell.strip().lower() for cell in line.strip().strip("|").split("|")]
        if TIME_HEADING in cells:
            column = cells.index(TIME_HEADING)
        elif (
            column is not None
            and column < len(cells)
            and (match := re.fullmatch(TIME_CELL, cells[column]))
        ):
            seconds = float(match[1]) * (60 if (match[2] or "s").startswith("m") else 1)
            times += [seconds] if seconds else []
    return min(times, default=None)
