"""A result on a terminal: its path, and the facts about it that find room."""

from collections.abc import Iterable

from krea_cli.text import one_line

GAP = "  "


def result_line(path: str, facts: Iterable[tuple[int, str]], *, width: int, utf8: bool) -> str:
    """PATH, whole, and the FACTS beside it in WIDTH cells; those of the highest rank go first.

    A fact is its rank and its text.
    """
    chosen = [(rank, one_line(text)) for rank, text in facts if text]
    while True:
        line = GAP.join(filter(None, (one_line(path), " · ".join(text for _, text in chosen))))
        if not chosen or len(line) < width:  # a full line would wrap on some terminals
            break
        chosen.remove(max(chosen))
    return line if utf8 else line.replace("·", "-").replace("×", "x")
