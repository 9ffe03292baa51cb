"""Whether a text matches a document's pattern, without letting the pattern take for ever."""

import re

MAX_PATTERN = 200
MAX_TEXT = 200
# Backtracking explodes on groups, alternatives and back-references, and on many repeats in a row;
# the doubled signs are set operations that Python reserves and warns of.
RISKY = re.compile(r"[(|]|\\[1-9]|\[\[|--|&&|~~")
REPEATS = re.compile(r"[*+?{]")
MOST_REPEATS = 2


def matches(pattern: str, text: str) -> bool:
    """True if TEXT matches, and also when the question is too risky to ask: the server decides."""
    if len(pattern) > MAX_PATTERN or len(text) > MAX_TEXT or RISKY.search(pattern):
        return True
    if len(REPEATS.findall(pattern)) > MOST_REPEATS:
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, OverflowError, RecursionError):
        return True
