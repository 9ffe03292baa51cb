"""Tables for people: nothing that matters is cut."""

from krea_cli.env import Env
from krea_cli.terminal import table

NARROW = {"COLUMNS": "24", "TERM": "xterm", "NO_COLOR": "1"}
COLUMNS, ROWS = ("model", "title"), [("krea/krea-2/medium", "Krea 2 Medium")]


def words(text: str) -> list[str]:
    """What is read, without escape sequences and space."""
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "").split()


def test_a_narrow_terminal_does_without_a_spare_column() -> None:
    """What finds no room is left out whole."""
    shown = table.render_table(COLUMNS, ROWS, Env(environ=NARROW), last_column_optional=True)
    assert words(shown) == ["model", "krea/krea-2/medium"]


def test_a_column_that_matters_is_shown_beyond_the_edge() -> None:
    """Half an id is worth nothing: the table grows wider than the terminal."""
    shown = table.render_table(COLUMNS, ROWS, Env(environ=NARROW))
    assert words(shown) == ["model", "title", "krea/krea-2/medium", "Krea", "2", "Medium"]
