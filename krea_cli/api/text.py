"""Text from the server, made fit for one line of a sentence."""

import re
import unicodedata

LONGEST = 500
# Whole sequences, so that their letters go too: CSI, OSC and its kin, two characters; each also
# in the one-byte form that some terminals obey. As text: most runs never need it compiled.
SEQUENCES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x9c|\x1b\\)"
    r"|\x1b[ -/]*[0-~]"
)


def plain(text: str, *, longest: int = LONGEST) -> str:
    """TEXT on one line, at most LONGEST characters, without control, bidi or escape characters."""
    # Far more than is kept, so that a body of megabytes is not walked through.
    piece = text[:20_000]
    if not (piece.isascii() and piece.isprintable()):
        piece = "".join(map(_shown, re.sub(SEQUENCES, "", piece)))
    line = " ".join(piece.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in {"Zl", "Zp"} or character in "\t\r\n\v\f":
        return " "
    # Cc control, Cf format (bidi, zero width), Cs surrogate, Co private, Cn unassigned
    return "" if kind.startswith("C") else character
