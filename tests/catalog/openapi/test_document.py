"""A document is foreign text: bounded, and reduced to what can be used."""

import json

import pytest

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import (
    MAX_BYTES,
    UnreadableDocument,
    parse_document,
    reduced,
    safe_route,
)
from tests.catalog.documents import ROUTE, document, model, operation


def nested(depth: int) -> dict[str, object]:
    """A document that is DEPTH levels deep."""
    inner: object = 1
    for _ in range(depth - 1):
        inner = [inner]
    return {"paths": {}, "x": inner}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" " * (MAX_BYTES + 1), "larger than 20 MB"),
        (b"<html>", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "has no paths"),
        (b'{"paths": []}', "has no paths"),
        (json.dumps(nested(41)).encode(), "deeper than 40"),
    ],
    ids=["large", "html", "binary", "endless", "list", "no paths", "deep"],
)
def test_what_is_no_document_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    """One error class, whatever is wrong."""
    with pytest.raises(UnreadableDocument, match=words):
        parse_document(content)


def test_forty_levels_are_read() -> None:
    """The limit itself is fine."""
    assert parse_document(json.dumps(nested(40)).encode())["paths"] == {}


@pytest.mark.parametrize(
    ("route", "safe"),
    [
        (ROUTE, True),
        ("/generate/image/krea/krea-2/large", True),
        ("/generate/3d/x", True),
        ("/generate/image", False),
        ("/generate/Image/x", False),
        ("/generate/image/../jobs", False),
        ("/generate/image/..", False),
        ("/generate/image/x/.", False),
        ("/generate/image/x y", False),
        ("/generate/image/$(reboot)", False),
        ("/generate/image/x\n", False),
        ("/generate/image/x?y=1", False),
        ("/generate/image//x", False),
        ("/generate/image/" + "x" * 200, False),
        ("/jobs", False),
    ],
)
def test_routes_have_one_shape(route: str, safe: bool) -> None:
    """Nothing that a shell, a URL or a completion script would read otherwise."""
    assert safe_route(route) is safe


def test_what_cannot_be_used_is_dropped_loudly() -> None:
    """The reason is kept, without escape characters."""
    routes = {ROUTE: operation(), "/generate/image/\x1b[31m;rm": operation(), "/jobs": {}}
    whole = document(routes)
    whole["paths"]["/generate/image/x/get-only"] = {"get": {}}
    catalog = Catalog.of(whole, source="test")
    assert catalog.ids == ("maker/brush",)
    assert catalog.dropped == (
        "/generate/image/;rm: not a route of the agreed shape",
        "/generate/image/x/get-only: no POST operation",
    )


def test_ids_that_two_kinds_share_carry_the_kind() -> None:
    """Both stay reachable, and neither takes the other's place."""
    routes = ("/generate/image/a/b", "/generate/video/a/b", "/generate/video/c/d/e")
    catalog = Catalog.of(document({route: operation() for route in routes}), source="test")
    assert catalog.ids == ("image/a/b", "video/a/b", "c/d/e")
    assert catalog.model("video/a/b").route == "/generate/video/a/b"


def test_a_schema_that_refers_to_itself_is_dropped() -> None:
    """Neither endless nor a traceback: one model less."""
    endless = {"properties": {name: {"$ref": "#/components/schemas/E"} for name in "abc"}}
    whole = document(
        {ROUTE: operation({"it": {"$ref": "#/components/schemas/E"}}), ROUTE + "-2": operation()}
    )
    whole["components"] = {"schemas": {"E": endless}}
    catalog = Catalog.of(whole, source="test")
    assert [found.id for found in catalog.models()] == ["maker/brush-2"]
    assert catalog.dropped == (f"{ROUTE}: a model's schema refers to itself without an end",)


def test_references_in_a_circle_allow_anything() -> None:
    """A reference to itself says nothing, so the field takes anything."""
    circle = {"anyOf": [{"$ref": "#/components/schemas/C"}, {"$ref": "#/components/schemas/C"}]}
    with pytest.raises(UnreadableDocument):
        model({"it": {"$ref": "#/components/schemas/C"}}, components={"C": circle})


def test_reducing_keeps_every_model_as_it_is() -> None:
    """What is cached reads like what was fetched."""
    whole = document({ROUTE: operation(description="x" * 9000, responses={"200": {}})})
    whole["paths"]["/generate/image/b ad"] = {"post": {}}
    before, after = Catalog.of(whole, source="a"), Catalog.of(reduced(whole), source="a")
    assert after.models() == before.models()
    assert after.dropped == before.dropped
    assert "responses" not in reduced(whole)["paths"][ROUTE]["post"]
