"""Pictures of a terminal, as SVG, for the README."""

import threading
from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from krea_cli.env import Env
from krea_cli.flows import events
from krea_cli.terminal.live_view import LiveView
from krea_cli.terminal.progress_state import ProgressState

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
# Like rich's own template, but with fonts of the reader's machine: nothing is fetched to show it.
SVG_TEMPLATE = """\
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


def render_svg(text: str, *, name: str, columns: int) -> str:
    """SVG of TEXT, which may have escape sequences, in a window of COLUMNS."""
    console = Console(record=True, width=columns, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text), soft_wrap=True)
    svg = console.export_svg(
        title="krea", theme=THEME, code_format=SVG_TEMPLATE, unique_id=f"krea-{name}"
    )
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def render_live_view(
    past_events: Iterable[events.Event], *, elapsed: float, env: Env, columns: int
) -> str:
    """The live display after PAST_EVENTS, ELAPSED seconds after it began."""
    progress = ProgressState(env.clock)
    for event in past_events:
        progress.apply(event)
    started_at = env.clock.monotonic() - elapsed
    view = LiveView(progress, threading.RLock(), env, started_at=started_at, ascii_only=False)
    text = StringIO()
    console = Console(file=text, width=columns, force_terminal=True, color_system="standard")
    console.print(view.render())
    return text.getvalue()
