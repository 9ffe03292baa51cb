"""Whether a value fits its field, in words that carry the field's own facts."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from krea_cli.catalog.describe import LISTED, facts_of, number, option, placeholder
from krea_cli.catalog.local_files import LocalFile, is_address
from krea_cli.catalog.model import Field, Model, Number, same
from krea_cli.catalog.request.parse_value import short, wanted
from krea_cli.errors import Problem

MAX_DEPTH = 40
KINDS = {
    bool: ("boolean",),
    int: ("number", "integer"),
    float: ("number",),
    str: ("string",),
    LocalFile: ("string",),
    list: ("array",),
    dict: ("object",),
}
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class UnknownField(Problem):
    """A field that the model lacks, as far as this catalogue knows."""


def check_body(model: Model, body: dict[str, Any]) -> list[Problem]:
    """Everything that is wrong with BODY. A missing seed is not: it is drawn later."""
    problems: list[Problem] = []
    for name, value in body.items():
        field = model.field(name)
        if name == "prompt" and field and field.required and value is not None and _blank(value):
            problems.append(Problem(name, "is empty", f'krea generate "your prompt" -m {model.id}'))
        elif field is not None:
            problems += check_value(field, value, name)
        elif model.closed:
            problems.append(unknown_field(model, name))
    for field in model.fields:
        if field.required and field.name not in body and field.name != "seed":
            problems.append(missing_field(model, field))
    return problems


def _blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def unknown_field(model: Model, name: str) -> UnknownField:
    """The problem of a field NAME that MODEL lacks: what is close to it, or what there is."""
    from difflib import get_close_matches

    names = [field.name for field in model.fields]
    close = get_close_matches(name[:100], names, n=2, cutoff=0.6)
    if not close:
        close = [field for field in names if name.lower() == field.replace("_", "").lower()]
    if close:
        meant = " or ".join(close)
        return UnknownField(name, f"there is no such field; did you mean {meant}?")
    return UnknownField(name, f"there is no such field; it takes {', '.join(names) or 'none'}")


def missing_field(model: Model, field: Field) -> Problem:
    """The problem of a required field that nobody gave."""
    if field.name == "prompt":
        return Problem("prompt", "required", f'krea generate "your prompt" -m {model.id}')
    facts = facts_of(field)
    message = f"required; it takes {facts}" if facts else "required"
    if field.name in ("width", "height"):
        if model.kind == "enhance":
            message += ", and follows from a picture given as a local file"
        return Problem(field.name, message, "--width … --height …")
    return Problem(field.name, message, f"-i {field.name}={placeholder(field)}")


def check_value(field: Field, value: Any, path: str, depth: int = 0) -> list[Problem]:
    """The problems of VALUE, which stands at PATH ("styles[0].strength")."""
    if depth > MAX_DEPTH:
        return [Problem(path, "nested too deeply")]
    if value is None:
        allowed = field.nullable or (field.types in ((), ("null",)) and not field.choices)
        return [] if allowed else [Problem(path, "null is not allowed")]
    if field.choices:
        return _check_choice(field, value, path)
    if not _fits_type(field, value):
        return [Problem(path, f"{short(value)} is {wanted(field)}")]
    problems = _check_kind(field, value, path, depth)
    if field.variants and not problems:
        return _check_variants(field, value, path, depth)
    return problems


def _fits_type(field: Field, value: Any) -> bool:
    if not field.types:
        return True
    fitting = KINDS.get(type(value), ())
    if isinstance(value, float) and value.is_integer():
        fitting = ("number", "integer")
    return any(kind in field.types for kind in fitting)


def _check_choice(field: Field, value: Any, path: str) -> list[Problem]:
    if any(same(value, choice) for choice in field.choices):
        return []
    listed = ", ".join(str(choice) for choice in field.choices[:LISTED])
    if len(field.choices) > LISTED:
        listed += ", …"
    if len(field.choices) == 1:
        return [Problem(path, f"{short(value)} is not {listed}, the only choice")]
    close = closest(str(value), field.choices) if isinstance(value, (str, int, float)) else None
    if close is None:
        return [Problem(path, f"{short(value)} is none of {listed}")]
    message = f"{short(value)} is none of {listed}; did you mean {close}?"
    return [Problem(path, message, option(path, str(close)) if path == field.name else None)]


def closest(text: str, choices: tuple[Any, ...]) -> Any:
    """The choice that TEXT was probably meant to be, or None."""
    from difflib import get_close_matches

    spoken = {str(choice).lower(): choice for choice in choices}
    plain = text.strip().lower().replace("x", ":")
    if plain in spoken:
        return spoken[plain]
    found = get_close_matches(text[:100].lower(), spoken, n=1, cutoff=0.6)
    return spoken[found[0]] if found else None


def _check_kind(field: Field, value: Any, path: str, depth: int) -> list[Problem]:
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return _check_number(field, value, path)
    if isinstance(value, str):
        return _check_text(field, value, path)
    if isinstance(value, list):
        return _check_list(field, value, path, depth)
    if isinstance(value, dict):
        return _check_object(field, value, path, depth)
    return []


def _check_number(field: Field, value: Number, path: str) -> list[Problem]:
    low, high = field.minimum, field.maximum
    inside = (low is None or value >= low) and (high is None or value <= high)
    inside = inside and (field.above is None or value > field.above)
    if not inside or (field.below is not None and value >= field.below):
        return [Problem(path, f"{number(value)} is out of bounds; it takes {facts_of(field)}")]
    if field.multiple_of:
        step = Decimal(str(field.multiple_of))
        times = Decimal(str(value)) / step
        # A step too fine to be counted in is as good as none.
        if abs(times) < 10**15 and times != int(times):
            under = int(times) * step
            near = f"{number(float(under))} or {number(float(under + step))}"
            return [
                Problem(
                    path, f"{number(value)} is no multiple of {number(field.multiple_of)}: {near}"
                )
            ]
    return []


def _check_text(field: Field, value: str, path: str) -> list[Problem]:
    if field.format == "uri":
        return _check_address(field, value, path)
    if field.min_length is not None and len(value) < field.min_length:
        if not value:
            return [Problem(path, "is empty")]
        return [Problem(path, f"{_characters(value)}; at least {field.min_length}")]
    if field.max_length is not None and len(value) > field.max_length:
        return [Problem(path, f"{_characters(value)}; at most {field.max_length}")]
    if field.format == "uuid" and not UUID.fullmatch(value):
        return [Problem(path, f"{short(value)} is no UUID")]
    if field.pattern and not matches(field.pattern, value):
        return [Problem(path, f"{short(value)} does not match {short(field.pattern)}")]
    return []


def _characters(text: str) -> str:
    return "1 character" if len(text) == 1 else f"{len(text)} characters"


def _check_address(field: Field, value: str, path: str) -> list[Problem]:
    if is_address(value) or (field.has_default and value == field.default):
        return []
    if not value:
        return [Problem(path, "is empty; it takes the address of a file, or @FILE")]
    top = path.split("[")[0].split(".")[0]
    return [
        Problem(
            path,
            f"{short(value)} is no address; a file is given as @FILE",
            f"-i {top}=@{value.removeprefix('@')}" if _may_be_a_file(value) else None,
        )
    ]


def _may_be_a_file(text: str) -> bool:
    # A whole path behind an at sign may be the text of a stranger's recipe: it is not repeated.
    own = not (text.startswith("@") and "/" in text)
    return own and text.isprintable() and len(text) < 100 and "://" not in text and text != "null"


def _check_list(field: Field, value: list[Any], path: str, depth: int) -> list[Problem]:
    problems = []
    count = len(value)
    if field.min_items is not None and count < field.min_items:
        problems.append(Problem(path, f"{count} of them; at least {field.min_items}"))
    if field.max_items is not None and count > field.max_items:
        problems.append(Problem(path, f"{count} of them; at most {field.max_items}"))
    if field.items is not None:
        for place, element in enumerate(value):
            problems += check_value(field.items, element, f"{path}[{place}]", depth + 1)
    return problems


def _check_object(field: Field, value: dict[str, Any], path: str, depth: int) -> list[Problem]:
    problems = []
    for name, inner in value.items():
        known = field.property(name)
        if known is not None:
            problems += check_value(known, inner, f"{path}.{name}", depth + 1)
        elif field.closed and not field.variants:
            names = ", ".join(known.name for known in field.properties)
            problems.append(Problem(f"{path}.{name}", f"there is no such field; it takes {names}"))
    for known in field.properties:
        if known.required and known.name not in value:
            facts = facts_of(known)
            message = f"required; it takes {facts}" if facts else "required"
            whole = f"-i {path.split('[')[0]}={placeholder(field)}" if "." not in path else None
            problems.append(Problem(f"{path}.{known.name}", message, whole))
    return problems


def _check_variants(field: Field, value: Any, path: str, depth: int) -> list[Problem]:
    tried = [check_value(variant, value, path, depth + 1) for variant in field.variants]
    if any(not problems for problems in tried):
        return []
    # The shape with the fewest problems is the one that was probably meant.
    return min(tried, key=len)


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
