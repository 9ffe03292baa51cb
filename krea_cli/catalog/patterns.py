"""Whether a text matches a document's pattern, without letting the pattern take for ever."""

import re

MAX_PATTERN = 200
MAX_TEXT = 200
# Backtracking explodes on a repeated group, a back-reference or a look-around; the doubled signs
# are set operations that Python reserves and warns of.
RISKY = re.compile(r"\)[*+?{]|\\[1-9]|\(\?|\[\[|--|&&|\|\||~~")
UNBOUNDED = re.compile(r"[*+]|\{\d*,\d*\}")


def matches(pattern: str, text: str) -> bool:
    """True if TEXT matches, and also when the question is too risky to ask: the server decides."""
    if len(pattern) > MAX_PATTERN or len(text) > MAX_TEXT or RISKY.search(pattern):
        return True
    if len(UNBOUNDED.findall(pattern)) > 2:
        return True
    try:
        return re.search(pattern, text) is not None
    except (re.error, OverflowError, RecursionError):
        return True
