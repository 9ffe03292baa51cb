"""A document is text of a stranger: limited, and reduced to the parts in use."""

import json

import pytest

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import (
    MAX_DOCUMENT_BYTES,
    UnreadableDocument,
    is_safe_route,
    parse_document,
    reduce_document,
)
from tests.catalog.documents import ROUTE, make_document, make_operation


def make_deep_document(depth: int) -> dict[str, object]:
    """Return a document of DEPTH levels."""
    inner: object = 1
    for _ in range(depth - 1):
        inner = [inner]
    return {"paths": {}, "x": inner}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" " * (MAX_DOCUMENT_BYTES + 1), "larger than 20 MB"),
        (b"<html>", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "has no paths"),
        (b'{"paths": []}', "has no paths"),
        (json.dumps(make_deep_document(41)).encode(), "deeper than 40"),
    ],
    ids=["large", "html", "binary", "endless", "list", "no paths", "deep"],
)
def test_any_other_text_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    """All faults have one error class."""
    with pytest.raises(UnreadableDocument, match=words):
        parse_document(content)


def test_forty_levels_are_read() -> None:
    """A document of exactly the limit is read."""
    assert parse_document(json.dumps(make_deep_document(40)).encode())["paths"] == {}


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
    """No route has characters with a meaning in a shell, a URL or a completion script."""
    assert is_safe_route(route) is safe


def test_reducing_keeps_every_model_as_it_is() -> None:
    """The reduced document gives equal models, and the same routes are dropped."""
    extras = {"description": "x" * 9000, "responses": {"200": {}}, "x-sunset": "2027-01-31"}
    document = make_document({ROUTE: make_operation(**extras)})
    document["paths"]["/generate/image/b ad"] = {"post": {}}
    before, after = Catalog(document, source="a"), Catalog(reduce_document(document), source="a")
    assert after.models() == before.models()
    assert after.dropped == before.dropped
    assert "responses" not in reduce_document(document)["paths"][ROUTE]["post"]
