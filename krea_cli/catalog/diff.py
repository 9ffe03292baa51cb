"""What changed between two catalogues: models, fields, prices."""

from dataclasses import dataclass

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.describe import facts_of
from krea_cli.catalog.model import Field, Model, same
from krea_cli.catalog.prices import estimate, price_points, span


@dataclass(frozen=True)
class Changes:
    """What a refresh brought. `modified` is False when the service said that nothing is new."""

    modified: bool = True
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """One line per change, for people."""
        return (
            *(f"new model {name}" for name in self.added),
            *(f"{name} is gone" for name in self.removed),
            *self.fields,
            *self.prices,
        )

    def __bool__(self) -> bool:
        """True if anything changed."""
        return bool(self.lines)

    def __str__(self) -> str:
        return "\n".join(self.lines) or "nothing changed"

    def as_dict(self) -> dict[str, object]:
        """The changes as one JSON object: modified, added, removed, fields, prices."""
        return {
            "modified": self.modified,
            "added": list(self.added),
            "removed": list(self.removed),
            "fields": list(self.fields),
            "prices": list(self.prices),
        }


def compare(old: Catalog, new: Catalog) -> Changes:
    """What is different in NEW."""
    before = {model.id: model for model in old.models()}
    after = {model.id: model for model in new.models()}
    both = [(before[name], after[name]) for name in after if name in before]
    return Changes(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        fields=tuple(line for one, other in both for line in _fields(one, other)),
        prices=tuple(line for one, other in both for line in _price(one, other)),
    )


def _fields(old: Model, new: Model) -> list[str]:
    lines = [f"{new.id}: new field {f.name}" for f in new.fields if old.field(f.name) is None]
    lines += [f"{new.id}: {f.name} is gone" for f in old.fields if new.field(f.name) is None]
    for field in new.fields:
        known = old.field(field.name)
        change = _difference(known, field) if known else None
        if change:
            lines.append(f"{new.id}: {field.name}: {change}")
    if new.deprecated and not old.deprecated:
        lines.append(f"{new.id}: now deprecated")
    return lines


def _difference(old: Field, new: Field) -> str | None:
    if old.required != new.required:
        return "now required" if new.required else "no longer required"
    if old.types != new.types:
        return f"{_types(old)} -> {_types(new)}"
    if facts_of(old) != facts_of(new):
        return f"{facts_of(old) or 'anything'} -> {facts_of(new) or 'anything'}"
    if not same(old.default, new.default) and new.name != "seed":
        return f"default {old.default} -> {new.default}"
    return None


def _types(field: Field) -> str:
    return " or ".join(field.types) or "anything"


def _price(old: Model, new: Model) -> list[str]:
    before, after = price_points(old), price_points(new)
    if before == after:
        return []
    for spoken in (_usual, span, _listed):
        if spoken(old) != spoken(new):
            return [f"{new.id}: price {spoken(old)} -> {spoken(new)}"]
    return [f"{new.id}: its prices depend on other things than before"]


def _usual(model: Model) -> str:
    return str(estimate(model, model.example or {}))


def _listed(model: Model) -> str:
    return ", ".join(f"${amount}" for amount, _ in price_points(model)) or "unknown"
