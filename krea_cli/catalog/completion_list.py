"""The list of models that the completion scripts read: names, prices, fields and their choices."""

from collections.abc import Iterator, Mapping

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.describe import describe_field
from krea_cli.catalog.model import Field
from krea_cli.catalog.price_ranges import price_range
from krea_cli.text import one_line

DEFAULT_NAME = "*"
SEPARATORS = ("|", ";")  # between choices; before the description


def completion_lines(catalog: Catalog) -> Iterator[str]:
    """Yield a line for each model of CATALOG, with a tab between its columns.

    The columns are its id, a description, other names, and FIELD=CHOICE|CHOICE;DESCRIPTION for
    each field. `DEFAULT_NAME` is another name of the default model. An unreadable model is left
    with its id.
    """
    names = _names_by_id(catalog.aliases, catalog.default_id)
    readable = {model.id: model for model in catalog.models()}
    for model_id in catalog.ids:
        model = readable.get(model_id)
        about, columns = catalog.kind(model_id), []
        if model is not None:
            price = price_range(model)
            about += ", price unknown" if price == "unknown" else f", {price}"
            about += ", deprecated" if model.deprecated else ""
            columns = [_column(field) for field in model.fields]
        about += ", the default" if model_id == catalog.default_id else ""
        yield "\t".join([model_id, about, " ".join(names.get(model_id, ())), *columns])


def _names_by_id(aliases: Mapping[str, str], default_id: str | None) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {default_id: [DEFAULT_NAME]} if default_id else {}
    for alias, model_id in aliases.items():
        names.setdefault(model_id, []).append(alias)
    return names


def _column(field: Field) -> str:
    choices = [one_line(choice) for choice in _choices(field)]
    usable = [each for each in choices if each and not any(mark in each for mark in SEPARATORS)]
    about = "" if usable else one_line(describe_field(field)) or " or ".join(field.types)
    return f"{one_line(field.name)}={'|'.join(usable)};{about}"


def _choices(field: Field) -> list[str]:
    """Return the values that FIELD is known to take, as they are typed."""
    if field.types == ("boolean",):
        return ["true", "false"]
    if field.items is not None:
        return _choices(field.items)
    choices = [str(choice) for choice in field.choices if choice is not None]
    inner = [choice for variant in field.variants for choice in _choices(variant)]
    return list(dict.fromkeys([*choices, *inner]))
