"""From an operation of an OpenAPI document to a Model, whatever the document holds."""

import re
from typing import Any

from krea_cli.catalog.model import Field, Model, Number
from krea_cli.catalog.openapi.json_schema import Budget, Schema, Schemas, types_of
from krea_cli.text import excerpt

MAX_NAME = 100
MAX_CHOICES = 1000
BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
    "multipleOf": "multiple_of",
}
LENGTHS = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_items",
    "maxItems": "max_items",
}


def read_model(
    route: str, operation: dict[str, Any], root: Schema, *, name: str, budget: Budget
) -> Model:
    """The model at ROUTE, called NAME. Raises `UnreadableDocument` for an endless schema."""
    schemas = Schemas(root, budget)
    content = _inside(operation, "requestBody", "content", "application/json")
    body = _read(schemas, "", schemas.resolved(_inside(content, "schema")), required=True)
    example = _inside(content, "example")
    pricing = operation.get("x-krea-pricing")
    description = operation.get("description")
    sunset = operation.get("x-krea-sunset-date", operation.get("x-sunset"))
    return Model(
        id=name,
        kind=route.split("/")[2],
        route=route,
        title=excerpt(str(operation.get("summary") or name), limit=80),
        fields=body.properties,
        closed=body.closed,
        aliases=_renamed(operation.get("x-krea-deprecated-field-aliases")),
        pricing=pricing if isinstance(pricing, dict) else None,
        typical_seconds=typical_seconds(operation),
        deprecated=operation.get("deprecated") is True,
        sunset=excerpt(sunset, limit=40) if isinstance(sunset, str) else None,
        description=excerpt(description, limit=500) if isinstance(description, str) else None,
        example=example if isinstance(example, dict) else None,
    )


def _inside(node: object, *path: str) -> Any:
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def _renamed(entries: object) -> dict[str, str]:
    listed = entries if isinstance(entries, list) else []
    pairs = [(_inside(entry, "from"), _inside(entry, "to")) for entry in listed]
    return {old: new for old, new in pairs if _usable_name(old) and _usable_name(new)}


def _usable_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= MAX_NAME and name.isprintable()


def _read(schemas: Schemas, name: str, flat: Schema, *, required: bool) -> Field:
    """The field that the resolved schema FLAT describes."""
    schemas.enter()
    field = _field(schemas, name, flat, required)
    schemas.leave()
    return field


def _field(schemas: Schemas, name: str, flat: Schema, required: bool) -> Field:
    leaves = schemas.alternatives(flat)
    nullable = "null" in types_of(flat) or any("null" in types_of(leaf) for leaf in leaves)
    leaves = [leaf for leaf in leaves if not _only_null(leaf)]
    own = {key: value for key, value in flat.items() if key not in ("anyOf", "oneOf")}
    variants: tuple[Field, ...] = ()
    choices: list[Any] = []
    if len(leaves) == 1:
        own = leaves[0] | own
    elif leaves and all(_choices(leaf) for leaf in leaves):
        choices = [choice for leaf in leaves for choice in _choices(leaf)]
    else:
        variants = tuple(_read(schemas, name, leaf, required=False) for leaf in leaves)
    types = dict.fromkeys([*types_of(own), *(kind for leaf in leaves for kind in types_of(leaf))])
    choices = [choice for choice in choices or _choices(own) if choice is not None]
    nullable = nullable or None in _listed(own.get("enum")) or own.get("nullable") is True
    default = own.get("default")
    return Field(
        name=name,
        types=tuple(kind for kind in types if kind != "null") or tuple(types),
        required=required,
        nullable=nullable,
        default=default,
        # A default seed is a random number, printed when the document was rendered.
        has_default="default" in own and name != "seed" and not _odd(default),
        choices=tuple(choices[:MAX_CHOICES]),
        **_bounds(own),
        format=_text(own.get("format")),
        pattern=_text(own.get("pattern")),
        items=_items(schemas, name, own),
        properties=_properties(schemas, own),
        closed=own.get("additionalProperties") is False,
        variants=variants,
        deprecated=own.get("deprecated") is True,
        description=excerpt(own["description"], limit=300)
        if _text(own.get("description"))
        else None,
        visible_when=_visible_when(own.get("x-krea-visible-when")),
    )


def _only_null(schema: Schema) -> bool:
    return types_of(schema) == ("null",) or ("const" in schema and schema["const"] is None)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _choices(schema: Schema) -> list[Any]:
    """The values a schema allows, when it lists them; only plain ones can be listed."""
    listed = [schema["const"]] if "const" in schema else _listed(schema.get("enum"))
    return [choice for choice in listed if choice is None or _plain(choice)]


def _odd(value: object) -> bool:
    return isinstance(value, (str, int, float)) and not _plain(value)


def _plain(value: object) -> bool:
    """True for a value that can be shown and sent: no control characters, no odd numbers."""
    if isinstance(value, str):
        return value.isprintable()
    return isinstance(value, bool) or finite(value) is not None


def _items(schemas: Schemas, name: str, schema: Schema) -> Field | None:
    if "items" not in schema:
        return None
    return _read(schemas, name, schemas.resolved(schema["items"]), required=True)


def _properties(schemas: Schemas, schema: Schema) -> tuple[Field, ...]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return ()
    required = [entry for entry in _listed(schema.get("required")) if isinstance(entry, str)]
    return tuple(
        _read(schemas, key, schemas.resolved(inner), required=key in required)
        for key, inner in properties.items()
        if _usable_name(key)
    )


def _bounds(schema: Schema) -> dict[str, Any]:
    bounds: dict[str, Any] = {
        ours: number
        for key, ours in BOUNDS.items()
        if (number := finite(schema.get(key))) is not None
    }
    if bounds.get("multiple_of", 1) <= 0:
        del bounds["multiple_of"]
    for key, ours in LENGTHS.items():
        number = finite(schema.get(key))
        if number is not None and number >= 0:
            bounds[ours] = int(number)
    return bounds


def finite(value: object) -> Number | None:
    """VALUE if it is a number that can be reckoned with."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if -1e15 <= value <= 1e15 or abs(value) <= 2**63 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _visible_when(entries: object) -> tuple[tuple[str, Any], ...]:
    pairs = [(_inside(entry, "field"), _inside(entry, "equals")) for entry in _listed(entries)]
    return tuple((name, value) for name, value in pairs if _usable_name(name))


CELL = re.compile(r"~?\s{0,3}(\d{1,5}(?:\.\d{1,3})?)\s{0,3}(s|sec|seconds?|m|min|minutes?)?")


HEADING = "average completion time"


def typical_seconds(operation: dict[str, Any]) -> float | None:
    """Seconds from x-krea-typical-seconds, else from the description's table; None if neither."""
    stated = operation.get("x-krea-typical-seconds")
    if isinstance(stated, (int, float)) and not isinstance(stated, bool) and 0 < stated < 86_400:
        return float(stated)
    return seconds_in_table(operation.get("description"))


def seconds_in_table(description: object) -> float | None:
    """The shortest time in the column "Average Completion Time" of a Markdown table.

    Of several rows (durations, resolutions) the shortest counts: a poll that comes early costs
    one request, one that comes late costs the user's time.
    """
    if not isinstance(description, str):
        return None
    column: int | None = None
    times: list[float] = []
    for line in description[:20_000].splitlines():
        cells = [cell.strip().lower() for cell in line.strip().strip("|").split("|")]
        if HEADING in cells:
            column = cells.index(HEADING)
        elif column is not None and column < len(cells):
            times += _seconds(cells[column])
    return min(times, default=None)


def _seconds(cell: str) -> list[float]:
    match = CELL.fullmatch(cell)
    if match is None:
        return []
    amount = float(match[1]) * (60 if (match[2] or "s").startswith("m") else 1)
    return [amount] if amount > 0 else []
