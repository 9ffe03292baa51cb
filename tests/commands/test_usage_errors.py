"""Common slips on the command line: each gets the one sentence that helps."""

from pathlib import Path

import pytest

from krea_cli.commands.usage_errors import import_error
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (
            ("generate", "a", "red", "fox"),
            "got unexpected extra argument(s) (red fox)",
            'krea generate "a red fox" -o fox.png: a prompt of several words goes in quotes',
        ),
        (
            ("generate", "x", "--seed", "9" * 5000),
            f"invalid value for '--seed': '{'9' * 60}…' is too large",
            "krea generate --help",
        ),
        (
            ("generate", "-5 degrees"),
            "no such option: -5",
            "krea generate --help; a prompt that starts with a dash goes behind --",
        ),
        (
            ("sandbox", "krea", "generate", "x", "-o", "x.png"),
            "no such option: -o",
            "krea sandbox -- COMMAND: the command to rehearse goes behind --",
        ),
        (
            ("auth", "login", "key:secret"),
            "a token is not given as an argument, where others could see it",
            "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE",
        ),
        (
            ("--profile", "work", "generate", "x"),
            "no such option: --profile",
            "krea generate --help; options go behind the command",
        ),
        (
            ("generate", "a fox", "--steps", "30"),
            "no such option: --steps; steps is a field of a model",
            "-i steps=30 sets it",
        ),
        (
            ("generate", "--generate-audio", "waves", "-m", "veo-3.1"),
            "no such option: --generate-audio; generate_audio is a field of a model",
            "-i generate_audio=true sets it",
        ),
        (
            ("batch", "a.txt", "--guidance-scale=7.5"),
            "no such option: --guidance-scale; guidance_scale is a field of a model",
            "-i guidance_scale=7.5 sets it",
        ),
        (
            ("generate", "a fox", "--size", "1024x1024"),
            "no such option: --size; here it is --width and --height",
            "krea generate --help",
        ),
        (
            ("generate", "a fox", "--open"),
            "no such option: --open",
            "krea generate --help; a prompt that starts with a dash goes behind --",
        ),
        (
            ("models", "--knd", "video"),
            "no such option: --knd; did you mean --kind?",
            "krea models --help",
        ),
        (
            ("generate", "a fox", "-n", "huge"),
            "invalid value for '--count' / '-n': 'huge' is not a whole number",
            "krea generate --help",
        ),
        (
            ("generate", "a fox", "-n", "5000"),
            "invalid value for '--count' / '-n': 5000 is not from 1 to 1000",
            "krea generate --help",
        ),
        (
            ("history", "--limit", "0"),
            "invalid value for '--limit': 0 is not 1 or more",
            "krea history --help",
        ),
    ],
    ids=[
        "words",
        "5,000 digits",
        "dash",
        "sandbox",
        "token",
        "before the command",
        "a field",
        "a switch",
        "a field with its value",
        "the name of other tools",
        "unlike all",
        "misspelt",
        "no number",
        "out of range",
        "too low",
    ],
)
def test_a_slip(cli: Cli, argv: tuple[str, ...], sentence: str, hint: str) -> None:
    """Exit 2, one sentence, what helps; nothing is sent."""
    result = cli.krea(*argv)
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
    cli: Cli, option: str, value: str, name: str, problem: str
) -> None:
    """An unset shell variable behind an option never means the default model or account."""
    result = cli.krea("generate", "a fox", option, value)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: invalid value for {name}: {problem}\n  hint: krea generate --help\n  charged: no\n"
    )
    assert not cli.service.posts


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["for real", "dry run"])
def test_an_input_of_a_wrong_type(cli: Cli, tmp_path: Path, more: tuple[str, ...]) -> None:
    """A file that the service does not take is told of in a dry run too."""
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    result = cli.krea("generate", "a fox", "--image", str(text), "-q", *more)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"error: bfl/flux-1-dev does not take this request: {text} is not a known type"
        " of media file\n"
        "  hint: the service takes jpg, png, webp, heic, mp4, mov, webm, glb, wav, mp3\n"
        "  charged: no\n"
    )
    assert not cli.service.posts


def test_an_escaped_file(cli: Cli) -> None:
    """@@ is a literal @, which no address has: the hint is the option without it."""
    result = cli.krea("generate", "a fox", "-i", "image_url=@@fox.png")
    assert result.code == 2
    assert "  hint: -i image_url=@fox.png\n" in result.err


@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (("--seed", str(2**63)), "is outside the range that can be sent"),
        (("-i", "seed=1e300", "--no-check", "-n", "2"), "2 seeds cannot be counted up from 1e+300"),
        (("--no-check", "-i", "width=100", "--width", "512"), "given twice, by -i and by --width"),
        (("-m", "music", "--duration", "²"), "this model takes no duration"),
        (
            ("-m", "krea-2/large", "-i", f'styles=[{{"id":"a","strength":{"9" * 400}}}]'),
            "a number of 400 digits is out of bounds",
        ),
        (("-m", "krea-2/large", "-i", "styles=[1e999]"), "is not valid JSON"),
        (("-m", "krea-2/large", "-i", 'moodboards={"id":"nope","strength":1}'), "is not a UUID"),
    ],
)
def test_a_value_out_of_this_world(cli: Cli, argv: tuple[str, ...], problem: str) -> None:
    """Exit 2 with a sentence, and nothing was sent: none of these is a bug."""
    result = cli.krea("generate", "a fox", *argv)
    assert (result.code, cli.service.posts) == (2, []), result.err
    assert problem in result.err


def test_a_seed_is_sent_as_it_was_given(cli: Cli) -> None:
    """Without checks, true is no 1 and 1.5 no 1."""
    for given, sent in (("true", True), ("1.5", 1.5), ("7", 7)):
        cli.krea("generate", "a fox", "--no-check", "-i", f"seed={given}", "--no-wait")
        assert cli.service.posts[-1]["seed"] is sent or cli.service.posts[-1]["seed"] == sent
        assert type(cli.service.posts[-1]["seed"]) is type(sent)


def test_all_files_are_judged_at_once(cli: Cli, tmp_path: Path) -> None:
    """A text, an empty file and a picture where a clip is meant, beside a misspelt field."""
    (tmp_path / "t.txt").write_text("text")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "a.png").write_bytes(PNG)
    files = [f"{tmp_path}/{name}" for name in ("t.txt", "empty.png")]
    media = [word for file in files for word in ("--image", file)]
    video = ("--video", f"{tmp_path}/a.png")
    result = cli.krea("generate", "a fox", "-m", "seedance-2", "-i", "bogus=1", *media, *video)
    assert result.code == 2
    for problem in (
        "bogus: there is no such field",
        "t.txt is not a known type of media file",
        "empty.png is empty",
        "a.png: the file is image/png",
    ):
        assert problem in result.err


def test_a_dry_run_tells_the_seeds(cli: Cli) -> None:
    """Counted up from the one given, or drawn when they are sent."""
    with_seed = cli.krea("generate", "a fox", "-n", "3", "--seed", "7", "--dry-run")
    without_seed = cli.krea("generate", "a fox", "--dry-run")
    assert "\nseeds: 7 to 9\n" in with_seed.out
    assert "\nseed: drawn when it is sent\n" in without_seed.out


def test_a_prompt_has_an_end(cli: Cli) -> None:
    """A device that never ends is no prompt; nothing is cut off unsaid."""
    endless = cli.krea("generate", "--prompt-file", "/dev/zero")
    long = cli.krea("generate", "-", stdin="x" * (10 * 1024 * 1024 + 1))
    assert (endless.code, long.code, cli.service.requests) == (2, 2, [])
    assert "from /dev/zero: it is larger than 10 MB\n" in endless.err
    assert "the prompt on stdin is larger than 10 MB" in long.err


def test_a_dry_run_of_a_model_without_a_seed(cli: Cli) -> None:
    """There is nothing to tell."""
    result = cli.krea("generate", "a fox", "-m", "nano-banana", "-n", "2", "--dry-run")
    assert (result.code, "seed" in result.out) == (0, False)


@pytest.mark.parametrize(
    ("module", "package"), [("PIL.Image", "'krea-cli[sandbox]'"), ("rich", "krea-cli")]
)
def test_a_package_that_is_not_there_is_installed_with_its_extra(module: str, package: str) -> None:
    """Pillow comes with the sandbox alone."""
    error = import_error(ImportError("no", name=module))
    assert error is not None and str(error.hint).endswith(f"--force-reinstall {package}")
