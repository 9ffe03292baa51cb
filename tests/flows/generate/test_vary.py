"""Prompts with choices: how they are read, and what each variant draws."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.errors import UsageError
from krea_cli.flows.generate.vary import list_variants, parse_template

PROMISED = [
    "red fox, night",
    "blue owl, day",
    "green owl, night",
    "red fox, day",
    "green fox, night",
    "blue owl, day",
]
WORDS = {"animal": ("fox", "owl"), "hair_color": ("red", "grey"), "a-b": ("x",)}


def all_of(text: str) -> list[str]:
    """Every combination of TEXT."""
    return list(parse_template(text).combinations(WORDS))


@pytest.mark.parametrize(
    ("text", "variants"),
    [
        ("a fox", ["a fox"]),
        ("a {red|blue} fox", ["a red fox", "a blue fox"]),
        ("a{| big} fox", ["a fox", "a big fox"]),
        ("{a|{b|c}}", ["a", "b", "c"]),
        ("{a|b {c|d}} {1|2}", ["a 1", "a 2", "b c 1", "b c 2", "b d 1", "b d 2"]),
        ("a __animal__", ["a fox", "a owl"]),
        ("__hair_color__, __a-b__", ["red, x", "grey, x"]),
        ("{a __animal__|b}", ["a fox", "a owl", "b"]),
        ("{a} | {}", ["{a} | {}"]),
        (r"\{a|b\} \__animal__ \\", ["{a|b} __animal__ \\"]),
        (r"\a {x\|y|z}", [r"\a x|y", r"\a z"]),
        ("snake_case __ ____ __-a__", ["snake_case __ ____ __-a__"]),
        ("___animal___", ["_fox_", "_owl_"]),
    ],
)
def test_a_prompt_has_all_its_combinations(text: str, variants: list[str]) -> None:
    """A brace without a bar, and an escaped character, are text."""
    assert all_of(text) == variants
    assert parse_template(text).count(WORDS) == len(variants)
    assert parse_template(text).has_choices == (len(variants) > 1 or "__a-b__" in text)


@pytest.mark.parametrize("text", ["{a|b", "a}", "{a|{b}", "{" * 30 + "a|b" + "}" * 30])
def test_a_brace_needs_its_other(text: str) -> None:
    """Its meaning is not guessed: each variant is paid for."""
    with pytest.raises(UsageError):
        parse_template(text)


def test_the_draw_is_a_promise() -> None:
    """Each later version draws these words too: `krea vary 1`."""
    template = parse_template("{red|green|blue} __animal__, {day|night}")
    drawn = [text for _, text in list_variants(template, WORDS, count=6, seed=0)]
    assert drawn == PROMISED
    assert [text for _, text in list_variants(template, WORDS, count=3, seed=0)] == drawn[:3]
    others = [text for _, text in list_variants(template, WORDS, count=6, seed=1)]
    assert others != drawn


@given(st.integers(1, 30), st.integers(0, 2**64), st.integers(1, 60))
def test_no_option_comes_twice_before_all_came_once(options: int, seed: int, count: int) -> None:
    """The options are dealt like cards."""
    names = [str(number) for number in range(options)]
    template = parse_template(f"{{{'|'.join(names)}}}") if options > 1 else parse_template("0")
    drawn = [text for _, text in list_variants(template, {}, count=count, seed=seed)]
    if options > 1:
        assert len(drawn) == count
    for start in range(0, len(drawn), options):
        part = drawn[start : start + options]
        assert len(set(part)) == len(part)


@given(st.text(alphabet="ab{|}_\\ ", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No prompt is a bug, and all combinations are as many as they are counted."""
    words = defaultdict(lambda: ("x", "y"))  # of any name
    try:
        template = parse_template(text)
    except UsageError:
        return
    if template.count(words) <= 1000:
        assert len(list(template.combinations(words))) == template.count(words)
