"""The list of models for completion: what each line says."""

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.completion_list import completion_lines
from tests.catalog.documents import ROUTE, make_document, make_operation

PROPERTIES = {
    "prompt": {"type": "string"},
    "size": {"type": "string", "enum": ["1K", "2K", "a|b", "two parts"]},
    "audio": {"type": "boolean"},
    "steps": {"type": "integer", "minimum": 1, "maximum": 100},
}


def catalog(**properties: dict[str, object]) -> Catalog:
    """A catalog of one model."""
    return Catalog(make_document({ROUTE: make_operation(properties)}), source="test")


def test_a_line_has_the_fields_with_their_choices() -> None:
    """A choice with a mark of the list's own is left out."""
    assert list(completion_lines(catalog(**PROPERTIES))) == [
        "maker/brush\timage, price unknown\t\tprompt=;string\tsize=1K|2K|two parts;"
        "\taudio=true|false;\tsteps=;1 to 100"
    ]


def test_a_line_has_price_aliases_and_the_default() -> None:
    """Of the embedded catalog, as the scripts have it."""
    lines = {line.split("\t")[0]: line.split("\t") for line in completion_lines(load_snapshot())}
    assert lines["bfl/flux-1-dev"][1:4] == [
        "image, about $0.007, the default",
        "* flux flux-dev",
        "prompt=;at most 1800 characters",
    ]
    assert sorted(lines) == sorted(load_snapshot().ids)
