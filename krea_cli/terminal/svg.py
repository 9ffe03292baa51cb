"""Pictures of a terminal, as SVG, for the README."""

import threading
from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.terminal.live_view import View
from krea_cli.terminal.progress_state import Tracker

THEME = TerminalTheme(
    (24, 26, 31),
    (214, 218, 224),
    [
        (62, 68, 81),
        (224, 108, 117),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (171, 178, 191),
    ],
)
# As rich's own, but with fonts of the reader's machine: nothing is fetched to show it.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
font-family: "Fira Code", "DejaVu Sans Mono", Menlo, Consolas, monospace;
font-size: {char_height}px;
line-height: {line_height}px;
font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def svg(shown: str, *, name: str, columns: int) -> str:
    """SHOWN, text with escape sequences, as it stands in a window of COLUMNS."""
    console = Console(record=True, width=columns, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown), soft_wrap=True)
    drawn = console.export_svg(
        title="krea", theme=THEME, code_format=FORMAT, unique_id=f"krea-{name}"
    )
    return "\n".join(line.rstrip() for line in drawn.splitlines() if line.strip()) + "\n"


def frame(happened: Iterable[events.Event], *, elapsed: float, env: Env, columns: int) -> str:
    """The live display as it looks when HAPPENED did, ELAPSED seconds after it began."""
    tracker = Tracker(env.clock)
    for event in happened:
        tracker.apply(event)
    view = View(tracker, threading.RLock(), env, began=env.clock.monotonic() - elapsed, ascii=False)
    text = StringIO()
    Console(file=text, width=columns, force_terminal=True, color_system="standard").print(
        view.render()
    )
    return text.getvalue()
