"""A model and its fields: what a request may hold, as the document describes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Number = int | float


@dataclass(frozen=True)
class Field:
    """One field of a request, or of an object inside it. Empty `types` allow anything."""

    name: str
    types: tuple[str, ...] = ()
    required: bool = False
    nullable: bool = False
    default: Any = None
    has_default: bool = False
    choices: tuple[Any, ...] = ()
    minimum: Number | None = None
    maximum: Number | None = None
    above: Number | None = None  # exclusiveMinimum
    below: Number | None = None  # exclusiveMaximum
    multiple_of: Number | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    format: str | None = None
    pattern: str | None = None
    items: "Field | None" = None
    properties: tuple["Field", ...] = ()
    closed: bool = False
    variants: tuple["Field", ...] = ()  # shapes of which one must fit
    deprecated: bool = False
    description: str | None = None
    visible_when: tuple[tuple[str, Any], ...] = ()

    @property
    def is_media(self) -> bool:
        """True if the value itself is the address of a picture, clip or sound."""
        return self.format == "uri" or any(variant.is_media for variant in self.variants)

    @property
    def takes_media(self) -> bool:
        """True if an address goes somewhere into the value, at any depth."""
        return self.is_media or any(part.takes_media for part in self.parts())

    @property
    def is_list(self) -> bool:
        """True if the values are always sent as an array."""
        return self.types == ("array",)

    def parts(self) -> Iterator["Field"]:
        """The fields one level below: elements, properties, alternatives."""
        if self.items is not None:
            yield self.items
        yield from self.properties
        yield from self.variants

    def property(self, name: str) -> "Field | None":
        """The property NAME of an object."""
        return next((inner for inner in self.properties if inner.name == name), None)

    def media_property(self) -> "Field | None":
        """The property of an object that takes the address, if there is exactly one."""
        found = [inner for inner in self.properties if inner.is_media]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Model:
    """What can be asked for at one route."""

    id: str
    kind: str
    route: str
    title: str
    fields: tuple[Field, ...] = ()
    closed: bool = True
    aliases: Mapping[str, str] = field(default_factory=dict)  # old field name -> today's
    pricing: Mapping[str, Any] | None = None
    typical_seconds: float | None = None
    deprecated: bool = False
    sunset: str | None = None
    description: str | None = None
    example: Mapping[str, Any] | None = None

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {known.name: known for known in self.fields}

    def field(self, name: str) -> Field | None:
        """The field NAME."""
        return self._by_name.get(name)

    @property
    def prompt_field(self) -> Field | None:
        """Where the prompt goes; None if the model takes none."""
        return self.field("prompt")

    @property
    def seed_field(self) -> Field | None:
        """Where the seed goes; None if the model takes none."""
        return self.field("seed")


MAX_SEED = 2**31 - 1


def seed_bounds(model: Model) -> tuple[int, int]:
    """The lowest and highest seed to draw for MODEL: 0 … 2³¹−1 within its own bounds."""
    seed = model.seed_field
    low = 0 if seed is None or seed.minimum is None else max(0, int(seed.minimum))
    high = MAX_SEED if seed is None or seed.maximum is None else min(MAX_SEED, int(seed.maximum))
    return (low, high) if low <= high else (low, low)


def same(one: object, other: object) -> bool:
    """JSON equality: 5 is 5.0, but true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
