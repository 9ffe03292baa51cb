"""Tags: names that the user gives to requests, perhaps with a value, such as client=acme.

They are no part of what a request asks for.
"""

from collections.abc import Mapping

from krea_cli.text import has_visible_character, is_plain

MAX_NAME_CHARACTERS = 64
MAX_VALUE_CHARACTERS = 500
VALUE_SEPARATOR = "="


def parse_name(text: str) -> str:
    """Return the name of a tag. Raises ValueError with the expected form."""
    name = text.strip()
    is_valid = is_plain(name) and has_visible_character(name) and VALUE_SEPARATOR not in name
    if not is_valid or len(name) > MAX_NAME_CHARACTERS:
        raise ValueError(f"a name in one line, without =, of {MAX_NAME_CHARACTERS} letters at most")
    return name


def parse_value(text: str) -> str:
    """Return the value of a tag; empty for none. Raises ValueError with the expected form."""
    value = text.strip()
    if not is_plain(value) or len(value) > MAX_VALUE_CHARACTERS:
        raise ValueError(f"a text in one line, of {MAX_VALUE_CHARACTERS} letters at most")
    return value


def parse_tag(text: str) -> tuple[str, str]:
    """Return the name and the value of a tag. Raises ValueError with the expected form."""
    name, _, value = text.partition(VALUE_SEPARATOR)
    return parse_name(name), parse_value(value)


def format_tag(name: str, value: str) -> str:
    """Return a tag as it is typed."""
    return f"{name}{VALUE_SEPARATOR}{value}" if value else name


def format_tags(tags: Mapping[str, str]) -> str:
    """Return all TAGS in one line."""
    return ", ".join(format_tag(name, tags[name]) for name in sorted(tags))
