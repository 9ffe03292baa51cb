"""Text of others, made safe for a terminal."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krea_cli.text import clean, is_typable, one_line, shell_line


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
    """Control, escape and invisible characters go; the text itself stays."""
    assert clean(text) == expected


@given(st.text(alphabet=st.characters(max_codepoint=0x2100)))
def test_no_control_character_survives(text: str) -> None:
    """Of all control characters, only tabs and line ends stay."""
    cleaned = clean(text)
    assert all(letter.isprintable() or letter in "\t\n" or ord(letter) > 0x9F for letter in cleaned)


def test_one_line() -> None:
    """Line ends and tabs become single spaces."""
    assert one_line("a\r\n\n\tb\n") == "a b"


@pytest.mark.parametrize("unit", ["\x9d", "\x1b]", "\x1b[", "\x9b1", "\x90x", "\x1b \x9d"])
def test_cleaning_takes_time_by_the_length(unit: str) -> None:
    """A million introducers without an end are cleaned at once: by the square it takes hours."""
    assert clean(unit * 1_000_000).strip("1x[ ]") == ""


TEXTS = st.text(
    alphabet=st.sampled_from("a '\"\\\x1b[]\n\t\x9d\x07;#$`!\u200b\u2028é\udc80-=@\r\x85")
)


@given(st.lists(TEXTS, min_size=1))
def test_a_line_to_paste_means_what_was_quoted(words: list[str]) -> None:
    """A shell splits it into the same words, though it is cleaned and put on one line."""
    words = [word for word in words if is_typable(word)]
    line = shell_line(*words)
    assert one_line(line) == line
    kept = shell_line(*words, keep_lines=True)
    assert clean(kept) == kept
    for text in (line, kept):
        script = "printf '%s\\0' " + text
        done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
        typed = done.stdout.decode(errors="surrogateescape").split("\0")[:-1]
        assert typed == (words or [""])


def test_what_no_command_line_can_hold() -> None:
    """NUL ends a word, and a lone surrogate has no bytes."""
    assert [is_typable(text) for text in ("fox", "\udc80", "a\0b", "\ud800")] == [
        True,
        True,
        False,
        False,
    ]
