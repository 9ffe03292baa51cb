"""The settings output.folder and output.template: the place for results without -o."""

import re
from typing import Any

# Those that `generate` and `batch` both fill: the settings hold for either.
PLACEHOLDERS = ("slug", "job_id", "model", "seed", "n", "index", "ext", "date")
# One of them keeps the results of different commands apart.
DISTINCT_PLACEHOLDERS = frozenset({"slug", "seed", "job_id"})
MAX_TEMPLATE_CHARACTERS = 200
TOKEN_PATTERN = r"\{\{|\}\}|\{([^{}]*)\}|[{}]"


def parse_folder(value: Any) -> str:
    """Return the text of a folder, without a slash at its end. Raises ValueError."""
    is_name = isinstance(value, str) and value.strip() and value.isprintable()
    if not is_name or value.strip() == "-" or "\\" in value:
        raise ValueError("a folder such as pictures or ~/pictures")
    text = str(value).strip()
    return text.rstrip("/") or "/"


def parse_template(value: Any) -> str:
    """Return the text of a template. Raises ValueError with the expected form."""
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a template such as {slug}-{seed}.{ext}")
    text = value.strip()
    folders = text.split("/")
    if text.startswith(("/", "~")) or ".." in folders or "" in folders[:-1] or "\\" in text:
        raise ValueError("a template below output.folder, such as {date}/{slug}-{seed}.{ext}")
    if len(text) > MAX_TEMPLATE_CHARACTERS:
        raise ValueError(f"a template of {MAX_TEMPLATE_CHARACTERS} characters at most")
    tokens = [match for match in re.finditer(TOKEN_PATTERN, text) if len(match[0]) != 2]
    names = [match[1] for match in tokens]
    if None in names or not set(names) <= set(PLACEHOLDERS):
        known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"a template of {known} and other text; {{{{ is a literal brace")
    if not text.endswith(("/", ".{ext}")):
        raise ValueError("a template that ends in .{ext}, or in / for a folder")
    if not text.endswith("/") and not DISTINCT_PLACEHOLDERS & set(names):
        raise ValueError("a template with {slug}, {seed} or {job_id}: else all results are one")
    return text
