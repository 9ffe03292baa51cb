"""`krea batch --vary`: variants of prompts with {a|b} and __name__, each paid for once."""

import re
import shutil
from pathlib import Path

import pytest

from tests.commands.batch.batch_helpers import sent_prompts, serve_prices
from tests.fakes.krea_service import answer_with
from tests.harness.cli import Cli

COLOURS = "a {red|green|blue} fox"
# Drawn with seed 0 from COLOURS: a promise, so that the same command draws the same words.
DRAWN = ["a blue fox", "a red fox", "a green fox"]


@pytest.fixture
def vary_cli(cli: Cli) -> Cli:
    """A list with one prompt of three colours, and words beside it."""
    Path("list.txt").write_text(COLOURS + "\n")
    write_words("animal", "fox", "owl")
    return cli


def write_words(name: str, *words: str) -> None:
    """Write the file of the words NAME."""
    Path("wildcards").mkdir(exist_ok=True)
    Path("wildcards", f"{name}.txt").write_text("".join(f"{word}\n" for word in words))


def test_without_the_option_a_prompt_is_literal(vary_cli: Cli) -> None:
    """Braces and underscores are text, as they have always been."""
    Path("list.txt").write_text("a {red|blue} __animal__\n")
    assert vary_cli.krea("batch", "list.txt", "-o", "out/").code == 0
    assert sent_prompts(vary_cli) == ["a {red|blue} __animal__"]


def test_variants_are_drawn_and_each_is_paid_once(vary_cli: Cli) -> None:
    """Run again, the command draws the same words, and finds everything made."""
    argv = ["batch", "list.txt", "--vary", "3", "-o", "out/", "-j", "1"]
    first = vary_cli.krea(*argv)
    assert (first.code, sent_prompts(vary_cli)) == (0, DRAWN)
    assert len(set(Path("out").iterdir())) == 3
    again = vary_cli.krea(*argv)
    assert (again.code, again.err) == (0, "3 of 3 done; spent $0.00 in 0 s\n")
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())


def test_more_variants_cost_only_the_new_ones(vary_cli: Cli) -> None:
    """A variant is known by its number; another seed draws, and pays for, others."""
    vary_cli.krea("batch", "list.txt", "--vary", "2", "-o", "out/", "-j", "1")
    vary_cli.krea("batch", "list.txt", "--vary", "3", "-o", "out/", "-j", "1")
    assert sent_prompts(vary_cli) == DRAWN
    vary_cli.krea("batch", "list.txt", "--vary", "1", "--vary-seed", "5", "-o", "out/")
    assert len(vary_cli.service.posts) == 4


def test_every_combination_is_made_with_all(vary_cli: Cli) -> None:
    """Each is an item of its own, known by its prompt: a word more costs one picture."""
    Path("list.txt").write_text("{a|the {red|blue}} __animal__\nplain\n")
    argv = ["batch", "list.txt", "--vary", "all", "-o", "out/", "-j", "1"]
    assert vary_cli.krea(*argv).code == 0
    made = ["a fox", "a owl", "the red fox", "the red owl", "the blue fox", "the blue owl"]
    assert sent_prompts(vary_cli) == [*made, "plain"]
    Path("list.txt").write_text("{a|the {red|blue}} __animal__\nplain\na fox\n")
    write_words("animal", "cat", "fox", "owl")
    assert vary_cli.krea(*argv).code == 0
    assert sent_prompts(vary_cli)[7:] == ["a cat", "the red cat", "the blue cat", "a fox"]


def test_words_that_changed_make_no_new_items(vary_cli: Cli) -> None:
    """The variants keep the words of the time when they were paid for, and their files."""
    Path("list.txt").write_text("a __animal__\n")
    argv = ["batch", "list.txt", "--vary", "2", "-o", "out/", "-j", "1"]
    first = vary_cli.krea(*argv)
    assert sent_prompts(vary_cli) == ["a fox", "a owl"]
    write_words("animal", "cat", "cow", "dog")
    again = vary_cli.krea(*argv)
    assert (again.code, len(vary_cli.service.posts)) == (0, 2)
    assert sorted(again.out.splitlines()) == sorted(first.out.splitlines())
    *notes, last = again.err.splitlines()
    assert last == "2 of 2 done; spent $0.00 in 0 s"
    assert [re.sub("'a (cat|cow|dog)'", "NEW", note) for note in notes] == [
        f"line 1: variant {number} of 'a __animal__' was made as 'a {word}', and its words would"
        " now be NEW: it is not made again"
        for number, word in ((1, "fox"), (2, "owl"))
    ]


def test_words_that_changed_count_for_what_was_never_paid(vary_cli: Cli) -> None:
    """A refused variant is asked for with the words of today."""
    Path("list.txt").write_text("a __animal__\n")
    argv = ["batch", "list.txt", "--vary", "2", "-o", "out/", "-j", "1"]
    vary_cli.service.answers = [answer_with(400), lambda *_: None]
    assert vary_cli.krea(*argv).code == 1
    write_words("animal", "cat")
    assert vary_cli.krea(*argv, "--retry-failed").code == 0
    assert sent_prompts(vary_cli)[2:] == ["a cat"]


def test_sidecars_prove_variants_whose_words_changed(vary_cli: Cli) -> None:
    """Without the ledger too, nothing is paid again, although the names would be others now."""
    write_words("animal", "owl", "crow")
    Path("list.txt").write_text("a __animal__\n")
    argv = ["batch", "list.txt", "--vary", "2", "-o", "out/", "--sidecar"]
    first = vary_cli.krea(*argv)
    shutil.rmtree(vary_cli.home / "state")
    write_words("animal", "bat", "newt", "ibex")
    again = vary_cli.krea(*argv)
    assert (again.code, sorted(again.out.splitlines())) == (0, sorted(first.out.splitlines()))
    assert len(vary_cli.service.posts) == 2
    assert len(list(Path("out").iterdir())) == 4


def test_a_count_makes_each_variant_several_times(vary_cli: Cli) -> None:
    """With -n, each variant is made with so many seeds; --seed counts up in each."""
    argv = ["batch", "list.txt", "--vary", "all", "-n", "2", "--seed", "7", "-o", "out/"]
    assert vary_cli.krea(*argv, "-j", "1").code == 0
    assert [(body["prompt"][2:5], body["seed"]) for body in vary_cli.service.posts] == [
        (colour, seed) for colour in ("red", "gre", "blu") for seed in (7, 8)
    ]


def test_equal_variants_with_one_seed_are_one_picture(vary_cli: Cli) -> None:
    """The fourth draws what another drew: with the same seed it would be the same picture."""
    argv = ["batch", "list.txt", "--vary", "4", "--seed", "7", "-o", "out/", "-j", "1"]
    assert vary_cli.krea(*argv).code == 0
    assert sent_prompts(vary_cli) == DRAWN
    assert vary_cli.krea(*argv).err == "3 of 3 done; spent $0.00 in 0 s\n"


def test_a_plain_line_stays_the_item_that_it_was(vary_cli: Cli) -> None:
    """The option costs nothing for a prompt without choices."""
    Path("list.txt").write_text("a fox\n")
    vary_cli.krea("batch", "list.txt", "-o", "out/")
    Path("list.txt").write_text("a fox\n" + COLOURS + "\n")
    vary_cli.krea("batch", "list.txt", "-o", "out/", "--vary", "1")
    assert sent_prompts(vary_cli) == ["a fox", DRAWN[0]]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (
            ["-o", "out/{slug}-{n}.{ext}"],
            ["a-blue-fox-1.png", "a-green-fox-3.png", "a-red-fox-2.png"],
        ),
        (["-o", "out/fox.{ext}"], None),
        (["-o", "out/{line}-{n}.png"], ["1-1.png", "1-2.png", "1-3.png"]),
    ],
)
def test_names_are_made_of_the_drawn_prompt(
    vary_cli: Cli, options: list[str], names: list[str] | None
) -> None:
    """{slug} is that of the words; {n} numbers the variants."""
    result = vary_cli.krea("batch", "list.txt", "--vary", "3", *options)
    if names is None:
        assert (result.code, vary_cli.service.posts) == (2, [])
    else:
        assert (result.code, sorted(path.name for path in Path("out").iterdir())) == (0, names)


def test_the_prompt_of_an_option_or_a_table_is_varied_too(vary_cli: Cli) -> None:
    """Wherever the prompt of a line comes from: a cell, an option, a sweep."""
    Path("list.csv").write_text("width,prompt\n512,\"{red|blue}, 'a'\"\n768,\n")
    argv = ["batch", "list.csv", "--vary", "all", "-i", "prompt={x|y}", "-o", "out/", "-j", "1"]
    assert vary_cli.krea(*argv).code == 0
    assert sent_prompts(vary_cli) == ["red, 'a'", "blue, 'a'", "x", "y"]
    Path("list.csv").write_text("width\n512\n")
    argv = ["batch", "list.csv", "--vary", "all", "--sweep", "prompt={p|q},r", "-o", "out/"]
    assert vary_cli.krea(*argv, "-j", "1").code == 0
    assert sent_prompts(vary_cli)[4:] == ["p", "q", "r"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a {red|blue fox", "the prompt has a { without }"),
        ("a red} fox", "the prompt has a } without {"),
        (
            "a __nosuch__",
            "__nosuch__: wildcards/nosuch.txt cannot be read: No such file or directory",
        ),
        ("a __empty__", "__empty__: wildcards/empty.txt has no words"),
        (
            "{1|2|3|4|5|6|7|8|9|0}" * 4,
            "--vary all makes 10,000 variants of one prompt, and 1,000 are the most",
        ),
        ("a plain fox", "--vary finds no {a|b} and no __name__ in any prompt"),
    ],
)
def test_what_cannot_be_varied_is_refused_before_anything_is_paid(
    vary_cli: Cli, text: str, sentence: str
) -> None:
    """All of it is told with its line."""
    write_words("empty", "# none", "")
    Path("list.txt").write_text(f"{text}\n")
    result = vary_cli.krea("batch", "list.txt", "--vary", "all")
    place = "" if text == "a plain fox" else "line 1: "
    assert (result.code, vary_cli.service.posts) == (2, [])
    assert f"{place}{sentence}\n" in result.err


def test_words_are_beside_the_list_or_where_the_setting_says(
    vary_cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The current folder does not count for a list elsewhere."""
    Path("list.txt").write_text("a __animal__\n")
    Path("other").mkdir()
    monkeypatch.chdir("other")
    assert vary_cli.krea("batch", "../list.txt", "--vary", "1", "--dry-run").code == 0
    vary_cli.krea("config", "set", "vary.folder", "words")
    result = vary_cli.krea("batch", "../list.txt", "--vary", "1", "--dry-run")
    assert (result.code, "../words/animal.txt cannot be read" in result.err) == (2, True)


def test_a_dry_run_shows_the_drawn_prompts(vary_cli: Cli) -> None:
    """The prompts that would be sent, and the sum for all variants."""
    result = vary_cli.krea("batch", "list.txt", "--vary", "3", "--dry-run", "--json")
    assert [record["body"]["prompt"] for record in result.records] == DRAWN


def test_a_cap_counts_every_variant(vary_cli: Cli) -> None:
    """Without the cap, the command makes the rest, and pays nothing twice."""
    serve_prices(vary_cli)
    argv = ["batch", "list.txt", "--vary", "3", "-m", "z-image", "-o", "out/", "-j", "1"]
    capped = vary_cli.krea(*argv, "--max-cost", "0.007", "--assume-price", "0.003")
    assert (capped.code, len(vary_cli.service.posts)) == (5, 2)
    assert vary_cli.krea(*argv).code == 0
    assert sent_prompts(vary_cli) == DRAWN


def test_a_run_that_was_stopped_is_gone_on_with(vary_cli: Cli) -> None:
    """A sent variant is found again, whatever its words are by now; the others are drawn anew."""
    Path("list.txt").write_text("a __animal__\n")
    argv = ["batch", "list.txt", "--vary", "4", "-o", "out/", "-j", "1"]
    vary_cli.service.answers = [lambda *_: None, lambda *_: None, answer_with(402)]
    assert vary_cli.krea(*argv).code == 6
    assert sent_prompts(vary_cli)[:2] == ["a fox", "a owl"]
    refused = len(vary_cli.service.posts)
    write_words("animal", "cat")
    again = vary_cli.krea(*argv)
    assert (again.code, sent_prompts(vary_cli)[refused:]) == (0, ["a cat", "a cat"])
    assert len(again.out.splitlines()) == 4


def test_a_seed_of_the_draw_needs_a_draw(vary_cli: Cli) -> None:
    """Alone it would mean nothing, and nobody would notice."""
    result = vary_cli.krea("batch", "list.txt", "--vary-seed", "3")
    assert result.error(charged="no") == "--vary-seed needs --vary"
