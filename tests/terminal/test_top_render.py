"""The live display after a resize: all of it is cleared, however its lines were broken."""

import io

import pyte
import pytest
from rich.console import Console
from rich.live import Live
from rich.text import Text

from krea_cli.terminal.top_render import TopRender

ROWS = ["a line of thirty letters, or so", "another line of thirty letters"]


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("width", [16, 80], ids=["narrower", "wider"])
def test_a_resize_leaves_nothing_of_it(rows: int, width: int) -> None:
    """A narrower window breaks each line in two; the cursor stays where the display begins."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=40, height=12, _environ={})
    picture = Text("\n".join(ROWS[:rows]))
    live = Live(picture, console=console, auto_refresh=False, transient=True)
    live._live_render = TopRender(picture)
    live.start(refresh=True)
    screen = pyte.Screen(40, 12)
    stream = pyte.Stream(screen)
    stream.feed("before\r\n" + file.getvalue().replace("\n", "\r\n"))
    assert (screen.cursor.y, screen.cursor.x) == (1, 0)
    assert [line.rstrip() for line in screen.display[1 : rows + 1]] == ROWS[:rows]

    file.seek(0)
    file.truncate()
    resized = pyte.Screen(width, 12)
    stream = pyte.Stream(resized)
    stream.feed("before\r\n" + "\r\n".join(ROWS[:rows]) + "\x1b[2;1H")
    live.update(Text("new"), refresh=True)
    stream.feed(file.getvalue().replace("\n", "\r\n"))
    assert [line.rstrip() for line in resized.display[:4]] == ["before", "new", "", ""]

    file.seek(0)
    file.truncate()
    live.stop()
    stream.feed(file.getvalue().replace("\n", "\r\n"))
    assert [line.rstrip() for line in resized.display[:4]] == ["before", "", "", ""]
    assert (resized.cursor.y, resized.cursor.x) == (1, 0)
