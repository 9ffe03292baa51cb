"""`krea generate`: two requests are the same if their normal forms are."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from krea_cli.local.ledger.request_identity import request_fingerprint
from tests.harness.cli import Cli

NFC, NFD = "a café", "a cafe\u0301"
FLUX = ("-m", "bfl/flux-1-dev")
SAME = [
    pytest.param((NFC, *FLUX), (NFD, *FLUX), id="NFC and NFD"),
    pytest.param(("a\nb", *FLUX), ("a\r\nb", *FLUX), id="line ends"),
    pytest.param(("a fox", *FLUX), ("a fox  ", *FLUX), id="blanks at the end"),
    pytest.param(
        ("a fox", *FLUX, "-i", "guidance_scale=3.5"),
        ("a fox", *FLUX, "-i", "guidance_scale=3.50"),
        id="3.5 and 3.50",
    ),
    pytest.param(
        ("a fox", "-m", "z-image"),
        ("a fox", "-m", "z-image", "--aspect-ratio", "1:1"),
        id="default",
    ),
    pytest.param(
        ("a fox", "-m", "krea-2/large"),
        ("a fox", "-m", "krea-2/large", "-i", "intensity=0", "-i", "creativity=low"),
        id="default that is not sent",
    ),
]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("one", "other"), SAME)
def test_an_unfinished_request_is_found_in_another_form(
    cli: Cli, one: tuple[str, ...], other: tuple[str, ...], order: int
) -> None:
    """A second command for that -o goes on with it, and sends nothing."""
    first, second = (one, other)[::order]
    assert cli.krea("generate", *first, "-o", "fox.png", "--timeout", "2s").code == 4
    result = cli.krea("generate", *second, "-o", "fox.png")
    assert (result.code, len(cli.service.posts)) == (0, 1)
    assert "going on with the same request for fox.png" in result.err
    assert cli.service.posts[0]["prompt"] == first[0]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("one", "other"), SAME)
def test_reuse_finds_a_result_in_another_form(
    cli: Cli, one: tuple[str, ...], other: tuple[str, ...], order: int
) -> None:
    """--reuse copies the result of the other form, and pays nothing."""
    first, second = (one, other)[::order]
    assert cli.krea("generate", *first, "--seed", "7", "-o", "one.png").code == 0
    again = cli.krea("generate", *second, "--seed", "7", "-o", "two.png", "--reuse")
    assert (again.code, again.out, len(cli.service.posts)) == (0, "two.png\n", 1)
    other_seed = cli.krea("generate", *second, "--seed", "8", "-o", "three.png", "--reuse")
    assert (other_seed.code, len(cli.service.posts)) == (0, 2)
    assert Path("one.png").read_bytes() == Path("two.png").read_bytes()


def test_a_request_that_an_old_version_sent_with_a_byte_order_mark_is_found(cli: Cli) -> None:
    """An older version kept the mark of a file; the request under way is still the same."""
    Path("fox.txt").write_bytes(b"\xef\xbb\xbfa red fox\n")
    command = ("generate", "--prompt-file", "fox.txt", *FLUX, "-o", "fox.png")
    assert cli.krea(*command, "--timeout", "2s").code == 4
    given = {"prompt": "\ufeffa red fox"}
    with closing(sqlite3.connect(cli.home / "state" / "ledger.sqlite3")) as ledger:
        ledger.execute(
            "UPDATE requests SET given = ?, identity = ?, given_digest = NULL, sent_digest = NULL",
            (json.dumps(given), request_fingerprint("bfl/flux-1-dev", given)),
        )
        ledger.commit()
    result = cli.krea(*command)
    assert (result.code, len(cli.service.posts)) == (0, 1)
    assert "going on with the same request for fox.png" in result.err


@pytest.mark.parametrize(
    "other",
    [
        ("a cafe", *FLUX),
        ("  a café", *FLUX),
        (NFC, *FLUX, "--seed", "7"),
        (NFC, *FLUX, "-i", "guidance_scale=4"),
        (NFC, "-m", "krea-2/large"),
    ],
)
def test_another_request_is_another(cli: Cli, other: tuple[str, ...]) -> None:
    """A word, a seed, a value or a model more is not the request that is under way."""
    assert cli.krea("generate", NFC, *FLUX, "-o", "fox.png", "--timeout", "2s").code == 4
    cli.krea("generate", *other, "-o", "fox.png", "--timeout", "2s")
    assert len(cli.service.posts) == 2


def test_a_default_that_changes_makes_no_new_request(cli: Cli) -> None:
    """A command finds its request although another value would be filled in by now."""

    def document(default: str) -> dict[str, object]:
        ratio = {"type": "string", "enum": ["1:1", "4:3"], "default": default}
        schema = {
            "type": "object",
            "properties": {"prompt": {"type": "string"}, "aspect_ratio": ratio},
            "required": ["prompt", "aspect_ratio"],
        }
        body = {"content": {"application/json": {"schema": schema}}}
        post = {"requestBody": body}
        return {"openapi": "3.1.0", "paths": {"/generate/image/krea/krea-9": {"post": post}}}

    for default, code in (("1:1", 4), ("4:3", 0)):
        cli.service.openapi = document(default)
        assert cli.krea("models", "--refresh").code == 0
        timeout = "2s" if code else "5m"
        command = ("generate", "a fox", "-m", "krea-9", "-o", "fox.png", "--timeout", timeout)
        assert cli.krea(*command).code == code
    assert cli.service.posts == [{"prompt": "a fox", "aspect_ratio": "1:1"}]


def test_a_field_that_was_renamed_makes_no_new_request(cli: Cli) -> None:
    """A command finds its request after the document gave the field another name."""

    def document(name: str, **more: object) -> dict[str, object]:
        schema = {
            "type": "object",
            "properties": {"prompt": {"type": "string"}, name: {"type": "string"}},
            "additionalProperties": False,
        }
        post = {"requestBody": {"content": {"application/json": {"schema": schema}}}} | more
        return {"openapi": "3.1.0", "paths": {"/generate/image/krea/krea-9": {"post": post}}}

    renamed = [{"from": "mood", "to": "tone"}]
    command = ("generate", "a fox", "-m", "krea-9", "-i", "mood=calm", "-o", "fox.png")
    cli.service.openapi = document("mood")
    assert cli.krea("models", "--refresh").code == 0
    assert cli.krea(*command, "--timeout", "2s").code == 4
    cli.service.openapi = document("tone", **{"x-krea-deprecated-field-aliases": renamed})
    assert cli.krea("models", "--refresh").code == 0
    assert cli.krea(*command).code == 0
    assert cli.service.posts == [{"prompt": "a fox", "mood": "calm"}]
