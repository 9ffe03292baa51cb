"""The table of krea history: its cells, and the columns that a window has room for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from krea_cli.commands.history.listing import relative_path, shown_status
from krea_cli.terminal import formats
from krea_cli.terminal.columns import Column

if TYPE_CHECKING:
    from krea_cli.flows.files.places import Places
    from krea_cli.local.ledger.rows import RequestRow

# In a pipe. Scripts count them: a new one stands last.
COLUMNS = ("row", "when", "status", "model", "file", "prompt", "price", "took")
MAX_PROMPT_CHARACTERS = 200
# From this width on, files and prompts have a column each, then times their seconds.
TWO_TEXTS_CELLS, WHOLE_TIMES_CELLS = 100, 130
# On a terminal: the words of a price are signs.
UNKNOWN = "unknown"
PRICE_SIGNS = (("about ", "~"), ("at most ", "≤"))


class Match(NamedTuple):
    """A request, and where its results are now.

    seen_at: time of the last answer about a job that may have ended since, in seconds since 1970
    """

    row: "RequestRow"
    places: "Places"
    seen_at: float | None = None


def status_text(match: Match, now: float) -> str:
    """Return the status; of a job that may have ended since, with its age."""
    status = shown_status(match.row, match.places)
    if match.seen_at is None:
        return status
    return f"{status}, seen {formats.ago(now - match.seen_at)}"


def pipe_cells(match: Match, cwd: Path, now: float) -> tuple[object, ...]:
    """Return the cells of MATCH for `COLUMNS`."""
    row = match.row
    return (
        row.id,
        formats.local_time(row.created_at),
        status_text(match, now),
        row.model,
        _file(match, cwd),
        (row.prompt or "")[:MAX_PROMPT_CHARACTERS],
        _price(row),
        formats.span(row.server_created_at, row.completed_at),
    )


class TerminalTable:
    """The table for a window of WIDTH cells. NOW is in seconds since 1970."""

    def __init__(self, width: int, cwd: Path, now: float) -> None:
        self._width = width
        self._cwd = cwd
        self._now = now

    @property
    def columns(self) -> Sequence[Column]:
        """The columns; a window too narrow for two texts has the prompt in the place of a file."""
        return (
            Column("row", right=True),
            Column("when", rank=3),
            Column("status", min_cells=9),
            Column("price", right=True, rank=2),
            Column("took", right=True, rank=4),
            Column("model", min_cells=8, keep="end", rank=5),
            Column("file", min_cells=12, keep="end"),
            Column("prompt", min_cells=16, rank=6),
        )

    @property
    def _has_two_texts(self) -> bool:
        return self._width >= TWO_TEXTS_CELLS

    @property
    def _is_wide(self) -> bool:
        return self._width >= WHOLE_TIMES_CELLS

    def cells(self, match: Match) -> tuple[object, ...]:
        """Return the cells of MATCH for `columns`."""
        row, price = match.row, _price(match.row) or UNKNOWN
        price = "?" if price == UNKNOWN else price
        for words, sign in PRICE_SIGNS:
            price = price.replace(words, sign)
        prompt = (row.prompt or "")[:MAX_PROMPT_CHARACTERS]
        file = _file(match, self._cwd)
        return (
            row.id,
            formats.local_time(row.created_at)
            if self._is_wide
            else formats.short_time(row.created_at, self._now),
            status_text(match, self._now),
            price,
            formats.span(row.server_created_at, row.completed_at),
            row.model if self._is_wide else row.model.partition("/")[2],
            file if file or self._has_two_texts else f'"{prompt}"' if prompt else None,
            prompt if self._has_two_texts else None,
        )


def _file(match: Match, cwd: Path) -> str | None:
    """Return the first file of MATCH, or the place where it is to be; None for a default name."""
    lost = (file for file, _ in match.places.lost)
    paths = [file.path for file in (*match.places.current, *lost)]
    path = paths[0] if paths else match.row.target
    return relative_path(path, cwd) if path else None


def _price(row: "RequestRow") -> str | None:
    """Return the price of ROW in words; a request that failed costs nothing."""
    return "$0" if row.charged == "no" and row.state != "checked" else row.price
