"""Texts that nobody can see: none is paid for, wherever it comes from."""

import json
from pathlib import Path

import pytest

from tests.commands.batch.test_batch_check import bodies, dry
from tests.harness.cli import Cli

INVISIBLE = [
    "\u200b", "\u2060", "\u00ad", "\u2800", "\u3164", "\u115f", "\uffa0", "\ufe0f", "\u200d\u200c",
    "\u180e", "\u034f", "\U000e0041", "\u202e \u200b", "\x07",
]  # fmt: skip


@pytest.mark.parametrize("prompt", INVISIBLE)
def test_an_invisible_prompt_is_refused_wherever_it_comes_from(cli: Cli, prompt: str) -> None:
    """Argument, file, stdin, field, line, cell, JSON; with or without checks."""
    Path("p.txt").write_text(prompt)
    for words, stdin in [
        ([prompt], ""),
        (["-"], prompt + "\n"),
        (["--prompt-file", "p.txt"], ""),
        (["-i", f"prompt={prompt}"], ""),
        (["-i", "prompt=@p.txt"], ""),
        ([prompt, "--no-check"], ""),
    ]:
        result = cli.krea("generate", *words, "-o", "fox.png", stdin=stdin)
        refusal = "bfl/flux-1-dev does not take this request: prompt: has no visible character"
        assert (result.code, result.error(charged="no")) == (2, refusal)
    for name, text in [
        ("b.txt", f"a fox\n{prompt}\n"),
        ("b.csv", f"prompt,seed\n{prompt},1\n"),
        ("b.jsonl", f"\n{json.dumps({'prompt': prompt})}\n"),
    ]:
        result = dry(cli, text, file=name)
        assert result.code == 2
        assert "line 2: prompt: has no visible character\n" in result.err
    assert cli.service.posts == []


@pytest.mark.parametrize("prompt", ["🦊", "👩‍👩‍👧", "é", "狐", "می‌خواهم", "!", "\U0001fae9"])
def test_a_visible_prompt_is_sent_as_it_was_given(cli: Cli, prompt: str) -> None:
    """Joiners, marks, emoji and letters of all scripts stay."""
    assert cli.krea("generate", prompt, "-o", "fox.png").code == 0
    assert cli.service.posts[0]["prompt"] == prompt


def test_byte_order_marks_go_wherever_they_stand(cli: Cli) -> None:
    """Editors write them; joined files have them inside."""
    Path("p.txt").write_text("\ufeffa red fox\n")
    Path("s.txt").write_text("\ufeff7\n")
    for words, stdin in [
        (["\ufeffa red fox"], ""),
        (["-"], "\ufeffa red fox\n"),
        (["--prompt-file", "p.txt"], ""),
        (["-i", "prompt=@p.txt", "-i", "seed=@s.txt"], ""),
    ]:
        assert cli.krea("generate", *words, "-o", "fox.png", "--force", stdin=stdin).code == 0
        assert cli.service.posts[-1]["prompt"] == "a red fox"
    assert cli.service.posts[-1]["seed"] == 7
    text = "# one\na fox\n\ufeff# two\n\ufeffan owl\n"
    assert [body["prompt"] for body in bodies(cli, text, file="b.txt")] == ["a fox", "an owl"]
    table = "\ufeff\ufeffprompt,seed\n\ufeffa fox,1\n"
    assert [body["prompt"] for body in bodies(cli, table)] == ["a fox"]
    line = '{"prompt": "\\ufeffa fox"}\n'
    assert [body["prompt"] for body in bodies(cli, line, file="b.jsonl")] == ["a fox"]
    empty = cli.krea("generate", "\ufeff", "-o", "fox.png")
    assert empty.error(charged="no").endswith("does not take this request: prompt: is empty")


def test_a_null_byte_is_refused_at_any_depth(cli: Cli) -> None:
    """In a prompt from a file, in JSON, and in the name of a field."""
    Path("p.txt").write_bytes(b"a\0fox\n")
    result = cli.krea("generate", "--prompt-file", "p.txt", "-o", "fox.png")
    refusal = "bfl/flux-1-dev does not take this request: prompt: has a null byte"
    assert (result.code, result.error(charged="no")) == (2, refusal)
    wrong = dry(cli, '{"prompt": "a\\u0000fox"}\n', file="b.jsonl")
    assert "line 1: prompt: has a null byte\n" in wrong.err
    styles = '{"prompt": "a", "styles": [{"id": "x\\u0000", "strength": 1}]}\n'
    wrong = dry(cli, styles, "-m", "krea-2/large", file="b.jsonl")
    assert "line 1: styles[0].id: has a null byte\n" in wrong.err
    wrong = cli.krea("generate", "a", "--no-check", "-i", 'x={"a\\u0000": 1}', "-o", "fox.png")
    assert "x: has a null byte in the name of a field" in wrong.error(charged="no")
    assert cli.service.posts == []
