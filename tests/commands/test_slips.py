"""Common slips on the command line: each gets the one sentence that helps."""

from pathlib import Path

import pytest

from tests.command import World


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (
            ("generate", "a", "red", "fox"),
            "got unexpected extra argument(s) (red fox)",
            'krea generate "a red fox" -o fox.png: a prompt of several words goes in quotes',
        ),
        (
            ("generate", "-5 degrees"),
            "no such option: -5",
            "krea generate --help; a prompt that starts with a dash goes behind --",
        ),
        (
            ("sandbox", "krea", "generate", "x", "-o", "x.png"),
            "no such option: -o",
            "krea sandbox -- COMMAND: what is to be rehearsed goes behind --",
        ),
        (
            ("auth", "login", "key:secret"),
            "a token is not given as an argument, where others could see it",
            "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE",
        ),
        (
            ("--profile", "work", "generate", "x"),
            "no such option: --profile",
            "krea COMMAND --help; options go behind the command",
        ),
    ],
    ids=["words", "dash", "sandbox", "token", "before the command"],
)
def test_a_slip(world: World, argv: tuple[str, ...], sentence: str, hint: str) -> None:
    """Exit 2, one sentence, what helps; nothing is sent."""
    result = world.krea(*argv)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {sentence}\n  hint: {hint}\n  charged: no\n"


@pytest.mark.parametrize(
    ("option", "value", "name", "problem"),
    [
        ("-m", "", "'--model' / '-m'", "it is empty"),
        ("--profile", "", "'--profile'", "it is empty"),
        ("--token-file", " ", "'--token-file'", "it is empty"),
        ("--prompt-file", "", "'--prompt-file'", "it is empty"),
        (
            "--webhook",
            "done",
            "'--webhook'",
            "'done' is not an address such as https://example.com/done",
        ),
        (
            "--webhook",
            "https://example.com/a b",
            "'--webhook'",
            "'https://example.com/a b' has a letter that cannot be in an address",
        ),
    ],
)
def test_a_value_that_cannot_be_meant(
    world: World, option: str, value: str, name: str, problem: str
) -> None:
    """An unset shell variable behind an option never means the default model or account."""
    result = world.krea("generate", "a fox", option, value)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: invalid value for {name}: {problem}\n  hint: krea generate --help\n  charged: no\n"
    )
    assert not world.service.posts


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["for real", "dry run"])
def test_an_input_of_a_wrong_type(world: World, tmp_path: Path, more: tuple[str, ...]) -> None:
    """A file that the service does not take is told of in a dry run too."""
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    result = world.krea("generate", "a fox", "--image", str(text), "-q", *more)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: {text} is no media file that is known here\n"
        "  hint: the service takes jpg, png, webp, heic, mp4, mov, webm, glb, wav, mp3\n"
        "  charged: no\n"
    )
    assert not world.service.posts


def test_an_escaped_file(world: World) -> None:
    """@@ is a literal @, which no address has: the hint is the option without it."""
    result = world.krea("generate", "a fox", "-i", "image_url=@@fox.png")
    assert result.code == 2
    assert "  hint: -i image_url=@fox.png\n" in result.err
