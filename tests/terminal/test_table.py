"""Tables for people: nothing that matters is cut."""

import re

from krea_cli.env import Env
from krea_cli.terminal import table

NARROW = {"COLUMNS": "24", "TERM": "xterm", "NO_COLOR": "1"}
COLUMNS, ROWS = ("model", "title"), [("krea/krea-2/medium", "Krea 2 Medium")]


def plain_words(text: str) -> list[str]:
    """The words of TEXT, without escape sequences and space."""
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "").split()


def plain_lines(text: str) -> list[str]:
    """The lines of TEXT, without escape sequences."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


def test_a_narrow_terminal_goes_without_an_optional_column() -> None:
    """A column without room is left out whole."""
    text = table.render_table(COLUMNS, ROWS, Env(environ=NARROW), optional=("title",))
    assert plain_words(text) == ["model", "krea/krea-2/medium"]


def test_optional_columns_go_one_by_one() -> None:
    """The first is dropped first, and a cell of the last that is left is not broken."""
    columns = ("model", "usually", "price", "title")
    rows = [("krea/krea-2/medium", "9 s", "$0.06 to $0.07", "Krea 2 Medium")]
    for width, expected in (
        (60, ["model               usually  price           title"]),
        (44, ["model               usually  price", "krea/krea-2/medium  9 s      $0.06 to $0.07"]),
        (36, ["model               price", "krea/krea-2/medium  $0.06 to $0.07"]),
    ):
        env = Env(environ=NARROW | {"COLUMNS": str(width)})
        text = table.render_table(columns, rows, env, optional=("title", "usually"))
        assert [line.rstrip() for line in plain_lines(text)][: len(expected)] == expected


def test_a_required_column_without_room_has_lines_of_its_own() -> None:
    """Half an id is worth nothing: what finds no room stands below its row, whole."""
    columns = ("row", "status", "file", "prompt")
    rows = [
        ("1", "saved", "pictures/animal-number-30-in-the-snow-e4374f.png", "a red fox in the snow"),
        ("12", "failed", "", "an owl"),
    ]
    text = table.render_table(columns, rows, Env(environ=NARROW))
    assert [line.rstrip() for line in plain_lines(text)] == [
        "row  status",
        "1    saved",
        "    pictures/animal-number-30-in-the-snow-e4374f.png",
        "    a red fox in the",
        "    snow",
        "12   failed",
        "    an owl",
    ]
