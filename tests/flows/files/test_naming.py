"""Names made from prompts and server text are readable, short, and stay in their folder."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.errors import UsageError
from krea_cli.flows.files import naming
from krea_cli.flows.files.naming import NameFacts

JOB = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize(
    ("prompt", "slug"),
    [
        ("a serene mountain landscape", "a-serene-mountain-landscape"),
        ("Crème brûlée, s'il vous plaît!", "creme-brulee-sil-vous-plait"),
        ("日本の山", "日本の山"),
        ("हिन्दी", "हिन्दी"),
        ("../../etc/passwd", "etc-passwd"),
        ("--help .hidden", "help-hidden"),
        ("a\u202eb\x1b[31m\0c", "a-b-31m-c"),
        ("🦊", "flux-1-dev"),
        ("", "flux-1-dev"),
        (None, "flux-1-dev"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word-word-word-word"),
        ("x" * 100, "x" * 60),
    ],
)
def test_slug(prompt: str | None, slug: str) -> None:
    """A slug keeps letters and digits, folds accents, and is never empty."""
    assert naming.slug(prompt, "flux-1-dev") == slug


def test_default_stem() -> None:
    """The default name is the slug and the first six hex digits of the job."""
    facts = NameFacts("a serene mountain landscape", "bfl/flux-1-dev", 7, JOB)
    assert naming.default_stem(facts) == "a-serene-mountain-landscape-550e84"
    assert naming.short_id("Job_9") == "job9"
    assert naming.short_id("--") == "job"


def test_unknown_placeholder() -> None:
    """An unknown placeholder is an error that lists the known ones."""
    with pytest.raises(UsageError) as caught:
        naming.placeholders("{slug}-{size}.png")
    assert caught.value.message == "-o {slug}-{size}.png has an unknown placeholder {size}"
    assert caught.value.hint == (
        "known are {slug} {job_id} {model} {seed} {n} {index} {ext} {date}; {{ is a literal brace"
    )


@pytest.mark.parametrize("template", ["a{b.png", "a}b.png", "{", "{a{b}}"])
def test_lone_brace(template: str) -> None:
    """A brace that opens or closes nothing is an error."""
    with pytest.raises(UsageError):
        naming.placeholders(template)


def test_escaped_braces() -> None:
    """Doubled braces are literal braces, also around a placeholder."""
    assert naming.placeholders("{{{slug}}}") == ["slug"]
    assert naming.unescape_braces(naming.fill_template("{{{slug}}}", {"slug": "fox"})) == "{fox}"


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
def test_values_are_harmless(prompt: str, model: str, job_id: str) -> None:
    """Whatever the server or the prompt says, a value is one plain part of a path."""
    facts = NameFacts(prompt, model, None, job_id, 0.0)
    for name, value in naming.placeholder_values(facts, n=1, index=1, ext="png").items():
        assert value and "/" not in value and value[0] not in ".-", name
        assert all(unicodedata.category(letter)[0] != "C" for letter in value), name


@given(st.text(min_size=1), st.integers(min_value=30, max_value=300))
def test_shortened(name: str, limit: int) -> None:
    """A shortened name fits its limit in bytes."""
    name = name.encode(errors="ignore").decode() or "x"
    assert len(naming.shorten(name + ".png", limit=limit).encode()) <= max(limit, len(".png"))


def test_shortened_keeps_the_extension() -> None:
    """The stem is cut between letters; the extension stays."""
    assert naming.shorten("é" * 200 + ".png", limit=13) == "éééé.png"


@pytest.mark.parametrize(
    ("name", "suffixed"),
    [
        ("out.png", "out-2.png"),
        ("out", "out-2"),
        (".png", ".png-2"),
        ("a.b/out", "a.b/out-2"),
        ("a/.b", "a/.b-2"),
    ],
)
def test_with_suffix(name: str, suffixed: str) -> None:
    """The number goes before the extension, if there is one."""
    assert naming.add_suffix(name, "-2") == suffixed


def test_a_number_finds_room() -> None:
    """A name of maximal length loses letters of its stem, not the number."""
    assert naming.add_suffix("a/" + "é" * 125 + ".png", "-12") == "a/" + "é" * 124 + "-12.png"
