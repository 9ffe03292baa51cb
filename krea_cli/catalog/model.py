"""A model and its fields, as the OpenAPI document describes them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Number = int | float
MAX_DRAWN_SEED = 2**31 - 1


@dataclass(frozen=True)
class Field:
    """One field of a request, or of an object inside a request.

    types: names of JSON types; empty if any value is allowed
    above, below: exclusive bounds (exclusiveMinimum, exclusiveMaximum)
    items: the element of an array
    properties: the fields of an object
    closed: true if an object takes no other properties
    variants: shapes; a value has to fit one of them
    visible_when: pairs of another field and the value it needs for this one to count
    """

    name: str
    types: tuple[str, ...] = ()
    required: bool = False
    nullable: bool = False
    default: Any = None
    has_default: bool = False
    choices: tuple[Any, ...] = ()
    minimum: Number | None = None
    maximum: Number | None = None
    above: Number | None = None
    below: Number | None = None
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
    variants: tuple["Field", ...] = ()
    deprecated: bool = False
    visible_when: tuple[tuple[str, Any], ...] = ()

    @property
    def is_media(self) -> bool:
        """Return True if the value itself is the address of a picture, clip or sound."""
        return self.format == "uri" or any(variant.is_media for variant in self.variants)

    @property
    def takes_media(self) -> bool:
        """Return True if an address goes somewhere into the value, at any depth."""
        return self.is_media or any(part.takes_media for part in self.parts())

    @property
    def is_list(self) -> bool:
        """Return True if the value is always an array."""
        return self.types == ("array",)

    def parts(self) -> Iterator["Field"]:
        """Yield the fields one level below: the element, properties and variants."""
        if self.items is not None:
            yield self.items
        yield from self.properties
        yield from self.variants

    def property(self, name: str) -> "Field | None":
        """Return the property NAME of an object."""
        return next((inner for inner in self.properties if inner.name == name), None)

    def media_property(self) -> "Field | None":
        """Return the property that takes an address, None unless there is exactly one."""
        media = [inner for inner in self.properties if inner.is_media]
        return media[0] if len(media) == 1 else None


@dataclass(frozen=True)
class Model:
    """A model: one route of the service and the fields that it takes.

    kind: the first part of the route below /generate/, such as image or video
    closed: true if the service takes no other fields
    aliases: old field name -> today's name
    pricing: the document's x-krea-pricing, as it is
    priced_at: the time that the prices are of, in seconds since 1970; None if unknown
    typical_seconds: seconds that a job usually takes
    sunset: the date on which the service drops the model, as the document writes it
    example: a request body of the document
    """

    id: str
    kind: str
    route: str
    title: str
    fields: tuple[Field, ...] = ()
    closed: bool = True
    aliases: Mapping[str, str] = field(default_factory=dict)
    pricing: Mapping[str, Any] | None = None
    priced_at: float | None = None
    typical_seconds: float | None = None
    deprecated: bool = False
    sunset: str | None = None
    example: Mapping[str, Any] | None = None

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    def field(self, name: str) -> Field | None:
        """Return the field NAME."""
        return self._by_name.get(name)

    @cached_property
    def result_kind(self) -> str | None:
        """The kind of the results, for an enhancer that of its input; None if unclear."""
        if self.kind != "enhance":
            return self.kind
        inputs = {"image_url": "image", "video_url": "video"}
        kinds = {inputs[field.name] for field in self.fields if field.name in inputs}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def makes_pictures(self) -> bool:
        """True if results may be pictures."""
        return self.result_kind in ("image", None)

    @cached_property
    def seed_field(self) -> Field | None:
        """The field of the seed; None if the model takes none."""
        return self.field("seed")


def seed_bounds(model: Model) -> tuple[int, int]:
    """Return the lowest and highest seed to draw for MODEL: 0 to 2³¹-1, within its bounds."""
    seed = model.seed_field
    low = 0 if seed is None or seed.minimum is None else max(0, int(seed.minimum))
    high = (
        MAX_DRAWN_SEED
        if seed is None or seed.maximum is None
        else min(MAX_DRAWN_SEED, int(seed.maximum))
    )
    return (low, high) if low <= high else (low, low)


def json_equal(one: object, other: object) -> bool:
    """Tell if two JSON values are equal: 5 is 5.0, but true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
