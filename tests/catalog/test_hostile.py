"""Nothing that a document holds leads to a traceback, and nothing takes for ever."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.describe import facts_of
from krea_cli.catalog.diff import compare
from krea_cli.catalog.model import seed_bounds
from krea_cli.catalog.openapi.document import UnreadableDocument, parse_document, reduced
from krea_cli.catalog.prices import estimate, span
from krea_cli.catalog.request.prepare import prepare
from krea_cli.catalog.request.validate import matches
from krea_cli.catalog.resolve import resolve
from krea_cli.errors import InvalidRequest, UnknownModel
from tests.catalog.documents import ROUTE, document, wishes

KEYS = [
    *(
        "type",
        "properties",
        "required",
        "items",
        "enum",
        "const",
        "anyOf",
        "oneOf",
        "allOf",
        "$ref",
    ),
    *("minimum", "maximum", "exclusiveMinimum", "multipleOf", "minLength", "maxItems", "minItems"),
    *("format", "pattern", "default", "additionalProperties", "deprecated", "nullable"),
    *("description", "x-krea-visible-when", "prompt", "seed", "width", "height", "aspect_ratio"),
    *("resolution", "duration", "styles", "image_url", "input_mode", "strength", "url", "field"),
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 1e308, 10**40, 0.5, 40]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            *("string", "number", "integer", "boolean", "array", "object", "null", "uri", "uuid"),
            *("#/components/schemas/A", "#/paths", "http://x/y", "(a+)+$", "[", "\x1b[31m", "1:1"),
            *("\ud800", "1K", "text", ""),
        ]
    ),
    st.text(max_size=6),
)
SCHEMAS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    ),
    max_leaves=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    schema=st.dictionaries(st.sampled_from(KEYS), SCHEMAS, max_size=8),
    component=SCHEMAS,
    extra=st.dictionaries(
        st.sampled_from(
            [
                *("summary", "description", "x-krea-pricing", "x-krea-typical-seconds"),
                "x-krea-deprecated-field-aliases",
            ]
        ),
        SCHEMAS,
        max_size=3,
    ),
)
def test_any_schema_can_be_read_asked_and_compared(
    schema: dict[str, Any], component: Any, extra: dict[str, Any]
) -> None:
    """Read, shown, checked, priced: our own errors are all that may come out."""
    body = {"content": {"application/json": {"schema": {"properties": schema} | schema}}}
    whole = document({ROUTE: {"requestBody": body} | extra})
    whole["components"] = {"schemas": {"A": component}}
    whole["x-krea-aliases"] = component
    whole["x-krea-default"] = schema.get("default")
    try:
        read = parse_document(json.dumps(whole).encode())
    except UnreadableDocument:
        return
    catalog = Catalog.of(reduced(read), source="test")
    assert catalog.default in (None, "maker/brush")
    compare(catalog, Catalog.of(read, source="test"))
    with contextlib.suppress(UnknownModel):
        resolve(catalog, "brsh")
    for model in catalog.models():
        span(model)
        seed_bounds(model)
        for field in model.fields:
            facts_of(field)
        asked = tuple(
            f"{field.name}={text}" for field in model.fields for text in ("1", "[1]", "@x")
        )
        for wanted in (
            wishes(prompt="x", inputs=asked[:9], seed=1, width=5, height=5, aspect_ratio="1:2"),
            wishes(prompt="", duration=5.0, resolution="4K", styles=("a",), images=("f",)),
            wishes(prompt="x", inputs=asked, check=False),
        ):
            try:
                estimate(model, prepare(model, wanted).body)
            except InvalidRequest as error:
                assert str(error)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=30), SCHEMAS, max_size=4))
def test_any_paths_can_be_listed(paths: dict[str, Any]) -> None:
    """Odd routes and operations are dropped, and every id that is left is safe to print."""
    whole = {"paths": paths | {f"/generate/{key}": value for key, value in paths.items()}}
    catalog = Catalog.of(parse_document(json.dumps(whole).encode()), source="test")
    assert all(name.isascii() and name.isprintable() and " " not in name for name in catalog.ids)
    assert all(reason.isprintable() for reason in catalog.dropped)
    catalog.models()


@pytest.mark.parametrize(
    ("pattern", "text", "verdict"),
    [
        ("^[a-z][a-z0-9_]+$", "tag_1", True),
        ("^[a-z][a-z0-9_]+$", "Tag", False),
        ("^(a+)+$", "a" * 60 + "!", True),
        (r"^(\w+)\1$", "abab!", True),
        ("^(?=a)b", "c", True),
        ("[", "x", True),
        ("[[a]", "x", True),
        ("a" * 300, "b", True),
        (".*.*.*x", "a" * 150, True),
        (".*.*x", "a" * 200, False),
        ("a?" * 30 + "a" * 30, "a" * 30, True),
        ("(a|a)" * 35 + "y", "a" * 52, True),
        ("a{0,9}" * 9 + "b", "a" * 60, True),
        ("^a", "b" * 5000, True),
        ("a{1,99999999999}", "b", True),
    ],
)
def test_a_pattern_is_only_run_where_it_cannot_run_away(
    pattern: str, text: str, verdict: bool
) -> None:
    """What is too risky to run counts as matching: the server decides."""
    started = time.perf_counter()
    assert matches(pattern, text) is verdict
    assert time.perf_counter() - started < 1


def test_a_small_document_that_is_large_inside() -> None:
    """Hundreds of routes that share one huge schema: the rest is dropped, and said."""
    shared = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(15_000)}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/huge"}}}}
    paths = {f"/generate/image/a/m{n}": {"post": {"requestBody": body}} for n in range(100)}
    catalog = Catalog.of(
        {"paths": paths, "components": {"schemas": {"huge": shared}}}, source="test"
    )
    assert 0 < len(catalog.models()) < 20
    assert catalog.dropped[-1].endswith("the document is too large to be read as a whole")
