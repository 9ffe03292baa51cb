"""Tell the terminal itself: progress in its tab, and a notification at the end of long work."""

from collections.abc import Callable
from contextlib import suppress

from krea_cli.env import Env
from krea_cli.terminal.colours import DUMB_TERMINALS
from krea_cli.terminal.stream import Stream
from krea_cli.text import one_line

LONG_SECONDS = 20.0
BELL, OFF = "bell", "off"
# Text on the screen, or nothing, would be all that these make of a notification.
MUTE_TERMINALS = (*DUMB_TERMINALS, "linux")
# These know OSC 9;4; others would take "4;3" for the text of a notification.
TAB_PROGRAMS = ("ghostty", "mintty", "vscode")
TAB_VTE_VERSION = 7900
NOTIFY_777_TERMS = ("rxvt", "foot")


class Alert:
    """The terminal behind STREAM. READ_CHOICE returns the setting terminal.notify, or None."""

    def __init__(self, env: Env, stream: Stream, read_choice: Callable[[], str | None]) -> None:
        self._env = env
        self._stream = stream
        self._read_choice = read_choice
        self._is_mute = env.get("TERM") in MUTE_TERMINALS
        self._shown: int | None = None  # percent in the tab; -1 for work without a measure

    def show_progress(self, percent: int | None) -> None:
        """Show PERCENT in the tab, if the terminal can; None for work without a measure."""
        value = -1 if percent is None else max(0, min(100, percent))
        if value == self._shown or not self._has_tab_progress or self._read_choice() == OFF:
            return
        self._shown = value
        self._write("\x1b]9;4;3;\x07" if value < 0 else f"\x1b]9;4;1;{value}\x07")

    def clear_progress(self) -> None:
        """Take the progress out of the tab."""
        if self._shown is not None:
            self._shown = None
            self._write("\x1b]9;4;0;\x07")

    def notify(self, text: str, seconds: float) -> None:
        """Notify of the end of long work, with TEXT. It took SECONDS."""
        if seconds < LONG_SECONDS or self._is_mute:
            return
        choice = self._read_choice()
        if choice == OFF:
            return
        plain = one_line(text).replace(";", ",")
        if choice == BELL:
            self._write("\a")
        elif self._env.get("VTE_VERSION") or self._term.startswith(NOTIFY_777_TERMS):
            self._write(f"\x1b]777;notify;krea;{plain}\x07")
        else:
            self._write(f"\x1b]9;krea: {plain}\x07")

    @property
    def _term(self) -> str:
        return self._env.get("TERM") or ""

    @property
    def _has_tab_progress(self) -> bool:
        get = self._env.get
        if self._is_mute or get("TMUX") or self._term.startswith(("screen", "tmux")):
            return False
        vte = get("VTE_VERSION") or ""
        if vte.isascii() and vte.isdecimal() and int(vte[:9]) >= TAB_VTE_VERSION:
            return True
        is_windows = bool(get("WT_SESSION")) or get("ConEmuANSI") == "ON"
        return is_windows or get("TERM_PROGRAM") in TAB_PROGRAMS

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)
