"""Differences of two catalogs."""

from typing import Any

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.diff import diff_catalogs
from tests.catalog.documents import ROUTE, make_document, make_operation

FILM = "/generate/video/maker/film"


def test_every_change_is_one_line() -> None:
    """Models and fields are new or gone, bounds and prices differ."""

    def price(amount: str) -> dict[str, Any]:
        points = [{"amount": amount}]
        return {"x-krea-pricing": {"currency": "USD", "unit": "request", "price_points": points}}

    ratio = {"type": "string", "enum": ["1:1"]}
    old = {
        "prompt": {"type": "string"},
        "steps": {"type": "integer", "maximum": 50},
        "gone": {"type": "string"},
        "ratio": ratio,
        "mode": {"type": "string", "default": "a"},
        "kind": {"type": "string"},
    }
    new = {
        "prompt": {"type": "string"},
        "steps": {"type": "integer", "maximum": 90},
        "fresh": {"type": "string"},
        "ratio": ratio | {"enum": ["1:1", "3:4"]},
        "mode": {"type": "string", "default": "b"},
        "kind": {"type": "number"},
    }
    before = make_document({ROUTE: make_operation(old, **price("0.03")), FILM: make_operation()})
    brush = make_operation(new, "prompt", deprecated=True, **price("0.04"))
    after = make_document({ROUTE: brush, "/generate/image/a/new": make_operation()})
    diff = diff_catalogs(Catalog(before, source="old"), Catalog(after, source="new"))
    assert diff.lines == (
        "new model a/new",
        "maker/film is gone",
        "maker/brush: new field fresh",
        "maker/brush: gone is gone",
        "maker/brush: prompt: now required",
        "maker/brush: steps: at most 50 -> at most 90",
        "maker/brush: ratio: 1:1 -> 1:1, 3:4",
        "maker/brush: mode: default a -> b",
        "maker/brush: kind: string -> number",
        "maker/brush: now deprecated",
        "maker/brush: price $0.03 -> $0.04",
    )
