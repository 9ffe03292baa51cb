"""The line about a result: the path is whole, and the facts give way."""

import pytest

from krea_cli.terminal.result_line import result_line

FACTS = [(3, "1024 × 1024"), (0, "$0.007"), (1, "7.4 s"), (2, "seed 7")]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (200, "fox.png  1024 × 1024 · $0.007 · 7.4 s · seed 7"),
        (40, "fox.png  $0.007 · 7.4 s · seed 7"),
        (30, "fox.png  $0.007 · 7.4 s"),
        (20, "fox.png  $0.007"),
        (10, "fox.png"),
        (3, "fox.png"),
    ],
)
def test_facts_give_way(width: int, line: str) -> None:
    """The size goes first, then the seed, the time, and the price."""
    assert result_line("fox.png", FACTS, width=width, utf8=True) == line


def test_ascii() -> None:
    """Without UTF-8 there are other signs."""
    line = result_line("f\x1b[1m.png", FACTS[:2], width=80, utf8=False)
    assert line == "f.png  1024 x 1024 - $0.007"


def test_nothing_is_known() -> None:
    """The path alone."""
    assert result_line("fox.png", [(0, "")], width=80, utf8=True) == "fox.png"
