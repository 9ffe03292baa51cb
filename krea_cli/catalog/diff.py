"""Compare two catalogs: models, fields and prices that are new, gone or different."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.describe import describe_field
from krea_cli.catalog.model import Field, Model, json_equal
from krea_cli.catalog.prices import estimate_price, price_points


def _price_range(model: Model) -> str:
    from krea_cli.catalog.price_ranges import price_range  # few commands tell changes

    return price_range(model)


# The prices of a model in words; the first that differs tells a change.
PRICE_VIEWS: tuple[Callable[[Model], str], ...] = (
    lambda model: str(estimate_price(model, model.example or {})),
    _price_range,
    lambda model: ", ".join(f"${point.amount}" for point in price_points(model)) or "unknown",
)


@dataclass(frozen=True)
class CatalogDiff:
    """Differences of a new catalog from an old one; false if there are none.

    added: ids of new models
    removed: ids of models that are gone
    fields: a sentence for each change of a field
    prices: a sentence for each change of a price
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """One line for each change, for people."""
        return (
            *(f"new model {model_id}" for model_id in self.added),
            *(f"{model_id} is gone" for model_id in self.removed),
            *self.fields,
            *self.prices,
        )

    def lines_about(self, model_ids: Collection[str]) -> tuple[str, ...]:
        """Return the lines about the models MODEL_IDS."""
        starts = tuple(f"{model_id}: " for model_id in model_ids)
        gone = {f"{model_id} is gone" for model_id in model_ids}
        return tuple(line for line in self.lines if line.startswith(starts) or line in gone)

    def __bool__(self) -> bool:
        return bool(self.lines)


def diff_catalogs(old: Catalog, new: Catalog) -> CatalogDiff:
    """Return the differences of NEW from OLD."""
    before = {model.id: model for model in old.models()}
    after = {model.id: model for model in new.models()}
    pairs = [(before[model_id], after[model_id]) for model_id in after if model_id in before]
    return CatalogDiff(
        added=tuple(model_id for model_id in after if model_id not in before),
        removed=tuple(model_id for model_id in before if model_id not in after),
        fields=tuple(line for one, other in pairs for line in _diff_fields(one, other)),
        prices=tuple(line for one, other in pairs for line in _diff_prices(one, other)),
    )


def _diff_fields(old: Model, new: Model) -> list[str]:
    lines = [f"{new.id}: new field {f.name}" for f in new.fields if old.field(f.name) is None]
    lines += [f"{new.id}: {f.name} is gone" for f in old.fields if new.field(f.name) is None]
    for field in new.fields:
        earlier = old.field(field.name)
        change = _diff_field(earlier, field) if earlier else None
        if change:
            lines.append(f"{new.id}: {field.name}: {change}")
    if new.deprecated and not old.deprecated:
        lines.append(f"{new.id}: now deprecated")
    return lines


def _diff_field(old: Field, new: Field) -> str | None:
    if old.required != new.required:
        return "now required" if new.required else "no longer required"
    if old.types != new.types:
        before, now = (" or ".join(field.types) or "anything" for field in (old, new))
        return f"{before} -> {now}"
    if describe_field(old) != describe_field(new):
        return f"{describe_field(old) or 'anything'} -> {describe_field(new) or 'anything'}"
    if not json_equal(old.default, new.default) and new.name != "seed":
        return f"default {old.default} -> {new.default}"
    return None


def _diff_prices(old: Model, new: Model) -> list[str]:
    if price_points(old) == price_points(new):
        return []
    for describe in PRICE_VIEWS:
        if describe(old) != describe(new):
            return [f"{new.id}: price {describe(old)} -> {describe(new)}"]
    return [f"{new.id}: its prices depend on other things than before"]
