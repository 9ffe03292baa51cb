"""Read an operation of an OpenAPI document as a Model, no matter what the document holds."""

import re
from typing import Any

from krea_cli.catalog.model import Field, Model, Number
from krea_cli.catalog.openapi.json_schema import Schema, SchemaResolver, StepLimit, types_of
from krea_cli.text import excerpt

MAX_NAME_CHARACTERS = 100
MAX_TITLE_CHARACTERS = 80
MAX_SUNSET_CHARACTERS = 40
MAX_CHOICES = 1000
MAX_TABLE_CHARACTERS = 20_000
MAX_TYPICAL_SECONDS = 86_400
BOUND_KEYS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "multipleOf": "multiple_of",
}
LENGTH_KEYS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}
TIME_HEADING = "average completion time"
TIME_CELL = re.compile(r"~?\s{0,3}(\d{1,5}(?:\.\d{1,3})?)\s{0,3}(s|sec|seconds?|m|min|minutes?)?")


def read_model(
    route: str, operation: dict[str, Any], root: Schema, *, name: str, step_limit: StepLimit
) -> Model:
    """Read the model at ROUTE, with NAME as its id, from OPERATION of the document ROOT.

    Raises `UnreadableDocument` for an endless schema.
    """
    resolver = SchemaResolver(root, step_limit)
    content = request_content(operation)
    schema = resolver.resolve(get_path(content, "schema"))
    body = _read_field(resolver, "", schema, required=True)
    example = get_path(content, "example")
    pricing = operation.get("x-krea-pricing")
    sunset = operation.get("x-krea-sunset-date", operation.get("x-sunset"))
    return Model(
        id=name,
        kind=route.split("/")[2],
        route=route,
        title=excerpt(str(operation.get("summary") or name), limit=MAX_TITLE_CHARACTERS),
        fields=body.properties,
        closed=body.closed,
        aliases=_field_aliases(operation.get("x-krea-deprecated-field-aliases")),
        pricing=pricing if isinstance(pricing, dict) else None,
        typical_seconds=typical_seconds(operation),
        deprecated=operation.get("deprecated") is True,
        sunset=excerpt(sunset, limit=MAX_SUNSET_CHARACTERS) if isinstance(sunset, str) else None,
        example=example if isinstance(example, dict) else None,
    )


def request_content(operation: dict[str, Any]) -> Any:
    """Return the description of OPERATION's JSON body, with schema and example; None without."""
    return get_path(operation, "requestBody", "content", "application/json")


def get_path(node: object, *keys: str) -> Any:
    """Return the value behind KEYS in nested objects; None if one of them is missing."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _field_aliases(entries: object) -> dict[str, str]:
    pairs = [(get_path(entry, "from"), get_path(entry, "to")) for entry in _as_list(entries)]
    return {old: new for old, new in pairs if _is_usable_name(old) and _is_usable_name(new)}


def _is_usable_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable()


def _read_field(resolver: SchemaResolver, name: str, flat: Schema, *, required: bool) -> Field:
    """Read the field NAME from the resolved schema FLAT."""
    resolver.enter_level()
    field = _build_field(resolver, name, flat, required)
    resolver.leave_level()
    return field


def _build_field(resolver: SchemaResolver, name: str, flat: Schema, required: bool) -> Field:
    leaves = resolver.alternatives(flat)
    nullable = "null" in types_of(flat) or any("null" in types_of(leaf) for leaf in leaves)
    leaves = [leaf for leaf in leaves if not _is_null(leaf)]
    own = {key: value for key, value in flat.items() if key not in ("anyOf", "oneOf")}
    variants: tuple[Field, ...] = ()
    choices: list[Any] = []
    if len(leaves) == 1:
        own = leaves[0] | own
    elif leaves and all(_choices(leaf) for leaf in leaves):
        choices = [choice for leaf in leaves for choice in _choices(leaf)]
    else:
        variants = tuple(_read_field(resolver, name, leaf, required=False) for leaf in leaves)
    types = dict.fromkeys([*types_of(own), *(kind for leaf in leaves for kind in types_of(leaf))])
    choices = [choice for choice in choices or _choices(own) if choice is not None]
    nullable = nullable or None in _as_list(own.get("enum")) or own.get("nullable") is True
    default = own.get("default")
    return Field(
        name=name,
        types=tuple(kind for kind in types if kind != "null") or tuple(types),
        required=required,
        nullable=nullable,
        default=default,
        # A default seed is a random number, drawn when the document was rendered.
        has_default="default" in own and name != "seed" and not _is_unusable_default(default),
        choices=tuple(choices[:MAX_CHOICES]),
        **_bounds(own),
        format=_nonempty_text(own.get("format")),
        pattern=_nonempty_text(own.get("pattern")),
        items=_items(resolver, name, own),
        properties=_properties(resolver, own),
        closed=own.get("additionalProperties") is False,
        variants=variants,
        deprecated=own.get("deprecated") is True,
        visible_when=_visible_when(own.get("x-krea-visible-when")),
    )


def _is_null(schema: Schema) -> bool:
    return types_of(schema) == ("null",) or ("const" in schema and schema["const"] is None)


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _choices(schema: Schema) -> list[Any]:
    """Return the values that SCHEMA lists, without arrays, objects and unusable text."""
    values = [schema["const"]] if "const" in schema else _as_list(schema.get("enum"))
    return [value for value in values if value is None or _is_plain(value)]


def _is_unusable_default(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not _is_plain(value)


def _is_plain(value: object) -> bool:
    """Return True for printable text, a boolean or a usable number."""
    if isinstance(value, str):
        return value.isprintable()
    return isinstance(value, bool) or usable_number(value) is not None


def _items(resolver: SchemaResolver, name: str, schema: Schema) -> Field | None:
    if "items" not in schema:
        return None
    return _read_field(resolver, name, resolver.resolve(schema["items"]), required=True)


def _properties(resolver: SchemaResolver, schema: Schema) -> tuple[Field, ...]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return ()
    required = [entry for entry in _as_list(schema.get("required")) if isinstance(entry, str)]
    return tuple(
        _read_field(resolver, name, resolver.resolve(inner), required=name in required)
        for name, inner in properties.items()
        if _is_usable_name(name)
    )


def _bounds(schema: Schema) -> dict[str, Any]:
    """Return the bounds of SCHEMA as arguments of `Field`."""
    bounds: dict[str, Any] = {
        argument: number
        for key, argument in BOUND_KEYS.items()
        if (number := usable_number(schema.get(key))) is not None
    }
    if bounds.get("multiple_of", 1) <= 0:
        del bounds["multiple_of"]
    for key, argument in LENGTH_KEYS.items():
        number = usable_number(schema.get(key))
        if number is not None and number >= 0:
            bounds[argument] = int(number)
    return bounds


def usable_number(value: object) -> Number | None:
    """Return VALUE if it is a number of a size to compute with, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if -1e15 <= value <= 1e15 or abs(value) <= 2**63 else None


def _nonempty_text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _visible_when(entries: object) -> tuple[tuple[str, Any], ...]:
    pairs = [(get_path(entry, "field"), get_path(entry, "equals")) for entry in _as_list(entries)]
    return tuple((name, value) for name, value in pairs if _is_usable_name(name))


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
        elif column is not None and column < len(cells):
            seconds = _cell_seconds(cells[column])
            times += [seconds] if seconds else []
    return min(times, default=None)


def _cell_seconds(cell: str) -> float | None:
    match = TIME_CELL.fullmatch(cell)
    if match is None:
        return None
    return float(match[1]) * (60 if (match[2] or "s").startswith("m") else 1)
