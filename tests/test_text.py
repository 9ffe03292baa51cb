"""Text of others, made safe for a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
