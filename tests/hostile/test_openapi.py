"""OpenAPI documents with odd routes: listed, shown, and asked by `generate --dry-run`."""

import json
import random
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.catalog.prices import estimate
from krea_cli.catalog.request.prepare import prepare
from krea_cli.commands.models import model_card
from krea_cli.errors import InvalidRequest
from krea_cli.text import clean
from tests.catalog.documents import wishes
from tests.harness.cli import Cli
from tests.hostile.fragments import documents
from tests.hostile.wire import many, sound, strict, unfit, world_with

pytestmark = pytest.mark.exhaustive

SHOWN = 1  # routes of each document that are shown and asked by commands


@many(1200, examples=10, bodies=documents(120), seed=st.integers(0, 10**6))
def test_documents_that_the_service_serves(bodies: list[dict[str, Any]], seed: int) -> int:
    """Refreshed, listed, some of them shown and asked: an answer or one error each."""
    content = json.dumps(bodies[0])

    def handle(request: httpx.Request) -> httpx.Response:
        found = request.url.path == "/openapi.json"
        return httpx.Response(200 if found else 404, text=content if found else "")

    with world_with(handle) as cli:
        sound(cli.krea("models", "--refresh"), json_mode=False)
        listed = sound(cli.krea("models", "--json"), json_mode=True)
        names = [strict(line)["id"] for line in listed.out.splitlines()]
        for name in random.Random(seed).sample(names, min(SHOWN, len(names))):
            _shown_and_asked(cli, name)
    return len(bodies[0]["paths"])


def _shown_and_asked(cli: Cli, name: str) -> None:
    sound(cli.krea("models", name), json_mode=False)
    shown = sound(cli.krea("models", "--json", name), json_mode=True)
    fields = [field for line in shown.out.splitlines() for field in strict(line).get("fields", [])]
    given = [text for field in fields[:6] for text in ("-i", f"{field['name']}=1")]
    sound(cli.krea("generate", "x", "-m", name, "--dry-run"), json_mode=False)
    command = ("generate", "-m", name, "--dry-run", "--seed", "1", "--json", *given)
    sound(cli.krea(*command), json_mode=True)


@many(2000, examples=20, bodies=documents(100))
def test_every_route_can_be_shown_and_asked(bodies: list[dict[str, Any]]) -> int:
    """One layer lower, for their number: what the commands above would print and send."""
    read = parse_document(json.dumps(bodies[0]).encode())
    catalog = Catalog.of(read, source="test")
    for model in catalog.models():
        # Lone surrogates are escaped by the stream, which is not asked here.
        told = clean(model_card.card_text(model)).encode(errors="backslashreplace").decode()
        assert not [line for line in told.splitlines() if any(map(unfit, line))]
        assert strict(json.dumps(model_card.full_record(model)))
        inputs = tuple(f"{field.name}=1" for field in model.fields)
        for wanted in (wishes(prompt="x", seed=1), wishes(prompt="x", inputs=inputs)):
            try:
                estimate(model, prepare(model, wanted).body)
            except InvalidRequest as error:
                assert str(error)
    return len(bodies[0]["paths"])
