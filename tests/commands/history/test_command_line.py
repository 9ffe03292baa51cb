"""The command that `history` prints makes the very same request again."""

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.cache import CatalogCache
from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.examples import example_body
from krea_cli.catalog.local_files import LocalFile
from krea_cli.commands.history.command_line import generate_command
from krea_cli.text import clean
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


def typed_words(text: str) -> list[str]:
    """Return the words that a shell reads in TEXT."""
    script = "printf '%s\\0' " + text
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]


def dry_run_body(cli: Cli, text: str | None) -> dict[str, Any]:
    """Return the body of the request that the command TEXT would send."""
    assert text is not None
    krea, *words = typed_words(text)
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
    assert text is not None and "--no-check" in text.split()
    assert dry_run_body(cli, text) == body


def test_a_foreign_text_is_never_a_file(cli: Cli) -> None:
    """An at sign in a stranger's recipe is doubled, at any depth: pasted, it uploads nothing."""
    secret = cli.home / "secret.png"
    secret.write_bytes(b"secret")
    for model_id, name in (
        ("bfl/flux-1-kontext-dev", "image_url"),
        ("google/nano-banana", "image_urls"),
        ("krea/krea-2/large", "image_style_references"),
    ):
        model = CATALOG.model(model_id)
        value = f"@{secret}" if name == "image_url" else [f"@{secret}"]
        text = generate_command(model.id, {"prompt": "x", name: value}, model=model)
        assert text is not None
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


def test_control_characters_of_a_stranger_start_no_command(cli: Cli) -> None:
    """The words are those of the recipe, though the line is cleaned before it is printed."""
    model = CATALOG.model("bfl/flux-1-dev")
    body = {"prompt": "a red fox\x1b'", "zz": "; touch PWNED; #"}
    text = generate_command(model.id, body, model=model)
    assert text is not None and clean(text) == text
    assert dry_run_body(cli, text) == body


def test_an_at_sign_among_objects_is_read_back_as_text(cli: Cli) -> None:
    """A text where an object with an address belongs stays a text, and names no file."""
    model = CATALOG.model("krea/krea-2/large")
    body = {"prompt": "x", "image_style_references": ["@private.png"]}
    text = generate_command(model.id, body, model=model)
    assert text is not None and '["@@private.png"]' in text
    assert dry_run_body(cli, text) == body


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "a\0b"},
        {"prompt": "x", "brand_new": ["@private.png"]},
        {"prompt": "x", "steps": "20"},
        {"prompt": "x", "a=b": 1},
    ],
)
def test_no_command_rather_than_another_request(body: dict[str, Any]) -> None:
    """A command line that would send something else is not printed."""
    model = CATALOG.model("bfl/flux-1-dev")
    assert generate_command(model.id, body, model=model) is None
