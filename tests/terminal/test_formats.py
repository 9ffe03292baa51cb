"""The words of the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.flows import events
from krea_cli.terminal import formats, sentences
from krea_cli.text import clean, one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bcreset", "reset"),
        ("\x1b]never ends", "never ends"),
        ("back\x08space\x00\x7f", "backspace"),
        ("over\rwritten\r\nnext", "over\nwritten\nnext"),
        ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
        ("line\u2028break", "line\nbreak"),
        ("👩\u200d🚀 naïve 山", "👩\u200d🚀 naïve 山"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    """What could steer a terminal or hide in a text is gone; the text itself stays."""
    assert clean(text) == expected


@given(st.text(alphabet=st.characters(max_codepoint=0x2100)))
def test_nothing_survives_that_steers_a_terminal(text: str) -> None:
    """Whatever the text, no control character but tab and line end is left."""
    left = clean(text)
    assert all(letter.isprintable() or letter in "\t\n" or ord(letter) > 0x9F for letter in left)


def test_one_line() -> None:
    """Line ends and tabs become single spaces."""
    assert one_line("a\r\n\n\tb\n") == "a b"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (7, "7 s"),
        (59.6, "1 min"),
        (80, "1 min 20 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
    ],
)
def test_duration(seconds: float, expected: str) -> None:
    """Durations are told as people say them."""
    assert formats.duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (75_000_000, "75.0 MB"),
        (2_000_000_000, "2.0 GB"),
    ],
)
def test_size(count: int, expected: str) -> None:
    """Sizes are in decimal units."""
    assert formats.size(count) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (events.Note("seed 7"), "seed 7"),
        (events.Uploading("a\nb.png", 0, 1200), "uploading a b.png (1.2 kB)"),
        (events.Submitting("bfl/flux-1-dev", 1, 1), "submitting to bfl/flux-1-dev"),
        (events.Submitting("bfl/flux-1-dev", 2, 3), "submitting 2 of 3 to bfl/flux-1-dev"),
        (events.Paused("no free slot"), "no free slot"),
        (events.Paused("no free slot", 20), "no free slot (next try in 20 s)"),
        (events.Reconciling("HTTP 524"), "looking for the job of a lost answer: HTTP 524"),
        (events.Running("j1", "m", "queued", 7, 0), "job j1: queued, usually 7 s"),
        (events.Running("j1", None, "\x1b[2Jodd", None, 0), "job j1: odd"),
        (
            events.Changed("j1", "backlogged"),
            "job j1: backlogged (waiting for a free slot)",
        ),
        (events.Downloading("j1", "out.png", 0, None), "downloading out.png"),
        (events.JobEnded("j1", True), "job j1: saved"),
        (events.JobEnded("j1", False), "job j1: ended without a saved result"),
    ],
)
def test_phrase(event: events.Event, expected: str) -> None:
    """Each event is one sentence."""
    assert sentences.event_sentence(event) == expected
