"""No document leads to a traceback, and none takes for ever."""

import contextlib
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.describe import describe_field
from krea_cli.catalog.diff import diff_catalogs
from krea_cli.catalog.model import seed_bounds
from krea_cli.catalog.openapi.document import UnreadableDocument, parse_document, reduce_document
from krea_cli.catalog.price_ranges import price_range
from krea_cli.catalog.prices import estimate_price
from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.catalog.resolve import resolve_model
from krea_cli.errors import InvalidRequest, UnknownModel
from tests.catalog.documents import ROUTE, make_document, make_inputs

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
    """Models are read, described, checked and priced without errors but krea's own."""
    body = {"content": {"application/json": {"schema": {"properties": schema} | schema}}}
    document = make_document({ROUTE: {"requestBody": body} | extra})
    document["components"] = {"schemas": {"A": component}}
    document["x-krea-aliases"] = component
    document["x-krea-default"] = schema.get("default")
    try:
        parsed = parse_document(json.dumps(document).encode())
    except UnreadableDocument:
        return
    catalog = Catalog(reduce_document(parsed), source="test")
    assert catalog.default_id in (None, "maker/brush")
    diff_catalogs(catalog, Catalog(parsed, source="test"))
    with contextlib.suppress(UnknownModel):
        resolve_model(catalog, "brsh")
    for model in catalog.models():
        price_range(model)
        seed_bounds(model)
        for field in model.fields:
            describe_field(field)
        texts = tuple(
            f"{field.name}={text}" for field in model.fields for text in ("1", "[1]", "@x")
        )
        for inputs in (
            make_inputs(
                prompt="x", inputs=texts[:9], seed=1, width=5, height=5, aspect_ratio="1:2"
            ),
            make_inputs(prompt="", duration=5.0, resolution="4K", styles=("a",), images=("f",)),
            make_inputs(prompt="x", inputs=texts, check=False),
        ):
            try:
                estimate_price(model, prepare_request(model, inputs).body)
            except InvalidRequest as error:
                assert str(error)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=30), SCHEMAS, max_size=4))
def test_any_paths_can_be_listed(paths: dict[str, Any]) -> None:
    """Odd routes and operations are dropped, and every other id is safe to print."""
    document = {"paths": paths | {f"/generate/{key}": value for key, value in paths.items()}}
    catalog = Catalog(parse_document(json.dumps(document).encode()), source="test")
    assert all(name.isascii() and name.isprintable() and " " not in name for name in catalog.ids)
    assert all(reason.isprintable() for reason in catalog.dropped)
    catalog.models()
