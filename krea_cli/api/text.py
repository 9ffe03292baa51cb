"""Text from the server, made fit for one line of a sentence."""

import re
import unicodedata

LONGEST = 500


def plain(text: str, *, longest: int = LONGEST) -> str:
    """TEXT on one line, at most LONGEST characters, without control, bidi or escape characters."""
    # Far more than is kept, so that a body of megabytes is not walked through.
    piece = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?)", "", text[:20_000])
    spaced = "".join(_shown(character) for character in piece)
    line = " ".join(spaced.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in {"Zl", "Zp"} or character in "\t\r\n\v\f":
        return " "
    # Cc control, Cf format (bidi, zero width), Cs surrogate, Co private, Cn unassigned
    return "" if kind.startswith("C") else character
