"""Common slips on the command line: each gets the one sentence that helps."""

import re
import shlex
from pathlib import Path

import pytest

from krea_cli.commands.environment_errors import import_error
from tests.fakes.krea_service import PNG
from tests.harness.cli import Cli


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (
            ("generate", "a", "red", "fox"),
            "there are more words than the command takes: red fox;"
            " a prompt of several words goes in quotes",
            "krea generate 'a red fox'",
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
            "krea sandbox -- krea generate x -o x.png",
        ),
        (
            ("auth", "login", "key:secret"),
            "a token is not given as an argument, where others could see it",
            "krea auth login asks for the token, or reads it: krea auth login --with-token < FILE",
        ),
        (
            ("--profile", "work", "generate", "x"),
            "no such option: --profile; options go behind the command",
            "krea generate x --profile work",
        ),
        (
            ("generate", "a fox", "--steps", "30"),
            "no such option: --steps; steps is a field of bfl/flux-1-dev",
            "krea generate 'a fox' -i steps=30",
        ),
        (
            ("generate", "--generate-audio", "waves", "-m", "veo-3.1"),
            "no such option: --generate-audio; generate_audio is a field of google/veo-3.1",
            "krea generate -i generate_audio=true waves -m veo-3.1",
        ),
        (
            ("batch", "a.txt", "--guidance-scale=7.5"),
            "no such option: --guidance-scale; guidance_scale is a field of a model",
            "krea batch a.txt -i guidance_scale=7.5",
        ),
        (
            ("generate", "a fox", "--size", "1024x1024"),
            "no such option: --size; here it is --width and --height",
            "krea generate 'a fox' --width 1024 --height 1024",
        ),
        (
            ("generate", "a fox", "--open"),
            "no such option: --open",
            "krea generate --help; a prompt that starts with a dash goes behind --",
        ),
        (
            ("models", "--knd", "video"),
            "no such option: --knd; did you mean --kind?",
            "krea models --kind video",
        ),
        (
            ("models", "--no-color", "flux"),
            "no such option: --no-color; here it is --color never",
            "krea models --color never flux",
        ),
        (
            ("--no-color", "models", "flux"),
            "no such option: --no-color; options go behind the command",
            "krea models flux --color never",
        ),
        (
            ("history", "--colour", "never"),
            "no such option: --colour; here it is --color",
            "krea history --color never",
        ),
        (
            ("generate", "a fox", "-n", "huge"),
            "invalid value for '--count' / '-n': 'huge' is not a whole number from 1 to 1000",
            "krea generate --help",
        ),
        (
            ("generate", "a fox", "-n", "5000"),
            "invalid value for '--count' / '-n': 5000 is not from 1 to 1000",
            "krea generate --help",
        ),
        (
            ("jobs", "--limit", "few"),
            "invalid value for '--limit': 'few' is not a whole number of 1 or more",
            "krea jobs --help",
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
        "no colours",
        "no colours, before the command",
        "British colour",
        "no number",
        "out of range",
        "no number, and no upper end",
        "too low",
    ],
)
def test_a_slip(cli: Cli, argv: tuple[str, ...], sentence: str, hint: str) -> None:
    """Exit 2, one sentence, what helps; nothing is sent."""
    result = cli.krea(*argv)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {sentence}\n  hint: {hint}\n"


# What people type, and the command that they are told of; None where none is near.
MISTYPED = [
    # Found by a new user.
    ("help", "krea --help"),
    ("help generate", "krea generate --help"),
    ("'a fox'", "krea generate 'a fox'"),
    ("version", "krea --version"),
    ("ls", "krea history"),
    ("login", "krea auth login"),
    ("run 'a fox' -o fox.png", "krea generate 'a fox' -o fox.png"),
    ("show fox.png", "krea history fox.png"),
    ("rm 12", "krea cancel 12"),
    ("update", "krea models --refresh"),
    ("gen 'a fox'", "krea generate 'a fox'"),
    ("Generate 'a fox'", "krea generate 'a fox'"),
    ("-o fox.png generate 'a fox'", "krea generate 'a fox' -o fox.png"),
    ("generate 'a fox' --ar 16:9", "krea generate 'a fox' --aspect-ratio 16:9"),
    ("generate 'a fox' --modle flux", "krea generate 'a fox' --model flux"),
    ("generate 'a fox' --open", None),
    (
        "generate 'a fox' --guidance-scale 7",
        "krea generate 'a fox' -i guidance_scale=7",
    ),
    # Others.
    ("a red fox in snow -o fox.png", "krea generate 'a red fox in snow' -o fox.png"),
    ("generate a red fox -o fox.png", "krea generate 'a red fox' -o fox.png"),
    ("generate 'it'\"'\"'s a fox' --seeed 7", "krea generate 'it'\"'\"'s a fox' --seed 7"),
    ("generate --prompt 'a fox' -n 2", "krea generate 'a fox' -n 2"),
    ("generate 'a fox' --aspect_ratio=16:9", "krea generate 'a fox' --aspect-ratio 16:9"),
    ("generate 'a fox' --size 2K", "krea generate 'a fox' --resolution 2K"),
    ("generate 'a fox' --num-images 3", "krea generate 'a fox' --count 3"),
    ("generate 'a fox' --cfg 7", "krea generate 'a fox' -i guidance_scale=7"),
    ("generate 'a fox' --sharpness 1", "krea models --with sharpness lists them"),
    ("generate 'a fox' -m z-image --denoising 1", "krea generate 'a fox' -m z-image -i"),
    ("generate --sound waves -m veo-3.1", "krea generate -i generate_audio=true waves -m veo-3.1"),
    ("video", "krea models --kind video"),
    ("jbos", "krea jobs"),
    ("krea", None),
    ("config model.default flux", "krea config set model.default flux"),
    ("config timeout.image", "krea config get timeout.image"),
    ("auth stauts", "krea auth status"),
    ("auth whoareyou", None),
    ("fox", None),
    ("generate 'a fox' --zzz", None),
    ("sandbox krea generate x -o x.png", "krea sandbox -- krea generate x -o x.png"),
    ("whoami", "krea auth status"),
    ("upscale fox.png", "krea models --kind enhance"),
    ("history --cost", "krea spend"),
    ("again --preset poster", 'krea generate "your prompt" --preset NAME'),
    ("again --like fox.png", "krea again FILE"),
    ("auth whoami", "krea auth status"),
    ("auth token key:secret", "krea auth status"),
    ("config show", "krea config list"),
    ("preset rm poster", "krea preset delete poster"),
]


@pytest.mark.parametrize(("typed", "meant"), MISTYPED, ids=[typed for typed, _ in MISTYPED])
def test_the_command_that_was_meant(cli: Cli, typed: str, meant: str | None) -> None:
    """Printed as it is to be typed, and never run: exit 2, and nothing was asked or sent."""
    result = cli.krea(*shlex.split(typed))
    assert (result.code, result.out, cli.service.requests) == (2, "", [])
    (hint,) = re.findall(r"^  hint: (.+)$", result.err, re.MULTILINE)
    if meant is None:
        assert re.match(r"krea (\w+ )?--help(; a prompt that starts with a dash.*)?$", hint)
        assert "did you mean" not in result.err
    else:
        assert hint.startswith(meant)


@pytest.mark.parametrize(
    "typed",
    [
        "login key:very-secret",
        "auth login key:very-secret",
        "generate x --api-key key:very-secret",
        "generate x --token=key:very-secret",
        "genrate x --api-key key:very-secret",
        "auth logn --with-token key:very-secret",
    ],
)
def test_a_token_is_never_repeated(cli: Cli, typed: str) -> None:
    """Errors end up in logs."""
    result = cli.krea(*typed.split())
    assert (result.code, result.out) == (2, "")
    assert "secret" not in result.err


def test_a_long_command_is_not_written_again(cli: Cli) -> None:
    """Only its help is named."""
    result = cli.krea("genrate", "a fox " * 100)
    assert result.err == "error: no such command 'genrate'\n  hint: krea --help\n"


@pytest.mark.parametrize("group", ["auth", "config"])
def test_a_group_alone_shows_its_help(cli: Cli, group: str) -> None:
    """As `krea` alone does."""
    alone = cli.krea(group)
    assert alone == cli.krea(group, "--help")
    assert alone.code == 0
    assert alone.out.startswith(f"Usage: krea {group} ")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (("config", "get"), "KEY is missing"),
        (("generate", "x", "-n"), "-n needs a value"),
        (("generate", "x", "--json=1"), "--json takes no value"),
        (("generate", "x", "--duration"), "--duration needs a value"),
        (("config", "get", "a", "b"), "there are more words than the command takes: b"),
        (("generate", "x", "-n", "1.5"), "invalid value for '--count' / '-n': '1.5' is not a"),
    ],
)
def test_a_sentence_is_plain(cli: Cli, argv: tuple[str, ...], sentence: str) -> None:
    """No word of the parser's own."""
    result = cli.krea(*argv)
    assert result.code == 2
    assert result.err.startswith(f"error: {sentence}")


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
        f"error: invalid value for {name}: {problem}\n  hint: krea generate --help\n"
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


@pytest.mark.parametrize(("module", "package"), [("PIL.Image", "pillow"), ("rich", "rich")])
def test_a_package_that_cannot_be_imported_is_installed_anew(module: str, package: str) -> None:
    """By its own name: nobody knows which program an index has under the name of this one."""
    error = import_error(ImportError("no", name=module))
    assert error is not None and str(error.hint).endswith(f"--force-reinstall {package}")
