"""OpenAPI documents with odd routes: listed, shown, and used by `generate --dry-run`."""

import json
import random
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.catalog.prices import estimate_price
from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.commands.models import model_card
from krea_cli.commands.models.records import to_full_record
from krea_cli.errors import InvalidRequest
from krea_cli.text import clean
from tests.catalog.documents import make_inputs
from tests.harness.cli import Cli
from tests.hostile.openapi_documents import documents
from tests.hostile.properties import check_result, is_unsafe, many_examples, parse_strict_json
from tests.hostile.stub_service import cli_with

pytestmark = pytest.mark.exhaustive

SHOWN_ROUTES = 1  # routes of each document that are shown and asked by commands


@many_examples(1200, examples=10, bodies=documents(120), seed=st.integers(0, 10**6))
def test_documents_that_the_service_serves(bodies: list[dict[str, Any]], seed: int) -> int:
    """Each document can be fetched and listed; its models give an answer or one error."""
    content = json.dumps(bodies[0])

    def handle(request: httpx.Request) -> httpx.Response:
        is_document = request.url.path == "/openapi.json"
        return httpx.Response(200 if is_document else 404, text=content if is_document else "")

    with cli_with(handle) as cli:
        check_result(cli.krea("models", "--refresh"), json_mode=False)
        models = check_result(cli.krea("models", "--json"), json_mode=True)
        names = [parse_strict_json(line)["id"] for line in models.out.splitlines()]
        for name in random.Random(seed).sample(names, min(SHOWN_ROUTES, len(names))):
            show_and_ask(cli, name)
    return len(bodies[0]["paths"])


def show_and_ask(cli: Cli, name: str) -> None:
    """Show the model NAME, and build requests to it."""
    check_result(cli.krea("models", name), json_mode=False)
    model = check_result(cli.krea("models", "--json", name), json_mode=True)
    records = map(parse_strict_json, model.out.splitlines())
    fields = [field for record in records for field in record.get("fields", [])]
    inputs = [text for field in fields[:6] for text in ("-i", f"{field['name']}=1")]
    check_result(cli.krea("generate", "x", "-m", name, "--dry-run"), json_mode=False)
    command = ("generate", "-m", name, "--dry-run", "--seed", "1", "--json", *inputs)
    check_result(cli.krea(*command), json_mode=True)


@many_examples(2000, examples=20, bodies=documents(100))
def test_every_route_can_be_shown_and_asked(bodies: list[dict[str, Any]]) -> int:
    """Each model can be shown, and takes a request or refuses it with one error."""
    document = parse_document(json.dumps(bodies[0]).encode())
    catalog = Catalog(document, source="test")
    for model in catalog.models():
        # The stream would escape lone surrogates.
        card = model_card.card_text(model, now=0.0, columns=60, is_default=False, seconds_here=None)
        text = clean(card).encode(errors="backslashreplace").decode()
        assert not [line for line in text.splitlines() if any(map(is_unsafe, line))]
        assert parse_strict_json(json.dumps(to_full_record(model, default_id=None)))
        inputs = tuple(f"{field.name}=1" for field in model.fields)
        for request_inputs in (
            make_inputs(prompt="x", seed=1),
            make_inputs(prompt="x", inputs=inputs),
        ):
            try:
                estimate_price(model, prepare_request(model, request_inputs).body)
            except InvalidRequest as error:
                assert str(error)
    return len(bodies[0]["paths"])
