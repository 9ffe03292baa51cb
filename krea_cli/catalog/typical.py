"""How long a model usually takes, as its document tells."""

import re
from typing import Any

CELL = re.compile(r"~?\s{0,3}(\d{1,5}(?:\.\d{1,3})?)\s{0,3}(s|sec|seconds?|m|min|minutes?)?")
HEADING = "average completion time"


def typical_seconds(operation: dict[str, Any]) -> float | None:
    """Seconds from x-krea-typical-seconds, else from the description's table; None if neither."""
    stated = operation.get("x-krea-typical-seconds")
    if isinstance(stated, (int, float)) and not isinstance(stated, bool) and 0 < stated < 86_400:
        return float(stated)
    return seconds_in_table(operation.get("description"))


def seconds_in_table(description: object) -> float | None:
    """The shortest time in the column "Average Completion Time" of a Markdown table.

    Of several rows (durations, resolutions) the shortest counts: a poll that comes early costs
    one request, one that comes late costs the user's time.
    """
    if not isinstance(description, str):
        return None
    column: int | None = None
    times: list[float] = []
    for line in description[:20_000].splitlines():
        cells = [cell.strip().lower() for cell in line.strip().strip("|").split("|")]
        if HEADING in cells:
            column = cells.index(HEADING)
        elif column is not None and column < len(cells):
            times += _seconds(cells[column])
    return min(times, default=None)


def _seconds(cell: str) -> list[float]:
    match = CELL.fullmatch(cell)
    if match is None:
        return []
    amount = float(match[1]) * (60 if (match[2] or "s").startswith("m") else 1)
    return [amount] if amount > 0 else []
