"""The command that `history` prints makes the very same request again."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.cache import CatalogCache
from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.examples import example_body
from krea_cli.catalog.local_files import LocalFile
from krea_cli.commands.history.command_line import generate_command
from tests.harness.cli import Cli

CATALOG: Catalog = CatalogCache(Path("/nonexistent"), "none").load()
BODIES: dict[str, dict[str, Any]] = {
    "quotes": {"prompt": 'it\'s "red" & $HOME `x` \\ *', "width": 512},
    "a dash": {"prompt": "-5 degrees", "seed": 3},
    "stdin": {"prompt": "-"},
    "an at sign": {"prompt": "@fox"},
    "lines": {"prompt": "one\ntwo\n"},
    "a switch": {"prompt": "x", "styles": [{"id": "@s", "strength": 0.5}]},
    "a huge seed": {"prompt": "x", "seed": 2**31 - 1},
}


def dry_run_body(cli: Cli, text: str) -> dict[str, Any]:
    """Return the body of the request that the command TEXT would send."""
    krea, *words = shlex.split(text)
    assert krea == "krea"
    result = cli.krea(*words, "--dry-run", "--json")
    assert result.code == 0, result.err
    body: dict[str, Any] = json.loads(result.out)["body"]
    return body


@pytest.mark.parametrize("model_id", [model.id for model in CATALOG.models()])
def test_every_models_request_comes_out_again(cli: Cli, model_id: str) -> None:
    """Written as a command, read by the command line: the same body."""
    model = CATALOG.model(model_id)
    body = example_body(model)
    assert dry_run_body(cli, generate_command(model.id, body, model=model)) == body


@pytest.mark.parametrize("name", BODIES)
def test_what_a_shell_or_an_option_could_misread(cli: Cli, name: str) -> None:
    """Quotes, dashes, at signs, line ends."""
    model = CATALOG.model("bfl/flux-1-dev")
    body = BODIES[name]
    assert dry_run_body(cli, generate_command(model.id, body, model=model)) == body


def test_fields_that_nobody_checks(cli: Cli) -> None:
    """A request that was sent with --no-check is made again with it."""
    model = CATALOG.model("bfl/flux-1-dev")
    body = {"prompt": "x", "brand_new": [1, "a"], "steps": 9999}
    text = generate_command(model.id, body, model=model)
    assert "--no-check" in text.split()
    assert dry_run_body(cli, text) == body


def test_a_foreign_text_is_never_a_file(cli: Cli) -> None:
    """An at sign in a stranger's recipe is doubled, at any depth: pasted, it uploads nothing."""
    secret = cli.home / "secret.png"
    secret.write_bytes(b"secret")
    for model_id, name in (
        ("bfl/flux-1-kontext-dev", "image_url"),
        ("google/nano-banana", "image_urls"),
    ):
        model = CATALOG.model(model_id)
        value = f"@{secret}" if name == "image_url" else [f"@{secret}"]
        text = generate_command(model.id, {"prompt": "x", name: value}, model=model)
        result = cli.krea(*shlex.split(text)[1:], "-o", "x.png")
        assert "POST /assets" not in cli.service.requests, (text, result)


def test_local_files(cli: Cli) -> None:
    """A file stands as @path, at any depth."""
    from tests.pictures import picture_bytes

    day = cli.home / "work" / "day 1.png"
    day.write_bytes(picture_bytes())
    kontext = CATALOG.model("bfl/flux-1-kontext-dev")
    body = {"prompt": "night", "image_url": LocalFile(str(day))}
    sent_body = {"prompt": "night", "image_url": f"@{day}"}
    assert dry_run_body(cli, generate_command(kontext.id, body, model=kontext)) == sent_body
