"""`krea generate --vary`: several prompts of one, each paid for once."""

from pathlib import Path

import pytest

from tests.harness.cli import Cli

PROMPT = "a {red|green|blue} fox"
# Drawn with seed 0: a promise, so that the same command draws the same words.
DRAWN = ["a blue fox", "a red fox", "a green fox"]


def prompts(cli: Cli) -> list[str]:
    """The prompts of all submits so far."""
    return [body["prompt"] for body in cli.service.posts]


def write_words(*words: str) -> None:
    """Write the words of __animal__."""
    Path("wildcards").mkdir(exist_ok=True)
    Path("wildcards/animal.txt").write_text("".join(f"{word}\n" for word in words))


def test_without_the_option_a_prompt_is_literal(cli: Cli) -> None:
    """Braces and underscores are text, as they have always been."""
    assert cli.krea("generate", "a {red|blue} __animal__").code == 0
    assert prompts(cli) == ["a {red|blue} __animal__"]


def test_variants_are_named_and_numbered_together(cli: Cli) -> None:
    """An exact name gets the numbers of all variants; -n makes each several times."""
    result = cli.krea("generate", PROMPT, "--vary", "2", "-n", "2", "-o", "fox.png")
    assert (result.code, prompts(cli)) == (0, [DRAWN[0], DRAWN[0], DRAWN[1], DRAWN[1]])
    assert result.out == "fox.png\nfox-2.png\nfox-3.png\nfox-4.png\n"
    told = [line for line in result.err.splitlines() if ": submitted" in line]
    assert [line.partition(", seed")[0] for line in told] == [
        f"job job-{number}: submitted to bfl/flux-1-dev" for number in range(1, 5)
    ]
    result = cli.krea("generate", PROMPT, "--vary", "all", "-o", "{n}-{slug}.{ext}")
    assert (result.code, prompts(cli)[4:]) == (0, ["a red fox", "a green fox", "a blue fox"])
    assert result.out == "1-a-red-fox.png\n2-a-green-fox.png\n3-a-blue-fox.png\n"


def test_the_same_command_goes_on_and_pays_once(cli: Cli) -> None:
    """Interrupted after two of three, it sends the third, and saves all."""
    cli.service.job_seconds = 50
    argv = ["generate", PROMPT, "--vary", "3", "-o", "foxes/"]
    assert cli.krea(*argv, "--timeout", "10").code == 4
    assert prompts(cli) == DRAWN
    result = cli.krea(*argv)
    assert (result.code, prompts(cli)) == (0, DRAWN)
    assert len(result.out.split()) == 3


def test_words_that_changed_make_no_new_request(cli: Cli) -> None:
    """The jobs of the old words are gone on with, and that is said."""
    write_words("fox", "owl")
    cli.service.job_seconds = 50
    argv = ["generate", "a __animal__", "--vary", "2", "-o", "out/"]
    assert cli.krea(*argv, "--timeout", "10").code == 4
    assert prompts(cli) == ["a fox", "a owl"]
    write_words("cat")
    result = cli.krea(*argv)
    assert (result.code, prompts(cli)) == (0, ["a fox", "a owl"])
    for number, word in ((1, "fox"), (2, "owl")):
        assert (
            f"variant {number} of 'a __animal__' was made as 'a {word}', and its words would now"
            " be 'a cat': it is not made again\n"
        ) in result.err


@pytest.mark.parametrize(
    "argv",
    [
        ["-i", "prompt={a|b} fox"],
        ["--prompt-file", "prompt.txt"],
        ["--preset", "p"],
        ["--like", "first.png"],
    ],
    ids=lambda argv: argv[0],
)
def test_the_prompt_may_come_from_anywhere(cli: Cli, argv: list[str]) -> None:
    """A field, a file, a preset, an earlier request."""
    Path("prompt.txt").write_text("{a|b} fox\n")
    Path("krea.toml").write_text('[preset.p]\nprompt = "{a|b} fox"\n')
    Path("krea.toml").chmod(0o644)
    cli.krea("generate", "{a|b} fox", "-o", "first.png")
    assert cli.krea("generate", *argv, "--vary", "all", "-o", "out/").code == 0
    assert prompts(cli)[1:] == ["a fox", "b fox"]


def test_equal_variants_with_one_seed_are_one_request(cli: Cli) -> None:
    """Equal words with one seed would be one picture."""
    result = cli.krea("generate", "a {red|blue} fox", "--vary", "4", "--seed", "7", "-o", "out/")
    assert (result.code, sorted(prompts(cli))) == (0, ["a blue fox", "a red fox"])


def test_a_dry_run_shows_the_drawn_prompts(cli: Cli) -> None:
    """Each request as it would be sent; nothing is."""
    result = cli.krea("generate", PROMPT, "--vary", "3", "--dry-run", "--json")
    shown = [each["body"]["prompt"] for each in result.records if "body" in each]
    assert (result.code, shown, cli.service.posts) == (0, DRAWN, [])
    assert result.records[-1]["models"] == ["bfl/flux-1-dev"]


@pytest.mark.parametrize(
    ("prompt", "options", "sentence"),
    [
        ("a fox", [], "--vary finds no {a|b} and no __name__ in the prompt"),
        ("a {red|blue", [], "the prompt has a { without }"),
        (
            "a __nosuch__",
            [],
            "__nosuch__: {cwd}/wildcards/nosuch.txt cannot be read: No such file or directory",
        ),
        (PROMPT, ["-o", "-"], "-o - takes one result, and --vary asks for more"),
    ],
)
def test_what_cannot_be_varied_is_refused(
    cli: Cli, prompt: str, options: list[str], sentence: str
) -> None:
    """Before anything is sent."""
    result = cli.krea("generate", prompt, "--vary", "all", *options)
    expected = sentence.format(cwd=Path.cwd()) if "{cwd}" in sentence else sentence
    assert (result.code, result.error(charged="no"), cli.service.posts) == (2, expected, [])


@pytest.mark.parametrize("number", ["0", "1001", "-1", "some"])
def test_a_number_of_variants_has_bounds(cli: Cli, number: str) -> None:
    """A zero too many is no thousand pictures."""
    result = cli.krea("generate", PROMPT, f"--vary={number}")
    assert result.code == 2
    assert f"'{number}' is not all or a number from 1 to 1000" in result.err


def test_a_recipe_of_a_variant_has_its_words(cli: Cli) -> None:
    """--like, history and the sidecar know the prompt that was sent, and no template."""
    argv = ["generate", PROMPT, "--vary", "1", "-o", "fox.png", "--sidecar"]
    assert cli.krea(*argv).code == 0
    assert '{"prompt": "a blue fox"' in cli.krea("history", "fox.png").out
    recipe = Path("fox.png.json").read_text()
    assert '"prompt": "a blue fox"' in recipe
    assert "{|}" not in recipe
    assert cli.krea("generate", "--like", "fox.png", "-o", "again.png").code == 0
    assert prompts(cli) == ["a blue fox", "a blue fox"]
