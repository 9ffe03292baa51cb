"""Draw a live display with the cursor left at its top, so that no resize leaves parts of it.

A narrower window breaks the lines that were drawn into more rows. Their number is not known here,
and from the bottom rich would clear too few. From the top all below is the display.
"""

from rich.console import Console, ConsoleOptions, RenderResult
from rich.control import Control
from rich.live_render import LiveRender
from rich.segment import ControlType, Segment

CLEAR_BELOW = "\x1b[J"


class TopRender(LiveRender):
    """Renders what a `Live` shows, and clears it from the top."""

    def position_cursor(self) -> Control:
        """Return the codes that clear the display; the cursor is at its top."""
        return self._clear() if self._shape is not None else Control()

    def restore_cursor(self) -> Control:
        """Return the codes that clear the display after one line end, as `Live.stop` prints it."""
        return self._clear((ControlType.CURSOR_UP, 1)) if self._shape is not None else Control()

    def _clear(self, *before: "tuple[ControlType, int]") -> Control:
        erase_line = (ControlType.ERASE_IN_LINE, 2)
        control = Control(ControlType.CARRIAGE_RETURN, *before, erase_line)
        text = control.segment.text + CLEAR_BELOW  # for which rich has no name
        control.segment = Segment(text, None, control.segment.control)
        return control

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The display, then the way back to its top."""
        yield from super().__rich_console__(console, options)
        below = self.last_render_height - 1
        up = ((ControlType.CURSOR_UP, below),) if below > 0 else ()
        yield Control(ControlType.CARRIAGE_RETURN, *up)
