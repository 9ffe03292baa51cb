"""Conditions of SQL that hold for every row with a word, and for few others.

Words are compared without regard to case, as `str.casefold` has it. SQLite knows the case of ASCII
alone, so a text with any other character passes: the caller compares exactly.
"""

import re
from typing import Any

MAX_COMPARED = 1000  # characters of a word; SQLite takes no pattern of more than 50,000 bytes
SEARCHED_COLUMNS = ("prompt", "model", "job_id", "target")


def find_anywhere(word: str) -> tuple[str, list[Any]]:
    """Return the condition that WORD, casefolded, may be in a text of a request or near it.

    That is in its columns, its tags and the paths of its files.
    """
    if "\n" in word:  # it may go from one text to the next
        return "1", []
    conditions = [find_in(column, word) for column in SEARCHED_COLUMNS]
    path, values = find_in("path", word)
    conditions.append(
        (f"EXISTS (SELECT 1 FROM files WHERE request_id = requests.id AND {path})", values)
    )
    tag, values = find_in("(name || '=' || value)", word)
    conditions.append(
        (f"EXISTS (SELECT 1 FROM tags WHERE request_id = requests.id AND {tag})", values)
    )
    texts = " OR ".join(condition for condition, _ in conditions)
    return f"({texts})", [value for _, values in conditions for value in values]


def find_in(column: str, word: str) -> tuple[str, list[Any]]:
    """Return the condition that WORD, casefolded, may be in the text of COLUMN."""
    # As bytes, ASCII has one for each character. Text that is no UTF-8 was stored as bytes.
    beyond = f"length({column}) != length(CAST({column} AS BLOB)) OR typeof({column}) = 'blob'"
    if not word.isascii():
        return f"({beyond})", []
    # A third of the time of `instr(lower(…), …)`, as no copy of the text is made.
    part = re.sub(r"([\\%_])", r"\\\1", word[:MAX_COMPARED])
    return f"({column} LIKE ? ESCAPE '\\' OR {beyond})", [f"%{part}%"]
