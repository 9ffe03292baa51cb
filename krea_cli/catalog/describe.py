"""What a field takes, in few words: choices, bounds, shapes."""

from shlex import quote

from krea_cli.catalog.model import Field, Number

LISTED = 24
FLAGS = ("width", "height", "aspect_ratio", "resolution", "duration", "seed")


def option(name: str, value: str) -> str:
    """What to type to give the field NAME the VALUE."""
    if name in FLAGS:
        return f"--{name.replace('_', '-')} {quote(value)}"
    return f"-i {quote(f'{name}={value}')}"


def placeholder(field: Field) -> str:
    """What to type for FIELD, with … where the user has to say."""
    element = field.items if field.items is not None else field
    if not element.properties:
        return "@FILE" if element.takes_media else "…"
    inner = [
        f'"{known.name}": "@FILE"' if known.is_media else f'"{known.name}": …'
        for known in element.properties
        if known.required or known.is_media
    ]
    return "'{" + ", ".join(inner) + "}'"


def facts_of(field: Field) -> str:
    """What FIELD takes, for people: its choices, or its bounds ("1 to 100, a multiple of 8")."""
    if field.choices:
        listed = [str(choice) for choice in field.choices[:LISTED]]
        return ", ".join(listed) + (", …" if len(field.choices) > LISTED else "")
    if field.items is not None:
        return _count(_element(field.items), field)
    if field.is_media or field.properties:
        return _element(field)
    parts = [_range(field)]
    if field.multiple_of is not None:
        parts.append(f"a multiple of {number(field.multiple_of)}")
    if field.min_length is not None and field.min_length > 1:
        parts.append(f"at least {field.min_length} characters")
    if field.max_length is not None:
        parts.append(f"at most {field.max_length} characters")
    return ", ".join(part for part in parts if part)


def _element(field: Field) -> str:
    if field.properties:
        names = [known.name + ("" if known.required else "?") for known in field.properties]
        return "{" + ", ".join(names) + "}"
    return "an address or @FILE" if field.is_media else facts_of(field)


def _count(facts: str, field: Field) -> str:
    if field.max_items is None:
        return facts
    most = "at most one" if field.max_items == 1 else f"at most {field.max_items} of them"
    return f"{facts}, {most}" if facts else most


def _range(field: Field) -> str:
    low = field.minimum if field.minimum is not None else field.above
    high = field.maximum if field.maximum is not None else field.below
    if low is not None and high is not None:
        return f"{number(low)} to {number(high)}"
    if low is not None:
        return f"{'above' if field.minimum is None else 'at least'} {number(low)}"
    if high is not None:
        return f"{'below' if field.maximum is None else 'at most'} {number(high)}"
    return ""


def number(value: Number) -> str:
    """A number as people write it: 5, not 5.0."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else f"a number of {len(str(abs(value)))} digits"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
