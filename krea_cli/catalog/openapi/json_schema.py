"""JSON Schema as OpenAPI documents use it: references, allOf and alternatives, made flat."""

from dataclasses import dataclass
from typing import Any

from krea_cli.catalog.openapi.document import MAX_DOCUMENT_LEVELS, UnreadableDocument

Schema = dict[str, Any]
MAX_ALTERNATIVES = 200
MAX_REFERENCE_HOPS = 40
# The largest model of 2026-10 needs about 120 steps; a document of references to itself, 2 ** 40.
MAX_MODEL_STEPS = 20_000
# All models of 2026-10 need 10,000; a step takes some 30 microseconds.
MAX_DOCUMENT_STEPS = 100_000
ENDLESS_MESSAGE = "a model's schema refers to itself without an end"


@dataclass
class StepLimit:
    """A limit on the work for all models of one document.

    remaining: steps left; to resolve a schema takes one
    """

    remaining: int = MAX_DOCUMENT_STEPS


class SchemaResolver:
    """Resolves the schemas of one model, within limits for schemas that refer to themselves."""

    def __init__(self, root: Schema, step_limit: StepLimit) -> None:
        self._root = root
        self._step_limit = step_limit
        self._model_steps = MAX_MODEL_STEPS
        self._level = 0

    def enter_level(self) -> None:
        """Go one level down. Raises `UnreadableDocument` below 40 levels."""
        self._level += 1
        if self._level > MAX_DOCUMENT_LEVELS:
            raise UnreadableDocument(ENDLESS_MESSAGE)

    def leave_level(self) -> None:
        """Go one level up."""
        self._level -= 1

    def resolve(self, schema: object) -> Schema:
        """Return SCHEMA with its local $ref and allOf merged in.

        Remote and broken references are left out: such a schema allows anything.
        Raises `UnreadableDocument` if the limit of steps is reached.
        """
        return self._resolve(schema, MAX_REFERENCE_HOPS)

    def alternatives(self, schema: Schema) -> list[Schema]:
        """Return the leaves of nested anyOf and oneOf, resolved; [] without alternatives."""
        return self._alternatives(schema, MAX_REFERENCE_HOPS)

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
