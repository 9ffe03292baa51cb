"""A model or field that the cached catalog lacks is asked for once before it is unknown."""

import json
from typing import Any

import httpx
import pytest

from krea_cli.catalog.cache import load_snapshot
from tests.harness.cli import Cli


def document(route: str, field: str) -> dict[str, Any]:
    """A document of one model with a prompt and one more field."""
    properties = {"prompt": {"type": "string"}, field: {"type": "string"}}
    schema = {"type": "object", "properties": properties, "required": ["prompt"]}
    schema["additionalProperties"] = False
    body = {"content": {"application/json": {"schema": schema}}}
    return {"openapi": "3.1.0", "paths": {route: {"post": {"requestBody": body}}}}


@pytest.fixture
def live(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The documents that the service serves, newest last; empty: it cannot be reached."""
    documents: list[dict[str, Any]] = []
    usual = cli.service.transport

    def transport() -> httpx.MockTransport:
        def handle(request: httpx.Request) -> httpx.Response:
            if request.url.path != "/openapi.json":
                return usual().handle_request(request)
            cli.service.requests.append("GET /openapi.json")
            assert "authorization" not in request.headers
            if not documents:
                raise httpx.ConnectError("no route to host")
            return httpx.Response(200, content=json.dumps(documents[-1]))

        return httpx.MockTransport(handle)

    monkeypatch.setattr(cli.service, "transport", transport)
    return documents


def test_a_new_model_is_found_by_one_refresh(cli: Cli, live: list[dict[str, Any]]) -> None:
    """A model newer than the snapshot can be used at once; no token is sent for the list."""
    live.append(document("/generate/image/krea/krea-9", "mood"))
    result = cli.krea("generate", "a fox", "-m", "krea-9", "--dry-run", "--json")
    assert result.records[0]["route"] == "/generate/image/krea/krea-9"
    assert cli.service.requests == ["GET /openapi.json"]


def test_a_new_field_is_found_by_one_refresh(cli: Cli, live: list[dict[str, Any]]) -> None:
    """A field newer than the snapshot is taken once the live document has it."""
    live.append(document("/generate/image/bfl/flux-1-dev", "mood"))
    result = cli.krea("generate", "a fox", "-i", "mood=calm", "--dry-run", "--json")
    assert result.records[0]["body"] == {"prompt": "a fox", "mood": "calm"}


def test_a_misspelt_model_is_asked_for_once(cli: Cli, live: list[dict[str, Any]]) -> None:
    """Still unknown after the refresh: exit 2, with what is close."""
    live.append({"openapi": "3.1.0", "paths": {}} | document("/generate/image/bfl/flux-2", "x"))
    result = cli.krea("generate", "a fox", "-m", "flux-77", "-o", "fox.png")
    assert (result.code, cli.service.requests) == (2, ["GET /openapi.json"])


def test_without_a_network_the_snapshot_has_the_word(cli: Cli, live: list[dict[str, Any]]) -> None:
    """Offline, a misspelt name is still answered with what is close to it."""
    result = cli.krea("generate", "a fox", "-m", "fluks-1-dev", "-o", "fox.png")
    assert result.code == 2
    assert "bfl/flux-1-dev" in result.err


def test_a_vanished_model_is_not_replaced(cli: Cli, live: list[dict[str, Any]]) -> None:
    """The refresh after an unknown field may remove the model, and tells it."""
    live.append(document("/generate/image/krea/krea-9", "mood"))
    result = cli.krea("generate", "a fox", "-i", "mood=calm", "-m", "bfl/flux-1-dev")
    assert result.code == 2
    assert result.err.splitlines()[0] == (
        "error: there is no model called 'bfl/flux-1-dev' any more:"
        " bfl/flux-1-dev is gone from the service's catalog"
    )


def test_every_model_of_the_snapshot_accepts_its_sample(cli: Cli) -> None:
    """An example of the catalog passes its own check."""
    for model in load_snapshot().models():
        fields = [f"-i{key}={_typed(value)}" for key, value in (model.example or {}).items()]
        result = cli.krea("generate", "-m", model.route, "--dry-run", *fields)
        assert result.code == 0, f"{model.id}: {result.err}"


def _typed(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize(
    ("option", "field"),
    [
        (("--resolution", "2K"), "resolution"),
        (("--image", "https://example.com/a.png"), "image_url"),
        (("--duration", "5"), "duration"),
    ],
)
def test_an_option_for_a_new_field_leads_to_one_refresh(
    cli: Cli, live: list[dict[str, Any]], option: tuple[str, str], field: str
) -> None:
    """Options are fields too: they may be newer than the snapshot."""
    route = "/generate/image/qwen/2512"
    live.append(document(route, field))
    schema = live[0]["paths"][route]["post"]["requestBody"]["content"]["application/json"]
    schema["schema"]["properties"][field]["format"] = "uri" if field == "image_url" else "none"
    result = cli.krea("generate", "a fox", "-m", "qwen/2512", *option, "--dry-run", "--json")
    assert result.records[0]["body"] == {"prompt": "a fox", field: option[1]}, result.err
    assert cli.service.requests == ["GET /openapi.json"]


def test_half_a_name_is_asked_for_before_it_is_taken(cli: Cli, live: list[dict[str, Any]]) -> None:
    """The snapshot has only a longer name; today's catalog has just the one that was named."""
    live.append(document("/generate/image/recraft/recraft-v4.1", "mood"))
    for _ in range(2):  # the second time the catalog is one of today
        result = cli.krea("generate", "a fox", "-m", "recraft-v4.1", "--dry-run", "--json")
        assert result.records[0]["route"] == "/generate/image/recraft/recraft-v4.1"
    assert cli.service.requests == ["GET /openapi.json"]
