"""Tables for people: nothing that matters is cut."""

from krea_cli.env import Env
from krea_cli.terminal import table

NARROW = {"COLUMNS": "24", "TERM": "xterm", "NO_COLOR": "1"}
COLUMNS, ROWS = ("model", "title"), [("krea/krea-2/medium", "Krea 2 Medium")]


def plain_words(text: str) -> list[str]:
    """The words of TEXT, without escape sequences and space."""
    return text.replace("\x1b[1m", "").replace("\x1b[0m", "").split()


def test_a_narrow_terminal_goes_without_an_optional_column() -> None:
    """A column without room is left out whole."""
    text = table.render_table(COLUMNS, ROWS, Env(environ=NARROW), last_column_optional=True)
    assert plain_words(text) == ["model", "krea/krea-2/medium"]


def test_a_required_column_may_go_beyond_the_edge() -> None:
    """Half an id is worth nothing: the table grows wider than the terminal."""
    text = table.render_table(COLUMNS, ROWS, Env(environ=NARROW))
    assert plain_words(text) == ["model", "title", "krea/krea-2/medium", "Krea", "2", "Medium"]
