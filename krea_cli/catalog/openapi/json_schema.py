"""JSON Schema as OpenAPI documents use it: references, allOf and alternatives, made flat."""

from dataclasses import dataclass
from typing import Any

from krea_cli.catalog.model import Number
from krea_cli.catalog.openapi.document import MAX_DOCUMENT_LEVELS, UnreadableDocument

Schema = dict[str, Any]
MAX_ALTERNATIVES = 200
MAX_REFERENCE_HOPS = 40
# The largest model of 2026-10 needs about 120 steps; a document of references to itself, 2 ** 40.
MAX_MODEL_STEPS = 20_000
# All models of 2026-10 need 10,000; a step takes some 30 microseconds.
MAX_DOCUMENT_STEPS = 100_000
MAX_NAME_CHARACTERS = 100
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
ENDLESS_MESSAGE = "a model's schema refers to itself without an end"


@dataclass
class StepLimit:
    """A limit on the work for all models of one document.

    remaining: steps left; to resolve a schema takes one
    """

    remaining: int = MAX_DOCUMENT_STEPS


@dataclass(frozen=True, kw_only=True)
class FlatSchema:
    """A schema with its references, allOf and alternatives resolved, and so all below it.

    keywords: its own keywords, and those of an only alternative
    types: JSON types that a value may have; without "null", unless there is no other
    choices: the values that it lists, without null
    bounds: minimum, maximum, above, below, multiple_of, and the lengths, as far as stated
    has_default: the default is usable
    items: schema of the items of an array
    properties: schema of each property with a usable name
    required: names of the required properties
    variants: alternatives that are schemas of their own
    """

    keywords: Schema
    types: tuple[str, ...]
    nullable: bool
    choices: tuple[Any, ...]
    bounds: dict[str, Any]
    has_default: bool
    items: "FlatSchema | None"
    properties: "dict[str, FlatSchema]"
    required: frozenset[str]
    variants: "tuple[FlatSchema, ...]"


def flatten(schema: object, root: Schema, step_limit: StepLimit) -> FlatSchema:
    """Flatten SCHEMA of the document ROOT.

    Remote and broken references are left out: such a schema allows anything.
    Raises `UnreadableDocument` for a schema that refers to itself, or a limit of steps reached.
    """
    resolver = _Resolver(root, step_limit)
    return resolver.flatten(resolver.resolve(schema))


class _Resolver:
    """Resolves the schemas of one model, within limits for schemas that refer to themselves."""

    def __init__(self, root: Schema, step_limit: StepLimit) -> None:
        self._root = root
        self._step_limit = step_limit
        self._model_steps = MAX_MODEL_STEPS
        self._level = 0

    def flatten(self, schema: Schema) -> FlatSchema:
        """Flatten a resolved schema. Raises `UnreadableDocument` below 40 levels."""
        self._level += 1
        if self._level > MAX_DOCUMENT_LEVELS:
            raise UnreadableDocument(ENDLESS_MESSAGE)
        flat = self._flatten(schema)
        self._level -= 1
        return flat

    def _flatten(self, schema: Schema) -> FlatSchema:
        leaves = self._alternatives(schema, MAX_REFERENCE_HOPS)
        nullable = any("null" in types_of(each) for each in [schema, *leaves])
        leaves = [
            leaf
            for leaf in leaves
            if types_of(leaf) != ("null",) and leaf.get("const", "any") is not None
        ]
        own = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
        variants: tuple[FlatSchema, ...] = ()
        choices: list[Any] = []
        if len(leaves) == 1:
            own = leaves[0] | own
        elif leaves and all(_choices(leaf) for leaf in leaves):
            choices = [choice for leaf in leaves for choice in _choices(leaf)]
        else:
            variants = tuple(map(self.flatten, leaves))
        types = dict.fromkeys(
            [*types_of(own), *(kind for each in leaves for kind in types_of(each))]
        )
        default = own.get("default")
        is_unusable = isinstance(default, (str, int, float)) and not _is_plain(default)
        return FlatSchema(
            keywords=own,
            types=tuple(kind for kind in types if kind != "null") or tuple(types),
            nullable=nullable or None in as_list(own.get("enum")) or own.get("nullable") is True,
            choices=tuple(each for each in choices or _choices(own) if each is not None),
            bounds=_bounds(own),
            has_default="default" in own and not is_unusable,
            items=self.flatten(self.resolve(own["items"])) if "items" in own else None,
            properties=self._properties(own),
            required=frozenset(
                name for name in as_list(own.get("required")) if isinstance(name, str)
            ),
            variants=variants,
        )

    def _properties(self, schema: Schema) -> dict[str, FlatSchema]:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {}
        return {
            name: self.flatten(self.resolve(inner))
            for name, inner in properties.items()
            if is_usable_name(name)
        }

    def resolve(self, schema: object) -> Schema:
        """Return SCHEMA with its local $ref and allOf merged in."""
        return self._resolve(schema, MAX_REFERENCE_HOPS)

    def _resolve(self, schema: object, hops: int) -> Schema:
        self._count_step()
        if not isinstance(schema, dict) or hops <= 0:
            return {}
        parts: list[object] = []
        if "$ref" in schema:
            parts.append(follow_reference(schema["$ref"], self._root))
        if isinstance(all_of := schema.get("allOf"), list):
            parts += all_of
        merged: Schema = {}
        for part in parts:
            merge_schema(merged, self._resolve(part, hops - 1))
        merge_schema(merged, {key: schema[key] for key in schema if key not in ("$ref", "allOf")})
        return merged

    def _alternatives(self, schema: Schema, hops: int) -> list[Schema]:
        leaves: list[Schema] = []
        for key in ("anyOf", "oneOf"):
            branches = schema.get(key)
            if not isinstance(branches, list) or hops <= 0:
                continue
            for branch in branches:
                flat = self.resolve(branch)
                leaves += self._alternatives(flat, hops - 1) or [flat]
                if len(leaves) >= MAX_ALTERNATIVES:
                    return leaves[:MAX_ALTERNATIVES]
        return leaves

    def _count_step(self) -> None:
        self._model_steps -= 1
        self._step_limit.remaining -= 1
        if self._model_steps < 0:
            raise UnreadableDocument(ENDLESS_MESSAGE)
        if self._step_limit.remaining < 0:
            raise UnreadableDocument("the document is too large to be read as a whole")


def merge_schema(merged: Schema, part: Schema) -> None:
    """Add the keys of PART to MERGED, in place; properties and required lists are joined."""
    for key, value in part.items():
        earlier = merged.get(key)
        if key == "properties" and isinstance(earlier, dict) and isinstance(value, dict):
            merged[key] = earlier | value
        elif key == "required" and isinstance(earlier, list) and isinstance(value, list):
            merged[key] = [*earlier, *value]
        else:
            merged[key] = value


def follow_reference(reference: object, root: Schema) -> object:
    """Return the part of ROOT behind a local reference (#/…); None if remote or broken."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    node: object = root
    for step in reference[2:].split("/"):
        if not isinstance(node, dict):
            return None
        node = node.get(step.replace("~1", "/").replace("~0", "~"))
    return node


def types_of(schema: Schema) -> tuple[str, ...]:
    """Return the names of JSON types in SCHEMA, including "null"."""
    stated = schema.get("type")
    names = stated if isinstance(stated, list) else [stated]
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))


def is_usable_name(name: object) -> bool:
    """Return True for printable text of 1 to 100 characters."""
    return isinstance(name, str) and 0 < len(name) <= MAX_NAME_CHARACTERS and name.isprintable()


def as_list(value: object) -> list[Any]:
    """Return VALUE if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def usable_number(value: object) -> Number | None:
    """Return VALUE if it is a number of a size to compute with, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if -1e15 <= value <= 1e15 or abs(value) <= 2**63 else None


def _choices(schema: Schema) -> list[Any]:
    """Return the values that SCHEMA lists, without arrays, objects and unusable text."""
    values = [schema["const"]] if "const" in schema else as_list(schema.get("enum"))
    return [value for value in values if value is None or _is_plain(value)]


def _is_plain(value: object) -> bool:
    """Return True for printable text, a boolean or a usable number."""
    if isinstance(value, str):
        return value.isprintable()
    return isinstance(value, bool) or usable_number(value) is not None


def _bounds(schema: Schema) -> dict[str, Any]:
    bounds: dict[str, Any] = {
        name: number
        for key, name in BOUND_KEYS.items()
        if (number := usable_number(schema.get(key))) is not None
    }
    if bounds.get("multiple_of", 1) <= 0:
        del bounds["multiple_of"]
    for key, name in LENGTH_KEYS.items():
        number = usable_number(schema.get(key))
        if number is not None and number >= 0:
            bounds[name] = int(number)
    return bounds
