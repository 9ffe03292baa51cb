"""Wishes of a designer: each ends in a command that makes something in the sandbox."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from krea_cli.catalog.cache import load_snapshot
from tests.harness.cli import CliResult
from tests.harness.sandboxed_cli import SandboxedCli

HINTED_COMMAND = re.compile(r"^  hint: krea (models .+?)(?: lists .+)?$", re.MULTILINE)
WISHES = {
    "a cheap model that takes my picture": "--takes image --sort price",
    "anything with sound": "sound",
    "a clip of my picture": "image to video",
    "a large poster": "4k --kind image",
    "a picture like these ones, for little money": "reference --max-price 0.05",
    "a voice": "text to speech",
    "a picture with more pixels": "upscale --sort price",
    "a cut-out without a background": "transparent",
    "a thing to turn around": "3d from a picture",
    "a face that talks": "lipsync",
    "a clip that goes on for ever": "video loop",
    "a picture without text in it": "--with negative-prompt",
    "what is fast": "fast image",
    "what is cheap": "cheap",
}


@pytest.fixture
def sandboxed(tmp_path: Path) -> SandboxedCli:
    """`krea` in front of a sandbox, in a folder of its own."""
    return SandboxedCli(tmp_path)


def list_models(sandboxed: SandboxedCli, wish: str) -> list[str]:
    """The ids of the models for WISH; if there are none, those of the command in the hint."""
    result = sandboxed.krea("models", *shlex.split(wish))
    if result.code:
        hint = HINTED_COMMAND.search(result.err)
        assert hint, result.err
        result = sandboxed.krea(*shlex.split(hint[1]))
    assert result.code == 0, result.err
    return [line.split("\t")[0] for line in result.out.splitlines()]


def run_lines(sandboxed: SandboxedCli, lines: list[str]) -> Iterator[CliResult]:
    """Run each of LINES as a shell would, which goes on behind && only after a success."""
    for line in lines:
        for command in line.split(" && "):
            words = shlex.split(command)
            assert words.pop(0) == "krea"
            yield sandboxed.krea(*words)


def commands_of_card(sandboxed: SandboxedCli, model_id: str) -> list[str]:
    """The last two lines of the card of MODEL_ID."""
    return sandboxed.krea("models", model_id).out.splitlines()[-2:]


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_a_wish_ends_in_something_made(sandboxed: SandboxedCli, wish: str) -> None:
    """From words to a list, from the list to a card, from the card to a file."""
    first, *_ = list_models(sandboxed, wish)
    lines = commands_of_card(sandboxed, first)
    for result in run_lines(sandboxed, lines):
        assert result.code == 0, result.err
    assert any(sandboxed.folder.iterdir())


@pytest.mark.exhaustive
@pytest.mark.parametrize("model_id", load_snapshot().ids)
def test_the_commands_of_every_card_run(sandboxed: SandboxedCli, model_id: str) -> None:
    """As they are printed, for each model of the catalog."""
    for result in run_lines(sandboxed, commands_of_card(sandboxed, model_id)):
        assert result.code == 0, result.err
