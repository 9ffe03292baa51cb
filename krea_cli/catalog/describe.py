"""Fields in words: choices, bounds and shapes, and the option that sets a field."""

from krea_cli.catalog.model import Field, Number
from krea_cli.text import shell_line

MAX_LISTED_CHOICES = 24
FIELDS_WITH_FLAG = ("width", "height", "aspect_ratio", "resolution", "duration", "seed")


def field_option(name: str, value: str, *, keep_lines: bool = False) -> str:
    """Return the option that sets the field NAME to VALUE, quoted for a shell by `shell_line`."""
    if name in FIELDS_WITH_FLAG:
        return f"--{name.replace('_', '-')} {shell_line(value, keep_lines=keep_lines)}"
    return f"-i {shell_line(f'{name}={value}', keep_lines=keep_lines)}"


def placeholder(field: Field) -> str:
    """Return a value for FIELD with … for the parts that only the user knows."""
    element = field.items if field.items is not None else field
    if not element.properties:
        return "@FILE" if element.takes_media else "…"
    parts = [
        f'"{inner.name}": "@FILE"' if inner.is_media else f'"{inner.name}": …'
        for inner in element.properties
        if inner.required or inner.is_media
    ]
    return "'{" + ", ".join(parts) + "}'"


def describe_field(field: Field) -> str:
    """Return the values of FIELD in words: its choices, or "1 to 100, a multiple of 8"."""
    if field.choices:
        listed = [str(choice) for choice in field.choices[:MAX_LISTED_CHOICES]]
        return ", ".join(listed) + (", …" if len(field.choices) > MAX_LISTED_CHOICES else "")
    if field.items is not None:
        return _with_count(_describe_element(field.items), field)
    if field.is_media or field.properties:
        return _describe_element(field)
    parts = [_describe_range(field)]
    if field.multiple_of is not None:
        parts.append(f"a multiple of {format_number(field.multiple_of)}")
    if field.min_length is not None and field.min_length > 1:
        parts.append(f"at least {field.min_length} characters")
    if field.max_length is not None:
        parts.append(f"at most {field.max_length} characters")
    return ", ".join(part for part in parts if part)


def _describe_element(field: Field) -> str:
    if field.properties:
        names = [inner.name + ("" if inner.required else "?") for inner in field.properties]
        return "{" + ", ".join(names) + "}"
    return "an address or @FILE" if field.is_media else describe_field(field)


def _with_count(description: str, field: Field) -> str:
    if field.max_items is None:
        return description
    limit = "at most one" if field.max_items == 1 else f"at most {field.max_items} of them"
    return f"{description}, {limit}" if description else limit


def _describe_range(field: Field) -> str:
    low = field.minimum if field.minimum is not None else field.above
    high = field.maximum if field.maximum is not None else field.below
    if low is not None and high is not None:
        return f"{format_number(low)} to {format_number(high)}"
    if low is not None:
        return f"{'above' if field.minimum is None else 'at least'} {format_number(low)}"
    if high is not None:
        return f"{'below' if field.maximum is None else 'at most'} {format_number(high)}"
    return ""


def format_number(value: Number) -> str:
    """Return VALUE as people write it: 5, not 5.0."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else f"a number of {len(str(abs(value)))} digits"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
