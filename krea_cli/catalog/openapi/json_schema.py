"""JSON Schema as the documents use it: references, allOf and alternatives, made flat."""

from dataclasses import dataclass
from typing import Any

from krea_cli.catalog.openapi.document import MAX_DEPTH, UnreadableDocument

Schema = dict[str, Any]
MAX_ALTERNATIVES = 200
# The largest model of 2026-10 needs about 120 steps; a document of references to itself, 2 ** 40.
MAX_STEPS = 20_000
# That of 2026-10 needs 10,000 for all its models; a step is some 30 microseconds.
MAX_STEPS_OF_A_DOCUMENT = 100_000
ENDLESS = "a model's schema refers to itself without an end"


@dataclass
class Budget:
    """The steps that may still be taken to read the models of a document."""

    steps: int = MAX_STEPS_OF_A_DOCUMENT


class Schemas:
    """Reads the schemas of one model; a budget of steps ends what refers to itself."""

    def __init__(self, root: Schema, budget: Budget) -> None:
        self.root = root
        self.steps = MAX_STEPS
        self.depth = 0
        self._budget = budget

    def enter(self) -> None:
        """Go one level down. Raises `UnreadableDocument` where no document can honestly be."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableDocument(ENDLESS)

    def leave(self) -> None:
        """Go one level up again."""
        self.depth -= 1

    def resolved(self, schema: object) -> Schema:
        """SCHEMA with its local $ref and allOf merged in; what cannot be followed is left out.

        Remote references are never fetched: such a schema allows anything.
        """
        return self._resolved(schema, 40)

    def alternatives(self, schema: Schema) -> list[Schema]:
        """The leaves of nested anyOf and oneOf; [] when SCHEMA offers no alternatives."""
        return self._alternatives(schema, 40)

    def _resolved(self, schema: object, hops: int) -> Schema:
        self._step()
        if not isinstance(schema, dict) or hops <= 0:
            return {}
        parts: list[object] = [target(schema["$ref"], self.root)] if "$ref" in schema else []
        if isinstance(several := schema.get("allOf"), list):
            parts += several
        merged: Schema = {}
        for part in parts:
            merge(merged, self._resolved(part, hops - 1))
        merge(merged, {key: schema[key] for key in schema if key not in ("$ref", "allOf")})
        return merged

    def _alternatives(self, schema: Schema, hops: int) -> list[Schema]:
        leaves: list[Schema] = []
        for key in ("anyOf", "oneOf"):
            branches = schema.get(key)
            if not isinstance(branches, list) or hops <= 0:
                continue
            for branch in branches:
                flat = self.resolved(branch)
                leaves += self._alternatives(flat, hops - 1) or [flat]
                if len(leaves) >= MAX_ALTERNATIVES:
                    return leaves[:MAX_ALTERNATIVES]
        return leaves

    def _step(self) -> None:
        self.steps -= 1
        self._budget.steps -= 1
        if self.steps < 0:
            raise UnreadableDocument(ENDLESS)
        if self._budget.steps < 0:
            raise UnreadableDocument("the document is too large to be read as a whole")


def merge(into: Schema, part: Schema) -> None:
    """Add PART's keys to INTO; properties and required lists are joined."""
    for key, value in part.items():
        known = into.get(key)
        if key == "properties" and isinstance(known, dict) and isinstance(value, dict):
            into[key] = known | value
        elif key == "required" and isinstance(known, list) and isinstance(value, list):
            into[key] = [*known, *value]
        else:
            into[key] = value


def target(reference: object, root: Schema) -> object:
    """What a local reference (#/…) points to; None for a remote or a broken one."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return None
    node: object = root
    for step in reference[2:].split("/"):
        if not isinstance(node, dict):
            return None
        node = node.get(step.replace("~1", "/").replace("~0", "~"))
    return node


def types_of(schema: Schema) -> tuple[str, ...]:
    """The JSON types that SCHEMA names, "null" among them."""
    named = schema.get("type")
    listed = named if isinstance(named, list) else [named]
    return tuple(dict.fromkeys(name for name in listed if isinstance(name, str)))
