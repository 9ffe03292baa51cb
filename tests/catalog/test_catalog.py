"""The catalog: ids, default and aliases of a document, and unusable routes."""

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.resolve import resolve_model
from tests.catalog.documents import ROUTE, make_catalog, make_document, make_operation


def test_an_unusable_route_is_dropped_with_the_reason() -> None:
    """The reason is printable."""
    routes = {ROUTE: make_operation(), "/generate/image/\x1b[31m;rm": make_operation(), "/jobs": {}}
    document = make_document(routes)
    document["paths"]["/generate/image/x/get-only"] = {"get": {}}
    catalog = Catalog(document, source="test")
    assert catalog.ids == ("maker/brush",)
    assert catalog.dropped == (
        "/generate/image/;rm: not a route of the agreed shape",
        "/generate/image/x/get-only: no POST operation",
    )


def test_ids_that_two_kinds_share_carry_the_kind() -> None:
    """Both stay reachable, and neither takes the other's place."""
    routes = ("/generate/image/a/b", "/generate/video/a/b", "/generate/video/c/d/e")
    catalog = Catalog(make_document({route: make_operation() for route in routes}), source="test")
    assert catalog.ids == ("image/a/b", "video/a/b", "c/d/e")
    assert catalog.model("video/a/b").route == "/generate/video/a/b"


def test_an_alias_lives_as_long_as_its_target() -> None:
    """Neither the document's aliases nor krea's own lead to a missing model."""
    aliases = {"big": "krea/krea-2/large", "old": "gone/model", "bad": 3}
    stated = make_catalog(**{"x-krea-aliases": aliases})
    assert stated.aliases == {"big": "krea/krea-2/large"}
    assert "flux-kontext" not in make_catalog().aliases


def test_the_default_has_to_exist() -> None:
    """The document's default counts, then krea's own, unless the model is missing."""
    assert make_catalog().default_id == "bfl/flux-1-dev"
    assert make_catalog(**{"x-krea-default": "x/twin"}).default_id == "x/twin"
    assert make_catalog(**{"x-krea-default": "gone/model"}).default_id is None


def test_a_small_document_that_is_large_inside() -> None:
    """Of many routes with one huge schema, the last ones are dropped with the reason."""
    shared = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(15_000)}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/huge"}}}}
    paths = {f"/generate/image/a/m{n}": {"post": {"requestBody": body}} for n in range(100)}
    catalog = Catalog({"paths": paths, "components": {"schemas": {"huge": shared}}}, source="test")
    assert 0 < len(catalog.models()) < 20
    assert catalog.dropped[-1].endswith("the document is too large to be read as a whole")


def test_a_name_is_found_without_reading_all_models() -> None:
    """One model that cannot be read does not matter to the name of another."""
    endless = {"$ref": "#/components/schemas/endless"}
    operation = make_operation({"a": endless})
    schemas = {"endless": {"anyOf": [endless] * 50, "properties": {"a": endless, "b": endless}}}
    routes = {ROUTE: operation, "/generate/image/bfl/flux-1-dev": make_operation()}
    document = make_document(routes, components={"schemas": schemas})
    catalog = Catalog(document, source="test")
    model_id = resolve_model(catalog, "flux-1-dev").model_id
    assert [model.id for model in catalog.read([model_id])] == ["bfl/flux-1-dev"]
    assert catalog.dropped == ()
    assert [model.id for model in catalog.models()] == ["bfl/flux-1-dev"]
    assert len(catalog.dropped) == 1
